"""Exposure by quantity: how much of an origin is in each thing, in exact fractions, as expected, at least and at most (ADR 0013).

Forward the root's content is followed; backward the content of every thing reached is, all at once, so that what `backward` says of a pair
is what `forward` says of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

from trace_core.errors import Misconfigured
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.play import Play
from trace_core.portions import Portion, added
from trace_core.quantity import decimal_text
from trace_core.walk import Asked, Walked


@dataclass(frozen=True, slots=True)
class Exposed:
    """How much of an origin came into a holder over all its time, in base units of the origin.

    `share` is its part in all that came into the holder, while it is still the substance itself.
    """

    portion: Portion
    uom: str
    share: Fraction | None

    def as_json(self) -> dict[str, str]:
        """Decimal strings: `quantity`, `minimum`, `maximum`, `share`, and the `uom`; what is not known is left out."""
        told = {"quantity": self.portion.expected, "minimum": self.portion.least, "maximum": self.portion.most, "share": self.share}
        return {name: decimal_text(value) for name, value in told.items() if value is not None} | {"uom": self.uom}


def exposures(graph: Graph, walked: Walked, *, direction: str, roots: Collection[ThingId], asked: Asked) -> dict[ThingId, Exposed]:
    """The exposure of every thing reached: forward, how much of the roots is in it; backward, how much of it is in the roots.

    Several roots (a container's contents) are added up when they are of one item; forward from several items nothing is said.
    Errors: `Misconfigured` for the question `ever`, since what was ever in a thing changes while it holds.
    """
    if asked.question == "ever":
        raise Misconfigured("how much was ever in a thing has no single answer; ask `contains` or `exposed` about exposure", code="usage")
    things = [thing for thing in walked.things() if thing not in set(roots)]
    if direction == "forward" and len({(root.plant, root.item) for root in roots}) != 1:
        return {}
    # of several roots, what came through one into another is counted once
    ends = frozenset(roots) if len(roots) > 1 else frozenset[ThingId]()
    play = Play(graph, asked, walked.depth, set(roots) if direction == "forward" else set(things), ends=ends)
    play.through()
    if direction == "forward":
        return {thing: _exposed(play, roots, [thing]) for thing in things}
    return {thing: _exposed(play, [thing], roots) for thing in things}


def _exposed(play: Play, origins: Collection[ThingId], holders: Collection[ThingId]) -> Exposed:
    found = [play.lives[holder].came.get(origin) for holder in holders for origin in origins]
    portion = sum((one for one in found if one), Portion())
    whole = added(play.whole(origin) for origin in origins)
    again = any(origin in play.lives[holder].again for holder in holders for origin in origins)
    if whole is not None and not again:
        portion = replace(portion, most=whole if portion.most is None else min(portion.most, whole))
    total = play.lives[next(iter(holders))].total if len(holders) == 1 else None
    share = portion.expected / total if portion.loose and portion.expected and total else None
    return Exposed(portion, _uom(play, origins), share)


def _uom(play: Play, origins: Collection[ThingId]) -> str:
    named = [move.link.uom for origin in origins for move in play.moves[origin]]
    return named[0] if named else play.graph.world.unit(next(iter(origins)), "")
