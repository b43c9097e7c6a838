"""What a wrong clock may have hidden: things that a question would reach if clocks were off by no more than their plants allow.

The answer itself goes by the instants that were told. Where a plant says how far its clocks may be off, the same question is asked once
more with every link as early or as late as that allows, and what only then is reached is a gap: never left out in silence (ADR 0021).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trace_core.gaps import Gap
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER, Link
from trace_core.walk import Asked, Walk

Clocks = Mapping[str, timedelta]
"""Plant → how far its clocks may be off, either way."""
_EXACT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Loose(Asked):
    """A question for which times are only as sure as the clocks of their plants."""

    strict: Asked | None = field(default=None, kw_only=True)
    clocks: Clocks = field(default_factory=dict, kw_only=True)

    def holds(self, link: Link) -> bool:
        """Whether the link exists for this question."""
        return self.strict.holds(link) if self.strict else Asked.holds(self, link)

    def earliest(self, link: Link) -> datetime:
        """The earliest instant that the link's time may mean."""
        off = self.clocks.get(link.event.plant, _EXACT)
        return link.at - off if link.at - SINCE_EVER > off else SINCE_EVER

    def latest(self, link: Link) -> datetime:
        """The latest instant that the link's time may mean."""
        off = self.clocks.get(link.event.plant, _EXACT)
        return link.at + off if FOR_EVER - link.at > off else FOR_EVER


def overlooked(
    graph: Graph, walk: Walk, roots: Collection[ThingId], asked: Asked, clocks: Clocks, *, reached: Collection[ThingId]
) -> Iterator[Gap]:
    """A gap for everything that the question does not reach by the times told, and would within the tolerance of the clocks."""
    if not any(clocks.values()):
        return
    loose = Loose(asked.at, asked.question, certain=asked.certain, strict=asked, clocks=clocks)
    known = {*roots, *reached}
    for thing in sorted(set(walk(graph, roots, loose).things()) - known):
        yield Gap("clock_tolerance", thing, "is not reached by the times told, and would be within the tolerance of the clocks")
