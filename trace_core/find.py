"""Things by any number that a person may hold: their own, a supplier's lot, an order, a container, a shipment, a date code."""

from __future__ import annotations

from collections.abc import Iterator

from trace_core import touches as key
from trace_core.documents.envelope import Document
from trace_core.events import Event, event_of, named_things
from trace_core.identifiers import ItemCode, PlantCode, ThingId, parse_thing
from trace_core.ports import Documents


def find(documents: Documents, number: str) -> list[dict[str, str]]:
    """Candidates `{"id", "why"}`, sorted, each thing once with the first reason that fits; a full thing id finds itself when known."""
    given = parse_thing(number)
    if given is not None and _known(documents, given):
        return [{"id": given.uri, "why": "container" if given.is_container else "number"}]
    found: dict[ThingId, str] = {}
    for document in documents.find([key.by_number(number)]):
        for thing, why in _named(documents, document, number):
            if thing not in found or WHY.index(why) < WHY.index(found[thing]):
                found[thing] = why
    return [{"id": thing.uri, "why": why} for thing, why in sorted(found.items(), key=lambda one: (WHY.index(one[1]), one[0]))]


def single(documents: Documents, text: str) -> tuple[ThingId | None, list[dict[str, str]]]:
    """The one thing that a text names, by its id or by any number; None when there are several or none. The candidates either way."""
    candidates = find(documents, text)
    named = {told["id"] for told in candidates}
    given = parse_thing(text)
    if given is not None and given.uri in named:
        return given, candidates
    return (parse_thing(named.pop()) if len(named) == 1 else None), candidates


WHY = ("number", "container", "supplier_lot", "order", "shipment", "date_code")


def _known(documents: Documents, thing: ThingId) -> bool:
    asked = [key.by_thing(thing), key.by_packing(thing), key.by_lot(thing)]
    return any(True for _ in documents.find(asked))


def _named(documents: Documents, document: Document, number: str) -> Iterator[tuple[ThingId, str]]:
    event = event_of(document)
    if event is not None:
        yield from _of_event(event, number)
    elif document.kind == "lot":
        thing = ThingId(PlantCode(document.plant), "lot", ItemCode(document.body["item"]), document.body["lot"])
        reasons = {"lot": "number", "supplier_lot": "supplier_lot", "date_code": "date_code"}
        yield from ((thing, why) for name, why in reasons.items() if document.body.get(name) == number)
    elif document.kind == "order":
        for done in documents.find([key.by_order(document.plant, number)]):
            made = event_of(done)
            if made is not None:
                yield from _of_event(made, number)


def _of_event(event: Event, number: str) -> Iterator[tuple[ThingId, str]]:
    for thing in named_things(event):
        if thing.number == number:
            yield thing, "container" if thing.is_container else "number"
    if event.order == number:
        if event.type in {"produce", "byproduct"}:
            yield event.inputs[0].thing, "order"
        elif event.type == "operation":
            yield from ((flow.thing, "order") for flow in event.outputs)
    if event.shipment == number:
        yield event.inputs[0].thing, "shipment"
