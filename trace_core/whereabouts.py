"""Where an affected thing is now, and how much of it: in stock, in process, in transit, at a customer, scrapped, or part of another.

A recall stops what is still within reach and calls back what is not (ISA-95 material lot status, EPCIS dispositions). A lot may be in
several of these states at once, each with its quantity in base units; a thing with a number of its own is in one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from trace_core import touches as key
from trace_core.direct import RENAMES
from trace_core.events import Event
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Link, Pool, is_membership
from trace_core.walk import Asked

STATES = ("in_stock", "in_process", "in_transit", "at_customer", "scrapped", "consumed")
REACHABLE = frozenset({"in_stock", "in_process", "in_transit"})
"""States in which a thing can still be stopped."""
OPEN = frozenset({"planned", "released", "started", "paused"})
COMES = frozenset({"receive", "produce", "byproduct", "transfer_in"})
Amount = Fraction | None
"""A quantity in base units; None is unknown, more than none."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A state with the quantity in it; `partner` is the customer, for `at_customer`."""

    state: str
    quantity: Amount
    uom: str
    partner: str = ""


class Whereabouts:
    """Places of things that the graph has reached."""

    def __init__(self, graph: Graph, asked: Asked) -> None:
        self.graph = graph
        self.asked = asked

    def look_up(self, things: list[ThingId]) -> None:
        """Fetch the orders that say whether something is still being made."""
        orders = {(e.plant, e.order) for thing in things for e in self.graph.events(thing) if e.order and e.type == "operation"}
        self.graph.world.look_up(key.by_order_document(*order) for order in sorted(orders))

    def of(self, thing: ThingId) -> list[Place]:
        """The thing's places, sorted; empty when nothing is known of it."""
        events = [event for event in self.graph.events(thing) if event.at <= self.asked.at and self.graph.standing.stands(event)]
        if thing.kind == "serial":
            return self._single(thing, events)
        went = self._went(thing, events)
        left = _sum([amount for amount, _ in self._came(thing, events)])
        for amount in went.values():
            left = None if left is None or amount is None else left - amount
        uom = self.graph.world.unit(thing, "H87")
        found = [Place(state, amount, uom, partner) for (state, partner), amount in went.items() if amount is None or amount > 0]
        if (left is None or left > 0) and not self._empty(thing, events):
            found.append(Place(self._at_hand(thing, events), left, uom))
        return sorted(found, key=lambda place: (STATES.index(place.state), place.partner))

    def _single(self, thing: ThingId, events: list[Event]) -> list[Place]:
        """A thing with its own number is where its last event left it, unless it is part of something."""
        if not events:
            return []
        uom, last = self.graph.world.unit(thing, "H87"), events[-1]
        gone = max((link.at for link in self._into_others(thing)), default=None)
        moved = [event for event in events if event.type in _AFTER and not self._only_names(event, thing)]
        last = moved[-1] if moved else last
        if gone is not None and (not moved or gone >= last.at or last.type == "issue"):
            return [Place("consumed", Fraction(1), uom)]
        state = _AFTER.get(last.type, "in_stock")
        if state == "in_transit" and self._arrived(last, thing):
            return [Place("consumed", Fraction(1), uom)]
        if state == "in_stock":
            state = self._at_hand(thing, events)
        return [Place(state, Fraction(1), uom, last.partner or "" if state == "at_customer" else "")]

    def _only_names(self, event: Event, thing: ThingId) -> bool:
        """Whether an operation or repair was done with the thing as a part: then its link says where it went."""
        return event.type == "operation" and all(flow.thing != thing for flow in event.outputs)

    def _at_hand(self, thing: ThingId, events: list[Event]) -> str:
        """`in_process` while an open order has reported on the thing and not yet put it in stock."""
        made = {(e.plant, e.order) for e in events if e.order and e.type == "operation" and any(thing == f.thing for f in e.outputs)}
        stocked = {(e.plant, e.order) for e in events if e.type in {"produce", "byproduct"}}
        for order in made - stocked:
            document = self.graph.world.master(key.by_order_document(order[0], order[1] or ""), "order")
            if document and document.body["status"] in OPEN:
                return "in_process"
        return "in_stock"

    # -- lots ------------------------------------------------------------------------------------------------------------------------

    def _came(self, lot: ThingId, events: list[Event]) -> Iterator[tuple[Amount, Event]]:
        """What came into the lot itself; units that belong to it have places of their own."""
        produced = {(event.plant, event.order) for event in events if event.type in {"produce", "byproduct"}}
        for event in events:
            for amount in self._amounts(event, lot):
                if event.type in COMES | {"adjust"}:
                    yield amount, event
            if event.type in RENAMES and event.outputs and event.outputs[0].thing == lot:
                for (_, quantity), _ in self.graph.containment.taking_part(event):
                    yield None if quantity is None else quantity * self.graph.standing.share(event), event
            if event.type == "operation" and (event.plant, event.order) not in produced:
                for flow in event.outputs:
                    if flow.thing == lot:
                        yield self.graph.world.base(flow), event

    def _went(self, lot: ThingId, events: list[Event]) -> dict[tuple[str, str], Amount]:
        """How much of a lot went into each state, with the customer."""
        went: dict[tuple[str, str], list[Amount]] = defaultdict(list)
        for event in events:
            for amount in self._amounts(event, lot):
                if event.type in {"ship", "customer_return"}:
                    back = event.type == "customer_return" and amount is not None
                    went["at_customer", event.partner or ""].append(-amount if back and amount is not None else amount)
                elif state := self._left_into(event, lot):
                    went[state, ""].append(amount)
        for link in self.graph.out_of(lot):
            if self.asked.holds(link) and link.event.type in {"operation", "repair"} and not is_membership(link):
                went["consumed", ""].append(link.left(self.asked.at))
            elif self.asked.holds(link) and isinstance(link.end, Pool):
                went["consumed" if self._drawn(link) else "in_process", ""].append(link.quantity)
        return {state: _sum(amounts) for state, amounts in went.items()}

    def _left_into(self, event: Event, lot: ThingId) -> str | None:
        """The state that a movement out of stock leads into, None for others."""
        if event.type == "scrap":
            return "scrapped"
        if event.type == "transfer_out":
            return "consumed" if self._arrived(event, lot) else "in_transit"
        became = event.type in RENAMES and bool(event.outputs) and event.outputs[0].thing != lot
        return "consumed" if became else None

    def _empty(self, lot: ThingId, events: list[Event]) -> bool:
        """Whether a count found nothing left, and nothing came since."""
        counted = max((event.at for event in events if event.empties), default=None)
        return counted is not None and all(event.at <= counted for _, event in self._came(lot, events))

    def _amounts(self, event: Event, thing: ThingId) -> Iterator[Amount]:
        for (held, quantity), _ in self.graph.containment.taking_part(event):
            if held == thing:
                yield None if quantity is None else quantity * self.graph.standing.share(event)

    # -- links -----------------------------------------------------------------------------------------------------------------------

    def _into_others(self, thing: ThingId) -> Iterator[Link]:
        """Links by which the thing is now part of something, or has become it."""
        for link in self.graph.out_of(thing):
            if not self.asked.holds(link) or is_membership(link):
                continue
            if isinstance(link.end, ThingId) or (isinstance(link.end, Pool) and self._drawn(link)):
                yield link

    def _drawn(self, link: Link) -> bool:
        """Whether anything was made out of a pool since the link led into it."""
        return any(link.at <= out.at <= self.asked.at and out.end != link.start for out in self.graph.out_of(link.end))

    def _arrived(self, event: Event, thing: ThingId) -> bool:
        """Whether what left for another plant is known to have arrived there."""
        journey = self.graph.journeys.stitches(event.shipment).partner_of(thing) if event.shipment else None
        return journey is not None and any(link.at <= self.asked.at for link in self.graph.journeys.out_of_journey(journey))


_AFTER = {
    "receive": "in_stock",
    "issue": "in_process",
    "return": "in_stock",
    "produce": "in_stock",
    "byproduct": "in_stock",
    "operation": "in_stock",
    "transfer_out": "in_transit",
    "transfer_in": "in_stock",
    "ship": "at_customer",
    "customer_return": "in_stock",
    "scrap": "scrapped",
}
"""The state that an event leaves a thing with its own number in."""


def _sum(amounts: list[Amount]) -> Amount:
    """The sum; unknown when one of them is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if len(known) == len(amounts) else None
