"""Links between plants: a transfer out and a transfer in become one path when they are stitched.

Rule 5 of contract section 3. Candidates have the same shipment, different plants and the same item; equal kind and number, unique on each
side, pair first; what remains pairs when exactly one unpaired thing is left on both sides of that item. The rest waits for a person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from trace_core.containment import Containment
from trace_core.events import Event
from trace_core.identifiers import ThingId
from trace_core.links import Journey, Link
from trace_core.reversals import Standing
from trace_core.touches import TRANSFERS
from trace_core.world import World


@dataclass(slots=True)
class Side:
    """What left (or arrived) under one shipment: each thing with its movements and quantities."""

    moved: dict[ThingId, list[tuple[Event, Fraction | None, str]]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class Stitches:
    """The pairs found under one shipment, how each was found, and what waits."""

    out: Side
    in_: Side
    pairs: dict[ThingId, ThingId]
    evidence: dict[ThingId, str]
    candidates: dict[ThingId, list[ThingId]]
    arrivals: dict[ThingId, ThingId] = field(init=False)

    def __post_init__(self) -> None:
        self.arrivals = {arrived: left for left, arrived in self.pairs.items()}

    def partner_of(self, thing: ThingId) -> Journey | None:
        """The journey that the thing left by, if it is stitched."""
        return self._journey(thing, self.pairs[thing]) if thing in self.pairs else None

    def arrival_of(self, thing: ThingId) -> Journey | None:
        """The journey that the thing arrived by, if it is stitched."""
        return self._journey(self.arrivals[thing], thing) if thing in self.arrivals else None

    def arrived_at(self, journey: Journey, event: Event) -> datetime:
        """When what an event says arrived did arrive: not before it left, whatever the clocks say."""
        return max(event.at, min(left.at for left, _, _ in self.out.moved[journey.left]))

    def _journey(self, left: ThingId, arrived: ThingId) -> Journey:
        return Journey(self.out.moved[left][0][0].shipment or "", left, arrived)

    def waiting(self) -> list[ThingId]:
        """Things on either side without a counterpart."""
        unpaired = [thing for thing in self.out.moved if thing not in self.pairs]
        return unpaired + [thing for thing in self.in_.moved if thing not in self.arrivals]


class Journeys:
    """Stitches, worked out once for each shipment."""

    def __init__(self, world: World, containment: Containment, standing: Standing) -> None:
        self.world = world
        self.containment = containment
        self.standing = standing
        self._stitches: dict[str, Stitches] = {}

    def out_of(self, events: list[Event], thing: ThingId) -> list[Link]:
        """Links from a thing into its journeys."""
        journeys = {j for e in _transfers(events) if e.shipment and (j := self.stitches(e.shipment).partner_of(thing))}
        return [link for journey in sorted(journeys) for link in self.into_journey(journey)]

    def into(self, events: list[Event], thing: ThingId) -> list[Link]:
        """Links into a thing from its journeys."""
        journeys = {j for e in _transfers(events) if e.shipment and (j := self.stitches(e.shipment).arrival_of(thing))}
        return [link for journey in sorted(journeys) for link in self.out_of_journey(journey)]

    def into_journey(self, journey: Journey) -> list[Link]:
        """Links from what left."""
        moved = self.stitches(journey.shipment).out.moved[journey.left]
        return [Link(journey.left, journey, event.at, quantity, journey.left, uom, event) for event, quantity, uom in moved]

    def out_of_journey(self, journey: Journey) -> list[Link]:
        """Links to what arrived."""
        stitches = self.stitches(journey.shipment)
        return [
            Link(journey, journey.arrived, stitches.arrived_at(journey, event), quantity, journey.arrived, uom, event)
            for event, quantity, uom in stitches.in_.moved[journey.arrived]
        ]

    def stitches(self, shipment: str) -> Stitches:
        """What pairs and what waits under a shipment."""
        if shipment not in self._stitches:
            self._stitches[shipment] = self._stitch(shipment)
        return self._stitches[shipment]

    def _stitch(self, shipment: str) -> Stitches:
        out, in_ = Side(), Side()
        for event in sorted(self.world.on_shipment.get(shipment, ()), key=lambda event: event.rank):
            if self.standing.stands(event):
                side = out if event.type == "transfer_out" else in_
                for (thing, quantity), flow in self.containment.taking_part(event):
                    amount = None if quantity is None else quantity * self.standing.share(event)
                    if amount is None or amount > 0:
                        uom = self.world.unit(thing, "H87" if flow.thing.is_container else flow.uom)
                        side.moved[thing].append((event, amount, uom))
        near = {left: [there for there in in_.moved if self._fit(left, there, out, in_)] for left in out.moved}
        pairs, evidence = pair_up(near)
        taken = set(pairs.values())
        open_ = {left: [t for t in there if t not in taken] for left, there in near.items() if left not in pairs}
        return Stitches(out, in_, pairs, evidence, open_)

    def _fit(self, left: ThingId, there: ThingId, out: Side, in_: Side) -> bool:
        if left.plant == there.plant:
            return False
        here_global = self.world.global_item(left, out.moved[left][0][0].at)
        there_global = self.world.global_item(there, in_.moved[there][0][0].at)
        if here_global and there_global:
            return here_global == there_global
        return left.item == there.item


def _transfers(events: list[Event]) -> list[Event]:
    return [event for event in events if event.type in TRANSFERS]


def pair_up(near: dict[ThingId, list[ThingId]]) -> tuple[dict[ThingId, ThingId], dict[ThingId, str]]:
    """Pair what left with what arrived among the candidates of each; the second value says by what evidence."""
    pairs: dict[ThingId, ThingId] = {}
    evidence: dict[ThingId, str] = {}
    same = {left: [t for t in there if (t.kind, t.number) == (left.kind, left.number)] for left, there in near.items()}
    rounds = (("shipment, item, kind and number", same), ("shipment, and the only one left of the item on both sides", near))
    for why, offers in rounds:
        taken = set(pairs.values())
        left_open = {a: [b for b in bs if b not in taken] for a, bs in offers.items() if a not in pairs}
        wanted: dict[ThingId, int] = defaultdict(int)
        for there in left_open.values():
            for thing in there:
                wanted[thing] += 1
        for left, there in left_open.items():
            if len(there) == 1 and wanted[there[0]] == 1:
                pairs[left], evidence[left] = there[0], why
    return pairs, evidence
