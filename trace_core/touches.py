"""The keys under which documents are found: by the things, orders, shipments, items and movements that they touch.

A key is a short text. Both stores index documents by them, so that any neighbourhood of the genealogy is a handful of look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from trace_core.documents.envelope import Document
from trace_core.events import Event, event_of, named_things, thing_of
from trace_core.identifiers import ItemCode, PlantCode, ThingId

PACKS = frozenset({"add", "remove"})
TRANSFERS = frozenset({"transfer_out", "transfer_in"})


def by_thing(thing: ThingId) -> str:
    """Events other than packing that name the thing."""
    return f"T:{thing.uri}"


def by_packing(thing: ThingId) -> str:
    """Packing events in which the thing is the container or a content."""
    return f"P:{thing.uri}"


def by_order(plant: str, order: str) -> str:
    """Events on an order."""
    return f"O:{plant}/{order}"


def by_shipment(shipment: str) -> str:
    """Transfers under a shipment number, in any plant."""
    return f"S:{shipment}"


def by_movement(plant: str, key: str) -> str:
    """A movement, and the movements that reverse it."""
    return f"M:{plant}/{key}"


def by_item(plant: str, item: str) -> str:
    """The master document of an item."""
    return f"I:{plant}/{item}"


def by_use_of_item(plant: str, item: str) -> str:
    """Event documents that count something in units of the item."""
    return f"U:{plant}/{item}"


def by_bom(plant: str, item: str) -> str:
    """Bills of material of a product."""
    return f"B:{plant}/{item}"


def by_order_document(plant: str, order: str) -> str:
    """The document of an order."""
    return f"D:{plant}/{order}"


def by_lot(thing: ThingId) -> str:
    """What is known of a lot."""
    return f"L:{thing.uri}"


def by_crosswalk(plant: str, what: str, here: str) -> str:
    """Crosswalks of a plant's code."""
    return f"X:{plant}/{what}/{here}"


def by_partner(plant: str, partner: str) -> str:
    """The master document of a partner."""
    return f"R:{plant}/{partner}"


def by_number(number: str) -> str:
    """Anything that carries this number: a thing, an order, a shipment, a supplier's lot or a date code."""
    return f"N:{number}"


def touches(document: Document) -> tuple[str, ...]:
    """Every key of the document, sorted, each once; a withdrawn document has none."""
    event = event_of(document)
    return tuple(sorted(set(_of_event(event) if event else of_master(document))))


def _of_event(event: Event) -> Iterator[str]:
    for thing in named_things(event):
        yield from by_naming(thing, packing=event.type in PACKS)
        if thing.item:
            yield by_use_of_item(thing.plant, thing.item)
    yield from beside_things(event)


def by_naming(thing: ThingId, *, packing: bool) -> tuple[str, str]:
    """The keys of an event that names a thing, but for its item."""
    return by_packing(thing) if packing else by_thing(thing), by_number(thing.number)


def beside_things(event: Event) -> Iterator[str]:
    """The keys of an event that do not come from the things it names."""
    if event.order:
        yield by_order(event.plant, event.order)
        yield by_number(event.order)
    if event.shipment:
        yield by_number(event.shipment)
        if event.type in TRANSFERS:
            yield by_shipment(event.shipment)
    if event.source.kind == "movement":
        yield by_movement(event.plant, event.source.key)
        if event.reverses:
            yield by_movement(event.plant, event.reverses)


def of_master(document: Document) -> Collection[str]:
    """The keys of a document that states no event, each once; a withdrawn document has none."""
    named = _MASTERS.get(document.kind)
    return () if document.deleted or named is None else named(document.plant, document.body)


def _of_lot(plant: str, body: Mapping[str, Any]) -> Collection[str]:
    lot = by_lot(ThingId(PlantCode(plant), "lot", ItemCode(body["item"]), body["lot"]))
    return {lot, *(by_number(body[name]) for name in ("lot", "supplier_lot", "date_code") if name in body)}


_MASTERS: Mapping[str, Callable[[str, Mapping[str, Any]], Collection[str]]] = {
    "item": lambda plant, body: (by_item(plant, body["item"]),),
    "bom": lambda plant, body: (by_bom(plant, body["item"]),),
    "order": lambda plant, body: (by_order_document(plant, body["order"]), by_number(body["order"])),
    "partner": lambda plant, body: (by_partner(plant, body["partner"]),),
    "crosswalk": lambda plant, body: (by_crosswalk(plant, body["what"], body["here"]),),
    "lot": _of_lot,
}


def waiting_things(told: object, plant: str) -> set[ThingId]:
    """Things that a rejected document names as far as it can be read, so that answers about them can say that something waits."""
    found: set[ThingId] = set()
    if isinstance(told, dict):
        kind, number, item = told.get("kind"), told.get("number"), told.get("item", "")
        if kind in {"lot", "serial", "container"} and isinstance(number, str) and isinstance(item, str):
            found.add(thing_of({**told, "plant": told.get("plant") or plant, "item": item}, plant))
        for inner in told.values():
            found |= waiting_things(inner, plant)
    elif isinstance(told, list):
        for inner in told:
            found |= waiting_things(inner, plant)
    return found
