"""Writing events in the JSON-LD binding: bare, as EPCISDocument, or as the answer to a query.

Numbers are written with all their digits. Source: EPCIS 2.0, section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from trace_core.documents.fields import time_text
from trace_core.epcis.members import LONGEST
from trace_core.epcis.model import EpcisEvent, Extensions, Place, Quantity, SensorElement, Typed
from trace_core.epcis.names import all_names, prefixes_for, split
from trace_core.epcis.shape import CONTEXT, TYPED

Ids = Callable[[str], str]
"""How identifiers are to be written."""


def as_given(uri: str) -> str:
    """The identifier as it is."""
    return uri


def event_json(event: EpcisEvent, *, prefixes: Mapping[str, str], ids: Ids = as_given) -> bytes:
    """One bare event with its own context. `prefixes` are preferred for the namespaces of its extensions."""
    short = prefixes_for(_names([event]), prefixes)
    return orjson.dumps({"@context": _context(short), **_event(event, short, ids)})


def document_json(events: Sequence[EpcisEvent], *, created: datetime, prefixes: Mapping[str, str], ids: Ids = as_given) -> bytes:
    """An EPCISDocument of the events."""
    short = prefixes_for(_names(events), prefixes)
    body = {"eventList": [_event(event, short, ids) for event in events]}
    return orjson.dumps(_frame("EPCISDocument", short, created) | {"epcisBody": body})


def answer_json(events: Sequence[EpcisEvent], *, created: datetime, query: str, prefixes: Mapping[str, str], ids: Ids = as_given) -> bytes:
    """An EPCISQueryDocument with the events as results of a query."""
    return _answer(events, created, {"queryName": query}, prefixes, ids, {})


def delivery_json(
    events: Sequence[EpcisEvent],
    *,
    delivery: str,
    subscription: str,
    created: datetime,
    query: str,
    prefixes: Mapping[str, str],
    ids: Ids = as_given,
) -> bytes:
    """An EPCISQueryDocument for a subscriber; `delivery` is its own URI."""
    return _answer(events, created, {"subscriptionID": subscription, "queryName": query}, prefixes, ids, {"id": delivery})


def _answer(
    events: Sequence[EpcisEvent],
    created: datetime,
    about: Mapping[str, str],
    prefixes: Mapping[str, str],
    ids: Ids,
    more: Mapping[str, str],
) -> bytes:
    short = prefixes_for(_names(events), prefixes)
    results = {**about, "resultsBody": {"eventList": [_event(event, short, ids) for event in events]}}
    return orjson.dumps(_frame("EPCISQueryDocument", short, created) | dict(more) | {"epcisBody": {"queryResults": results}})


def _frame(type_: str, short: Mapping[str, str], created: datetime) -> dict[str, Any]:
    return {"@context": _context(short), "type": type_, "schemaVersion": "2.0", "creationDate": time_text(created.astimezone(UTC))}


def _context(short: Mapping[str, str]) -> list[Any]:
    declared = {prefix: namespace for namespace, prefix in short.items()}
    return [CONTEXT, declared] if declared else [CONTEXT]


def _names(events: Iterable[EpcisEvent]) -> Iterator[str]:
    for event in events:
        yield from all_names(event.extensions)
        yield from all_names(event.ilmd)
        for place in (event.read_point, event.biz_location):
            yield from all_names(place.extensions if place else {})
        yield from all_names(event.error.extensions if event.error else {})
        for one in event.sensors:
            yield from all_names([one.metadata, *one.reports, one.extensions])


def _event(event: EpcisEvent, short: Mapping[str, str], ids: Ids) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": event.type,
        "eventID": event.event_id,
        "eventTime": time_text(event.at),
        "eventTimeZoneOffset": event.offset,
        "recordTime": time_text(event.record_time) if event.record_time else None,
        "certificationInfo": list(event.certification) if len(event.certification) > 1 else next(iter(event.certification), None),
        "errorDeclaration": _error(event, short),
        "parentID": event.parent and ids(event.parent),
    }
    told |= {name: [ids(uri) for uri in found] for name, found in event.instances.items()}
    told |= {name: [_quantity(one, ids) for one in found] for name, found in event.classes.items()}
    told |= {
        "action": event.action,
        "transformationID": event.transformation and ids(event.transformation),
        "bizStep": event.biz_step,
        "disposition": event.disposition,
        "persistentDisposition": {name: list(words) for name, words in (("set", event.set_), ("unset", event.unset)) if words} or None,
        "readPoint": _place(event.read_point, short, ids),
        "bizLocation": _place(event.biz_location, short, ids),
        "sensorElementList": [_sensor(one, short) for one in event.sensors] or None,
        "ilmd": _more(event.ilmd, short) or None,
    }
    for (name, member), found in zip(TYPED.items(), (event.transactions, event.sources, event.destinations), strict=True):
        told[name] = [_typed(one, member, ids) for one in found] or None
    return {name: value for name, value in told.items() if value is not None} | _more(event.extensions, short)


def _error(event: EpcisEvent, short: Mapping[str, str]) -> dict[str, Any] | None:
    if event.error is None:
        return None
    told: dict[str, Any] = {"declarationTime": time_text(event.error.declared_at)}
    told |= {"reason": event.error.reason} if event.error.reason else {}
    told |= {"correctiveEventIDs": list(event.error.corrective)} if event.error.corrective else {}
    return told | _more(event.error.extensions, short)


def _quantity(one: Quantity, ids: Ids) -> dict[str, Any]:
    told: dict[str, Any] = {"epcClass": ids(one.epc_class)}
    told |= {} if one.quantity is None else {"quantity": _value(one.quantity, {})}
    return told | ({"uom": one.uom} if one.uom else {})


def _typed(one: Typed, member: str, ids: Ids) -> dict[str, Any]:
    return ({"type": one.type} if one.type else {}) | {member: ids(one.id)}


def _place(place: Place | None, short: Mapping[str, str], ids: Ids) -> dict[str, Any] | None:
    return {"id": ids(place.id), **_more(place.extensions, short)} if place else None


def _sensor(element: SensorElement, short: Mapping[str, str]) -> dict[str, Any]:
    told = {"sensorMetadata": _more(element.metadata, short)} if element.metadata else {}
    return told | {"sensorReport": [_more(one, short) for one in element.reports]} | _more(element.extensions, short)


def _more(told: Extensions, short: Mapping[str, str]) -> dict[str, Any]:
    return {_name(name, short): _value(value, short) for name, value in told.items()}


def _name(name: str, short: Mapping[str, str]) -> str:
    namespace, local = split(name)
    return f"{short[namespace]}:{local}" if namespace else local


def number_text(value: Decimal) -> str:
    """All digits of a number; one of a vast exponent, which only extensions can have, keeps it."""
    return f"{value:f}" if abs(value.adjusted()) <= LONGEST else str(value)


def _value(value: Any, short: Mapping[str, str]) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(number_text(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return orjson.Fragment(str(value))
    if isinstance(value, Mapping):
        return _more(value, short)
    return [_value(inner, short) for inner in value] if isinstance(value, (list, tuple)) else value
