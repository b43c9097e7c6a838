"""What of an answer is certain and what only possible, where inputs were told as alternatives (ADR 0014).

A thing is certain when it is reached by certain links alone: the same walk again, without the links that are only possible.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Link
from trace_core.walk import Asked, Walk, Walked
from trace_core.written import written

POSSIBLE = {"tier": "possible"}


class Tiers:
    """The tiers of one answer. Where no alternative was met, everything is certain and nothing is walked again."""

    def __init__(self, graph: Graph, walked: Walked, *, walk: Walk, roots: Collection[ThingId], asked: Asked) -> None:
        self._certain = walk(graph, roots, replace(asked, certain=True)) if any(link.group for link in walked.links.values()) else None
        self._links = {link.name for link, _ in written(self._certain, graph)} if self._certain else set()

    def of_thing(self, thing: ThingId) -> dict[str, str]:
        """What is added to a thing of the answer."""
        return {} if self._certain is None or thing in self._certain.depth else POSSIBLE

    def of_link(self, link: Link) -> dict[str, str]:
        """What is added to a link of the answer."""
        return {} if self._certain is None or link.name in self._links else POSSIBLE
