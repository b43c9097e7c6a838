"""Links that a single document states: operations, repairs, renames, splits, merges, and the lot of an output.

Rules 1, 2 and 3 of contract section 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from trace_core.containment import Containment
from trace_core.events import Event, Flow
from trace_core.identifiers import ThingId
from trace_core.links import Drawn, Link, standing, take_back
from trace_core.reversals import Standing
from trace_core.world import World

RENAMES = frozenset({"rename", "split", "merge"})
Pair = tuple[ThingId, ThingId]
Taken = tuple[datetime, Fraction, Event, ThingId]


class Direct:
    """Direct links out of and into one thing."""

    def __init__(self, world: World, containment: Containment, standing_: Standing) -> None:
        self.world = world
        self.containment = containment
        self.standing = standing_

    def out_of(self, thing: ThingId) -> list[Link]:
        """Links from the thing to what it went into or became."""
        return [link for drawn in self._pairs(thing, as_part=True).values() for link in standing(drawn.links)]

    def into(self, thing: ThingId) -> list[Link]:
        """Links into the thing from what went into it or became it."""
        return [link for drawn in self._pairs(thing, as_part=False).values() for link in standing(drawn.links)]

    def removal_excess(self, holder: ThingId) -> list[tuple[Event, ThingId, Fraction]]:
        """Removals from the holder of more than had gone in: (event, part, quantity too many)."""
        return [excess for drawn in self._pairs(holder, as_part=False).values() for excess in drawn.excess]

    def _pairs(self, thing: ThingId, *, as_part: bool) -> dict[Pair, Drawn]:
        links: dict[Pair, list[Link]] = defaultdict(list)
        taken: dict[Pair, list[Taken]] = defaultdict(list)
        for event in self.events(thing):
            for link in self._stated(event):
                if (link.start if as_part else link.end) == thing and isinstance(link.start, ThingId) and isinstance(link.end, ThingId):
                    links[link.start, link.end].append(link)
            if event.type == "repair":
                for (part, quantity), _ in self.containment.expand(event.removed, event.at):
                    if (part if as_part else event.outputs[0].thing) == thing:
                        # an unknown quantity taken out is all of it
                        amount = quantity if quantity is not None else Fraction(10**18)
                        taken[part, event.outputs[0].thing].append((event.at, amount, event, part))
        return {pair: self._settle(links[pair], taken[pair]) for pair in links.keys() | taken.keys()}

    def _settle(self, links: list[Link], taken: list[Taken]) -> Drawn:
        removable = [link for link in links if link.event.type in {"operation", "repair"}]
        lasting = [link for link in links if link.event.type not in {"operation", "repair"}]
        drawn = take_back(removable, taken, keep_history=True)
        return Drawn(lasting + drawn.links, drawn.excess)

    def events(self, thing: ThingId) -> list[Event]:
        """Events that name the thing or a container that ever held it, each once."""
        named = [thing, *{stay.container for stay in self.containment.stays(thing)}]
        pending = named[1:]
        while pending:
            pending = [stay.container for holder in pending for stay in self.containment.stays(holder) if stay.container not in named]
            named += pending
        return list({event.source: event for name in named for event in self.world.events_of.get(name, ())}.values())

    def _stated(self, event: Event) -> Iterator[Link]:
        if event.type == "operation":
            yield from self._operation(event)
        elif event.type == "repair" or (event.type in RENAMES and self.standing.stands(event) and event.outputs):
            for (part, quantity), flow in self.containment.taking_part(event):
                yield from self._link(event, part, quantity, flow, event.outputs[0].thing, self.standing.share(event))

    def _operation(self, event: Event) -> Iterator[Link]:
        for (part, quantity), flow in self.containment.taking_part(event):
            concerned = [made for made in event.outputs if made.thing in flow.into] or event.outputs
            amounts = [self._amount(made) for made in concerned]
            total = sum(amounts, Fraction(0))
            for made, amount in zip(concerned, amounts, strict=True):
                share = amount / total if total else Fraction(1, len(amounts))
                yield from self._link(event, part, quantity, flow, made.thing, share)
        for made in event.outputs:
            if made.lot and made.lot != made.thing:
                uom = self.world.unit(made.thing, made.uom)
                yield Link(made.thing, made.lot, event.at, self.world.base(made), made.thing, uom, event)

    def _amount(self, flow: Flow) -> Fraction:
        amount = self.world.base(flow)
        return Fraction(1) if amount is None else amount

    def _link(self, event: Event, part: ThingId, quantity: Fraction | None, flow: Flow, end: ThingId, share: Fraction) -> Iterator[Link]:
        amount = None if quantity is None else quantity * share
        if part != end and (amount is None or amount > 0):
            uom = self.world.unit(part, "H87" if flow.thing.is_container else flow.uom)
            yield Link(part, end, event.at, amount, part, uom, event, flow.designators, group=flow.group)
