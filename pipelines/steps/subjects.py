"""What a result in a system's document is about: a thing, or an order and with it everything made on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote

from trace_core import touches as key
from trace_core.documents.envelope import Document
from trace_core.events import event_of, thing_of
from trace_core.identifiers import ItemCode, PlantCode, ThingId, parse_thing
from trace_core.ports import Documents

ORDER = "order"


def subject_of(document: Document) -> str | None:
    """The id of what a document is about: a movement's thing, a lot, or `PLANT/order/NUMBER`; None for every other kind."""
    if document.kind == "movement":
        return thing_of(document.body["thing"], document.plant).uri
    if document.kind == "lot":
        return ThingId(PlantCode(document.plant), "lot", ItemCode(document.body["item"]), document.body["lot"]).uri
    if document.kind == ORDER:
        return f"{quote(document.plant, safe='-._~')}/{ORDER}/{quote(document.body['order'], safe='-._~')}"
    return None


def things_of(documents: Documents, subjects: Sequence[str]) -> list[ThingId]:
    """The things that subjects stand for, each once, sorted."""
    return sorted({thing for subject in subjects for thing in _things(documents, subject)})


def _things(documents: Documents, subject: str) -> Iterator[ThingId]:
    plant, sort, *rest = (unquote(part) for part in subject.split("/"))
    if sort == ORDER and len(rest) == 1:
        yield from _made_on(documents, plant, rest[0])
    elif (thing := parse_thing(subject)) is not None:
        yield thing


def _made_on(documents: Documents, plant: str, order: str) -> list[ThingId]:
    """What came out of an order: of the item that it is for where that is known and came out, else everything."""
    events = [event for document in documents.find([key.by_order(plant, order)]) if (event := event_of(document)) and event.order == order]
    made = {flow.thing for event in events if event.type == "operation" for flow in event.outputs}
    made |= {event.inputs[0].thing for event in events if event.type in {"produce", "byproduct"}}
    orders = documents.find([key.by_order_document(plant, order)])
    items = {document.body["item"] for document in orders if document.kind == ORDER}
    return [thing for thing in made if thing.item in items] or list(made)
