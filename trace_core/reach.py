"""What a question reaches, by names alone: one interface of the index, of PostgreSQL and of memory.

An answer in full says more of each thing (`trace_core/answer.py`); how many things, which, how deep and since when is known much faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.ports import Documents
from trace_core.walk import Asked, Walked, backward, forward

DIRECTIONS = ("backward", "forward")


class Reach(Protocol):
    """Things that a question reaches, the roots left out."""

    def __len__(self) -> int:
        """How many things."""

    def rows(self) -> Iterator[tuple[str, int, datetime]]:
        """(id, depth, τ) of each thing, by depth."""

    def lines(self, product: str | None = None) -> bytes:
        """Ids of all things, or of one product's (`PLANT/kind/ITEM`), each ended by a line feed, in an order of its own."""

    def counted(self) -> dict[str, int]:
        """How many things of each product."""


def roots_of(graph: Graph, root: ThingId, asked: Asked) -> list[ThingId]:
    """What a question about a thing starts from: itself, or the contents of a container at the asked time."""
    if not root.is_container:
        return [root]
    graph.reach([root])
    graph.world.open_contents(root)
    return sorted({thing for thing, _ in graph.containment.contents(root, asked.at)})


@dataclass(frozen=True, slots=True)
class ByRules:
    """A reach found by walking the documents."""

    walked: Walked
    roots: frozenset[ThingId]

    def __len__(self) -> int:
        return len(self.things())

    def things(self) -> list[ThingId]:
        """The things, by depth and id."""
        found = (thing for thing in self.walked.things() if thing not in self.roots)
        return sorted(found, key=lambda thing: (self.walked.depth[thing], thing))

    def rows(self) -> Iterator[tuple[str, int, datetime]]:
        """(id, depth, τ) of each thing, by depth."""
        return ((thing.uri, self.walked.depth[thing], self.walked.since[thing]) for thing in self.things())

    def lines(self, product: str | None = None) -> bytes:
        """Ids, sorted."""
        return "".join(f"{uri}\n" for uri in sorted(thing.uri for thing in self.things()) if product in (None, product_of(uri))).encode()

    def counted(self) -> dict[str, int]:
        """How many things of each product."""
        return dict(sorted(Counter(product_of(thing.uri) for thing in self.things()).items()))


def product_of(uri: str) -> str:
    """The id of a thing without its number."""
    return uri.rpartition("/")[0]


def by_rules(documents: Documents, roots: Collection[ThingId], direction: str, asked: Asked) -> ByRules:
    """What a question about some things reaches, walked over any store's documents."""
    walked = (forward if direction == "forward" else backward)(Graph(documents), roots, asked)
    return ByRules(walked, frozenset(roots))
