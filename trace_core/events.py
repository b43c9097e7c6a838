"""What a document says happened, in one form for all kinds, and the keys under which it is found again.

An event is a pure function of one document. Which links follow is decided later, by rules that see several events together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from trace_core.documents.envelope import Document
from trace_core.identifiers import ItemCode, PlantCode, ThingId


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """The document revision that an event or link comes from."""

    plant: str
    kind: str
    key: str
    revision: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A thing that took part, with its quantity as written. `quantity` is None when the document gives none. `lot`: the output's lot.

    Of an operation's inputs, those of one `group` are alternatives, and `into` are the outputs concerned, all when empty (ADR 0014).
    """

    thing: ThingId
    quantity: Decimal | None = None
    uom: str = ""
    designators: tuple[str, ...] = ()
    lot: ThingId | None = None
    group: str = ""
    into: tuple[ThingId, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one instant in one plant.

    `type` is a movement type, `operation`, `repair`, `add`, `remove` (of a container) or `inspection`. `inputs` and `outputs` by type:
    movements have the thing in `inputs` and `other` in `outputs`; a repair has installed parts in `inputs`, the repaired thing in
    `outputs`, and `removed`; a pack has contents in `inputs` and the container in `outputs`.
    """

    source: Source
    type: str
    at: datetime
    inputs: tuple[Flow, ...]
    outputs: tuple[Flow, ...] = ()
    removed: tuple[Flow, ...] = ()
    order: str | None = None
    operation: str | None = None
    partner: str | None = None
    shipment: str | None = None
    equipment: str | None = None
    people: tuple[str, ...] = ()
    backflush: bool = False
    reverses: str | None = None

    @property
    def plant(self) -> str:
        """The plant of the document."""
        return self.source.plant

    @property
    def empties(self) -> bool:
        """Whether this is a count that found nothing left of a thing: what had come into it until then goes no further (ADR 0015)."""
        return self.type == "count" and self.reverses is None and self.inputs[0].quantity == 0

    @property
    def rank(self) -> tuple[datetime, Source]:
        """The order in which events of the same instant are taken: by source, so that it never depends on arrival."""
        return self.at, self.source


def thing_of(told: Mapping[str, Any], plant: str) -> ThingId:
    """The thing that a document part names; `plant` is the document's, used where the part has none."""
    return ThingId(PlantCode(told.get("plant", plant)), told["kind"], ItemCode(told.get("item", "")), told["number"])


def event_of(document: Document) -> Event | None:
    """The event that a document states, None when it is withdrawn or states no event. It is read once and kept with the document."""
    if document.deleted or document.kind not in _READERS:
        return None
    if document.stated is None:
        source = Source(document.plant, document.kind, document.key, document.revision)
        document.state(_READERS[document.kind](source, document.body, flows_of(document.kind, document.body, document.plant)))
    event: Event = document.stated
    return event


def flows_of(kind: str, body: Mapping[str, Any], plant: str) -> dict[str, tuple[Flow, ...]]:
    """The flows that the body of an event document states, by the name of its field."""
    if kind in {"movement", "inspection"}:
        moved = flow_of(body, plant, thing_of(body["thing"], plant))
        return {"thing": (moved,), "other": (Flow(thing_of(body["other"], plant)),) if "other" in body else ()}
    if kind == "pack":
        return {"contents": tuple(flow_of(told, plant, thing_of(told, plant)) for told in body["contents"])}
    found = {name: tuple(flow_of(told, plant) for told in body.get(name, ())) for name in ("inputs", "outputs", "removed", "installed")}
    return found | {"thing": (Flow(thing_of(body["thing"], plant)),)} if "thing" in body else found


def flow_of(told: Mapping[str, Any], plant: str, thing: ThingId | None = None) -> Flow:
    """The flow that a part of a body states; `thing` is given where the part does not hold it under that name."""
    quantity = told.get("quantity")
    return Flow(
        thing or thing_of(told["thing"], plant),
        Decimal(quantity) if quantity is not None else None,
        told.get("uom", ""),
        tuple(told.get("designators", ())),
        thing_of(told["lot"], plant) if "lot" in told else None,
        told.get("group", ""),
        tuple(thing_of(one, plant) for one in told.get("into", ())),
    )


Flows = Mapping[str, tuple[Flow, ...]]


def _movement(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    return Event(
        source,
        body["type"],
        datetime.fromisoformat(body["at"]),
        inputs=flows["thing"],
        outputs=flows["other"],
        order=body.get("order"),
        operation=body.get("operation"),
        partner=body.get("partner"),
        shipment=body.get("shipment"),
        equipment=body.get("equipment"),
        people=(body["person"],) if "person" in body else (),
        backflush=body.get("backflush", False),
        reverses=body.get("reverses"),
    )


def _operation(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    return Event(
        source,
        "operation",
        datetime.fromisoformat(body["at"]),
        inputs=flows["inputs"],
        outputs=flows["outputs"],
        order=body["order"],
        operation=body["operation"],
        equipment=body.get("equipment"),
        people=tuple(body.get("people", ())),
    )


def _pack(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    container = ThingId(PlantCode(source.plant), "container", ItemCode(""), body["container"])
    return Event(source, body["action"], datetime.fromisoformat(body["at"]), inputs=flows["contents"], outputs=(Flow(container),))


def _repair(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    return Event(
        source,
        "repair",
        datetime.fromisoformat(body["at"]),
        inputs=flows["installed"],
        outputs=flows["thing"],
        removed=flows["removed"],
        order=body.get("order"),
        equipment=body.get("equipment"),
        people=(body["person"],) if "person" in body else (),
    )


def _inspection(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    at, equipment = datetime.fromisoformat(body["at"]), body.get("equipment")
    return Event(source, "inspection", at, inputs=flows["thing"], operation=body.get("operation"), equipment=equipment)


_READERS = {"movement": _movement, "operation": _operation, "pack": _pack, "repair": _repair, "inspection": _inspection}


def stated(source: Source, body: Mapping[str, Any], flows: Flows) -> Event:
    """The event of a document whose flows have been read already."""
    return _READERS[source.kind](source, body, flows)


def named_things(event: Event) -> Iterator[ThingId]:
    """Every thing that the event names, lots of outputs included; a thing may come twice."""
    for flow in (*event.inputs, *event.outputs, *event.removed):
        yield flow.thing
        if flow.lot:
            yield flow.lot


def measured(document: Document) -> Iterator[tuple[str, ThingId, str]]:
    """(document path, thing, unit) of every quantity in an event document that is counted in a unit of the thing's item."""
    event = event_of(document)
    if event is None:
        return
    paths = _PATHS.get(document.kind, {})
    for group, flows in (("inputs", event.inputs), ("outputs", event.outputs), ("removed", event.removed)):
        for at, flow in enumerate(flows):
            if flow.uom and not flow.thing.is_container and group in paths:
                yield paths[group].format(at), flow.thing, flow.uom


_PATHS: Mapping[str, Mapping[str, str]] = {
    "movement": {"inputs": "body.uom"},
    "operation": {"inputs": "body.inputs.{}.uom", "outputs": "body.outputs.{}.uom"},
    "pack": {"inputs": "body.contents.{}.uom"},
    "repair": {"inputs": "body.installed.{}.uom", "removed": "body.removed.{}.uom"},
}
