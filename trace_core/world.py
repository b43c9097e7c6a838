"""The part of the genealogy that a question has looked at so far, fetched from a store in few, large look-ups.

`reach(things)` fetches everything that decides the links into and out of these things: their events, the containers that carried them,
the orders and shipments they went through, the reversals of those movements, and the master data of all items concerned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from trace_core import touches as key
from trace_core.documents.envelope import Document
from trace_core.events import Event, Flow, Source, event_of, named_things
from trace_core.identifiers import ThingId
from trace_core.ports import Documents
from trace_core.quantity import ItemUnits, UnknownUnit, base_unit, to_base

OrderKey = tuple[str, str]
"""(plant, order number)."""


class World:
    """Events and masters indexed in memory; grows by `reach`, never shrinks, and answers the same whatever the order of growth."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.events_of: dict[ThingId, list[Event]] = defaultdict(list)
        self.packs_of: dict[ThingId, list[Event]] = defaultdict(list)
        self.on_order: dict[OrderKey, list[Event]] = defaultdict(list)
        self.on_shipment: dict[str, list[Event]] = defaultdict(list)
        self.reversals_of: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self.emptied: dict[ThingId, list[Event]] = defaultdict(list)
        self.masters: dict[str, list[Document]] = defaultdict(list)
        self._seen: set[tuple[str, str, str]] = set()
        self._asked: set[str] = set()
        self._opened: set[ThingId] = set()
        self._followed: set[ThingId] = set()
        self._units: dict[tuple[str, str], ItemUnits | None] = {}

    def reach(self, things: Iterable[ThingId]) -> None:
        """Make the links into and out of the things known."""
        fresh = set(things) - self._followed
        if not fresh:
            return
        while fresh:
            self._followed |= fresh
            self._ask({ask(thing) for thing in fresh for ask in (key.by_thing, key.by_packing)})
            carriers = {flow.thing for thing in fresh for pack in self.packs_of[thing] for flow in pack.outputs}
            fresh_now, fresh = fresh, carriers - self._followed
            self._surroundings(fresh_now)
        self._masters_of_items()

    def _surroundings(self, things: Iterable[ThingId]) -> None:
        """Fetch orders, shipments and reversals of the things' events, then the contents of containers named there."""
        events = {event.source: event for thing in things for event in self.events_of[thing]}
        orders = {(event.plant, event.order) for event in events.values() if event.order}
        shipments = {event.shipment for event in events.values() if event.shipment and event.type in key.TRANSFERS}
        self._ask({key.by_order(*order) for order in orders} | {key.by_shipment(shipment) for shipment in shipments})
        beside = [event for order in orders for event in self.on_order[order]]
        beside += [event for shipment in shipments for event in self.on_shipment[shipment]]
        self._around(events | {event.source: event for event in beside})

    def reach_order(self, order: OrderKey) -> None:
        """Make the pools of an order known."""
        self._ask({key.by_order(*order)})
        self._around({event.source: event for event in self.on_order[order]})
        self._masters_of_items()

    def reach_shipment(self, shipment: str) -> None:
        """Make the journeys under a shipment number known."""
        self._ask({key.by_shipment(shipment)})
        self._around({event.source: event for event in self.on_shipment[shipment]})
        self._masters_of_items()

    def _around(self, around: dict[Source, Event]) -> None:
        """Fetch the reversals of the events and the contents of containers that these name."""
        pending = list(around.values())
        while pending:
            asked = {key.by_movement(event.plant, event.source.key) for event in pending if event.source.kind == "movement"}
            asked |= {key.by_movement(event.plant, event.reverses) for event in pending if event.reverses}
            pending = [event for event in self._ask(asked) if event.source not in around]
            around |= {event.source: event for event in pending}
        self._open({thing for event in around.values() for thing in named_things(event) if thing.is_container})

    def _open(self, containers: set[ThingId]) -> None:
        """Fetch what is and was in the containers, however deep, and where else those contents have been put."""
        while fresh := containers - self._opened:
            self._opened |= fresh
            self._ask({key.by_packing(container) for container in fresh})
            contents = {flow.thing for container in fresh for pack in self._filled(container) for flow in pack.inputs}
            self._ask({key.by_packing(content) for content in contents})
            containers = {content for content in contents if content.is_container}

    def _filled(self, container: ThingId) -> list[Event]:
        return [pack for pack in self.packs_of[container] if pack.outputs[0].thing == container]

    def open_contents(self, container: ThingId) -> None:
        """Make the contents of a container known, also where no event names it."""
        self._open({container})

    def look_up(self, keys: Iterable[str]) -> None:
        """Fetch master documents by their keys."""
        self._ask(set(keys))

    def _ask(self, keys: set[str]) -> list[Event]:
        """Fetch what touches keys not asked for before; the events that were new."""
        wanted = keys - self._asked
        self._asked |= wanted
        return [event for document in self.documents.find(wanted) if (event := self._take(document))] if wanted else []

    def _take(self, document: Document) -> Event | None:
        if document.name in self._seen:
            return None
        self._seen.add(document.name)
        event = event_of(document)
        if event is None:
            for touch in key.touches(document):
                self.masters[touch].append(document)
            return None
        index = self.packs_of if event.type in key.PACKS else self.events_of
        for thing in set(named_things(event)):
            index[thing].append(event)
        if event.order:
            self.on_order[event.plant, event.order].append(event)
        if event.shipment and event.type in key.TRANSFERS:
            self.on_shipment[event.shipment].append(event)
        if event.empties:
            self.emptied[event.inputs[0].thing].append(event)
        if event.reverses:
            self.reversals_of[event.plant, event.reverses].append(event)
        return event

    def _masters_of_items(self) -> None:
        named = {(thing.plant, thing.item) for thing in (*self.events_of, *self.packs_of) if thing.item}
        self._ask({key.by_item(*item) for item in named})
        moved = [event for events in self.on_shipment.values() for event in events]
        items = {(thing.plant, thing.item) for event in moved for thing in named_things(event)}
        held = {
            (flow.thing.plant, flow.thing.item)
            for event in moved
            for named in event.inputs
            if named.thing.is_container
            for pack in self.packs_of[named.thing]
            for flow in pack.inputs
        }
        self._ask({key.by_crosswalk(plant, "item", item) for plant, item in items | held if item})

    # -- what the documents say about items ------------------------------------------------------------------------------------------

    def master(self, touch: str, kind: str) -> Document | None:
        """The document of a kind under a key; where a plant has several, the one whose key sorts last."""
        found = [document for document in self.masters.get(touch, ()) if document.kind == kind]
        return max(found, key=lambda document: document.key, default=None)

    def item(self, plant: str, item: str) -> dict[str, Any] | None:
        """The body of an item's master document, None when the item is unknown."""
        document = self.master(key.by_item(plant, item), "item")
        return dict(document.body) if document else None

    def units(self, thing: ThingId) -> ItemUnits | None:
        """How the thing's item is counted, None while the item is unknown."""
        name = (thing.plant, thing.item)
        if name not in self._units:
            body = self.item(*name)
            if body is None:
                return None
            self._units[name] = units_of(body)
        return self._units[name]

    def base(self, flow: Flow) -> Fraction | None:
        """The flow's quantity in base units; a serial without quantity is one, anything else without is None (unknown, more than none)."""
        if flow.quantity is None:
            return Fraction(1) if flow.thing.kind == "serial" else None
        try:
            return to_base(flow.quantity, flow.uom, self.units(flow.thing))
        except UnknownUnit:
            return Fraction(flow.quantity)

    def unit(self, thing: ThingId, uom: str) -> str:
        """The unit in which `base` counts the thing."""
        return base_unit(uom, self.units(thing))

    def global_item(self, thing: ThingId, at: datetime) -> str | None:
        """The group's code of the thing's item: by the crosswalk valid at `at`, else the item's own undated one."""
        valid = [
            document for document in self.masters.get(key.by_crosswalk(thing.plant, "item", thing.item), ()) if _valid(document.body, at)
        ]
        if valid:
            return str(max(valid, key=lambda document: (document.body.get("valid_from", ""), document.key)).body["global"])
        body = self.item(thing.plant, thing.item)
        return body.get("global_item") if body else None


def _valid(body: Any, at: datetime) -> bool:
    start, end = body.get("valid_from"), body.get("valid_to")
    return (start is None or datetime.fromisoformat(start) <= at) and (end is None or at < datetime.fromisoformat(end))


def units_of(item: Any) -> ItemUnits:
    """The units that an item's body declares."""
    return ItemUnits(item["base_uom"], {unit["uom"]: Fraction(unit["per_base"]) for unit in item.get("units", ())})
