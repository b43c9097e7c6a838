"""Rules that tie several fields of an event together; what each type must have. Source: EPCIS 2.0, sections 7.4.2 to 7.4.6."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.raw import RawEvent
from trace_core.errors import Problem

Broken = Iterator[tuple[str, str]]


def broken(event: EpcisEvent, raw: RawEvent) -> list[Problem]:
    """Every rule between fields that the event breaks, at the field that would mend it."""
    return [Problem(raw.where.at(name), said) for name, said in (*_RULES[event.type](event, raw), *_common(event, raw))]


def _common(event: EpcisEvent, raw: RawEvent) -> Broken:
    if "persistentDisposition" in raw.told and not (event.set_ or event.unset):
        yield "persistentDisposition", "must set or unset at least one disposition"
    if set(event.set_) & set(event.unset):
        yield "persistentDisposition", "sets and unsets the same disposition"
    if event.error and event.event_id and event.event_id in event.error.corrective:
        yield "errorDeclaration", "names the event itself as its correction"


def _object(event: EpcisEvent, raw: RawEvent) -> Broken:
    if not _has(event, "epcList", "quantityList") and not (event.sensors and event.read_point):
        yield "epcList", "is missing or empty, as is quantityList: say what it is about, or give sensorElementList and readPoint"
    if "ilmd" in raw.told and event.action not in {"ADD", None}:
        yield "ilmd", "is allowed with action ADD only"


def _aggregation(event: EpcisEvent, raw: RawEvent) -> Broken:
    if event.parent is None and event.action in {"ADD", "DELETE"} and "parentID" not in raw.told:
        yield "parentID", f"is missing; with {event.action} the event says what it was packed into or taken out of"
    yield from _children(event, {"ADD", "OBSERVE"})
    yield from _not_in_itself(event)


def _association(event: EpcisEvent, raw: RawEvent) -> Broken:
    if event.parent is None and "parentID" not in raw.told:
        yield "parentID", "is missing"
    yield from _children(event, {"ADD", "OBSERVE"})
    yield from _not_in_itself(event)


def _children(event: EpcisEvent, actions: set[str]) -> Broken:
    if event.action in actions and not _has(event, "childEPCs", "childQuantityList"):
        yield "childEPCs", f"is missing, as is childQuantityList; only DELETE may leave both out, meaning everything (here {event.action})"


def _not_in_itself(event: EpcisEvent) -> Broken:
    if event.parent is not None and event.parent in event.instances.get("childEPCs", ()):
        yield "childEPCs", "names the parent itself"


def _transaction(event: EpcisEvent, raw: RawEvent) -> Broken:
    if not event.transactions and not raw.told.get("bizTransactionList"):
        yield "bizTransactionList", "is missing or empty; a TransactionEvent ties things to at least one"
    if event.action in {"ADD", "OBSERVE"} and not _has(event, "epcList", "quantityList"):
        yield "epcList", "is missing or empty, as is quantityList; only DELETE may leave both out"


def _transformation(event: EpcisEvent, _: RawEvent) -> Broken:
    inputs = _has(event, "inputEPCList", "inputQuantityList")
    outputs = _has(event, "outputEPCList", "outputQuantityList")
    if not inputs and (event.transformation is None or not outputs):
        yield "inputEPCList", "is missing or empty, as is inputQuantityList; without transformationID both sides are needed"
    if not outputs and (event.transformation is None or not inputs):
        yield "outputEPCList", "is missing or empty, as is outputQuantityList; without transformationID both sides are needed"


def _has(event: EpcisEvent, *names: str) -> bool:
    return any(event.epcs(*names)) or any(event.quantities(*names))


_RULES: Mapping[str, Callable[[EpcisEvent, RawEvent], Broken]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "AssociationEvent": _association,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
}
