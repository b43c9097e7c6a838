"""The fewest holds that cover what a recall has to stop, weighed against what they stop without need.

Containers nest as a tree, so that the choice is exact: from the inside out, a container is held as a whole when that costs no more than
holding what is affected in it. A hold costs one, a thing stopped without need costs `weight` (reference: Dupuy et al. 2005 on recall size).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trace_core.identifiers import ThingId

Chains = Mapping[ThingId, tuple[ThingId, ...]]
"""What holds each affected thing, innermost first."""


@dataclass(frozen=True, slots=True, order=True)
class Hold:
    """A thing or container to stop: how many affected things it covers, and how many others it stops with them."""

    thing: ThingId
    covers: int
    collateral: int


def fewest_holds(chains: Chains, size: Callable[[ThingId], int], *, weight: Fraction = Fraction(1)) -> list[Hold]:
    """The cheapest set of holds that covers every affected thing. `size` says how many things a container or lot stands for."""
    children: dict[ThingId, set[ThingId]] = defaultdict(set)
    tops: set[ThingId] = set()
    for thing, holders in chains.items():
        below = thing
        for holder in holders:
            children[holder].add(below)
            below = holder
        tops.add(below)
    return sorted(hold for top in sorted(tops) for hold in _best(top, children, chains, size, weight)[1])


def _best(
    top: ThingId, children: Mapping[ThingId, set[ThingId]], affected: Chains, size: Callable[[ThingId], int], weight: Fraction
) -> tuple[Fraction, list[Hold], int]:
    """(cost, holds, affected things covered) of the best choice at a node and below; a circle of holders cannot come out of one time."""
    if top in affected and top not in children:
        return Fraction(1), [Hold(top, 1, 0)], 1
    below = [_best(child, children, affected, size, weight) for child in sorted(children[top])]
    covered = sum(one[2] for one in below) + (top in affected)
    apart = sum((one[0] for one in below), Fraction(int(top in affected)))
    collateral = max(0, size(top) - covered)
    whole = 1 + weight * collateral
    if whole < apart:
        return whole, [Hold(top, covered, collateral)], covered
    own = [Hold(top, 1, 0)] if top in affected else []
    return apart, own + [hold for one in below for hold in one[1]], covered
