"""Judging one event: every rule of the standard that the JSON schema states or leaves out, every problem at once, each with its path.

Source: EPCIS 2.0, section 7.4 (fields and their rules), CBV 2.0, section 7 (words).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trace_core.epcis.members import Members
from trace_core.epcis.model import EpcisEvent, ErrorDeclaration, Extensions, Place, Quantity, SensorElement, Typed
from trace_core.epcis.raw import RawEvent
from trace_core.epcis.rules import broken
from trace_core.epcis.shape import ACTIONS, CLASSES, FIELDS, INSTANCES, LENIENT, METADATA, NUMBERS, REPORT, SENSOR_TIMES, SENSOR_URIS, TYPED
from trace_core.epcis.vocabulary import ALERT, BIZ_STEP, COMPONENT, DISPOSITION, MEASUREMENT, PARTY, REASON, TRANSACTION, Vocabulary
from trace_core.errors import Problem

_OFFSET = re.compile(r"[+-](0\d|1[0-3]):[0-5]\d\Z|[+-]14:00\Z", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}\Z", re.ASCII)
_TYPES: Mapping[str, Vocabulary] = {"bizTransactionList": TRANSACTION, "sourceList": PARTY, "destinationList": PARTY}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a raw event: the event, or every problem; warnings either way."""

    where: str
    event: EpcisEvent | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)


def judged(raw: RawEvent) -> Judged:
    """The typed event, when nothing is wrong with it."""
    read = Members(raw)
    type_ = raw.told.get("type")
    if not isinstance(type_, str) or type_ not in FIELDS:
        if not raw.problems:
            read.wrong(("type",), f"must be one of {', '.join(FIELDS)}", type_)
        return Judged(raw.where.base, None, tuple(read.problems))
    for name in raw.told:
        if not name.startswith("{") and name not in FIELDS[type_] | LENIENT and ":" not in name:
            read.wrong((name,), f"is no field of {type_}; extensions need a declared prefix")
    event = _event(read, type_)
    read.problems += broken(event, raw)
    return Judged(raw.where.base, None if read.problems else event, tuple(read.problems), tuple(_warnings(event, read)), raw.prefixes)


def _event(read: Members, type_: str) -> EpcisEvent:
    told = read.raw.told
    read.required("eventTime", "eventTimeZoneOffset", *(["action"] if type_ != "TransformationEvent" else []))
    if "action" in told and type_ != "TransformationEvent" and told["action"] not in ACTIONS:
        read.wrong(("action",), f"must be one of {', '.join(ACTIONS)}", told["action"])
    persistent = read.object(("persistentDisposition",), told.get("persistentDisposition"), ("set", "unset"))
    return EpcisEvent(
        type_,
        read.moment(("eventTime",), told.get("eventTime")) or datetime.fromisoformat("1970-01-01T00:00:00Z"),
        read.matching(("eventTimeZoneOffset",), told.get("eventTimeZoneOffset"), form=_OFFSET, said="must be ±hh:mm, at most 14:00")
        or "+00:00",
        event_id=read.uri(("eventID",), told.get("eventID")),
        record_time=read.moment(("recordTime",), told.get("recordTime")),
        action=told.get("action") if told.get("action") in ACTIONS else None,
        parent=read.uri(("parentID",), told.get("parentID")),
        instances={name: _instances(read, name) for name in INSTANCES if name in told},
        classes={name: _classes(read, name) for name in CLASSES if name in told},
        transformation=read.uri(("transformationID",), told.get("transformationID")),
        biz_step=read.word(("bizStep",), told.get("bizStep"), BIZ_STEP),
        disposition=read.word(("disposition",), told.get("disposition"), DISPOSITION),
        set_=_words(read, "set", persistent.get("set")),
        unset=_words(read, "unset", persistent.get("unset")),
        read_point=_place(read, "readPoint"),
        biz_location=_place(read, "bizLocation"),
        transactions=_typed(read, "bizTransactionList"),
        sources=_typed(read, "sourceList"),
        destinations=_typed(read, "destinationList"),
        sensors=_sensors(read),
        certification=_certification(read),
        error=_error(read),
        ilmd=_ilmd(read),
        extensions={name: value for name, value in told.items() if name.startswith("{")},
    )


def _instances(read: Members, name: str) -> tuple[str, ...]:
    found: list[str] = []
    for at, one in enumerate(read.list((name,), read.raw.told.get(name))):
        uri = read.uri((name, at), one)
        if uri is not None and uri in found:
            read.wrong((name, at), "comes twice in this list", uri)
        elif uri is not None:
            found.append(uri)
    return tuple(found)


def _classes(read: Members, name: str) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for at, one in enumerate(read.list((name,), read.raw.told.get(name))):
        told = read.object((name, at), one, ("epcClass", "quantity", "uom"))
        uri = read.uri((name, at, "epcClass"), told.get("epcClass"))
        if "epcClass" not in told:
            read.wrong((name, at, "epcClass"), "is missing")
        quantity = read.number((name, at, "quantity"), told.get("quantity"))
        if quantity is not None and quantity <= 0:
            read.wrong((name, at, "quantity"), "must be greater than zero", quantity)
        uom = read.matching(
            (name, at, "uom"), told.get("uom"), form=_UOM, said="must be a code of UN/ECE Recommendation 20, 2 or 3 characters"
        )
        if uom is not None and quantity is None and "quantity" not in told:
            read.wrong((name, at, "uom"), "has no quantity to count", uom)
        if uri is not None and any(uri == held.epc_class and uom == held.uom for held in found):
            read.wrong((name, at), "comes twice in this list; add the quantities up", uri)
        if uri is not None:
            found.append(Quantity(uri, quantity, uom))
    return tuple(found)


def _typed(read: Members, name: str) -> tuple[Typed, ...]:
    found: list[Typed] = []
    member = TYPED[name]
    for at, one in enumerate(read.list((name,), read.raw.told.get(name))):
        told = read.object((name, at), one, ("type", member))
        if member not in told:
            read.wrong((name, at, member), "is missing")
        if "type" not in told and name != "bizTransactionList":
            read.wrong((name, at, "type"), "is missing")
        uri = read.uri((name, at, member), told.get(member))
        type_ = read.word((name, at, "type"), told.get("type"), _TYPES[name])
        if uri is not None and Typed(uri, type_) in found:
            read.wrong((name, at), "comes twice in this list", uri)
        elif uri is not None:
            found.append(Typed(uri, type_))
    return tuple(found)


def _words(read: Members, sort: str, told: Any) -> tuple[str, ...]:
    path = ("persistentDisposition", sort)
    words = [read.word((*path, at), one, DISPOSITION) for at, one in enumerate(read.list(path, told))]
    return tuple(word for word in words if word is not None)


def _place(read: Members, name: str) -> Place | None:
    if name not in read.raw.told:
        return None
    told = read.object((name,), read.raw.told[name], ("id",))
    if "id" not in told:
        read.wrong((name, "id"), "is missing")
    uri = read.uri((name, "id"), told.get("id"))
    return Place(uri, _extensions(told)) if uri is not None else None


def _certification(read: Members) -> tuple[str, ...]:
    told = read.raw.told.get("certificationInfo")
    many = isinstance(told, list)
    values = told if isinstance(told, list) else [] if told is None else [told]
    found = [read.uri(("certificationInfo", at) if many else ("certificationInfo",), one) for at, one in enumerate(values)]
    return tuple(uri for uri in found if uri is not None)


def _error(read: Members) -> ErrorDeclaration | None:
    name = "errorDeclaration"
    if name not in read.raw.told:
        return None
    told = read.object((name,), read.raw.told[name], ("declarationTime", "reason", "correctiveEventIDs"))
    if "declarationTime" not in told:
        read.wrong((name, "declarationTime"), "is missing")
    declared = read.moment((name, "declarationTime"), told.get("declarationTime"))
    reason = read.word((name, "reason"), told.get("reason"), REASON)
    path = (name, "correctiveEventIDs")
    corrective = [read.uri((*path, at), one) for at, one in enumerate(read.list(path, told.get("correctiveEventIDs")))]
    if declared is None:
        return None
    return ErrorDeclaration(declared, reason, tuple(one for one in corrective if one is not None), _extensions(told))


def _ilmd(read: Members) -> Extensions:
    if "ilmd" not in read.raw.told:
        return {}
    return _extensions(read.object(("ilmd",), read.raw.told["ilmd"], ()))


def _sensors(read: Members) -> tuple[SensorElement, ...]:
    found = []
    for at, one in enumerate(read.list(("sensorElementList",), read.raw.told.get("sensorElementList"))):
        path = ("sensorElementList", at)
        told = read.object(path, one, ("sensorMetadata", "sensorReport", "type"))
        metadata = read.object((*path, "sensorMetadata"), told.get("sensorMetadata"), METADATA)
        reports = read.list((*path, "sensorReport"), told.get("sensorReport"))
        if not reports or not all(reports):
            read.wrong((*path, "sensorReport"), "must have at least one report, and none that says nothing")
        seen = [
            _readings(read, (*path, "sensorReport", n), read.object((*path, "sensorReport", n), r, REPORT)) for n, r in enumerate(reports)
        ]
        found.append(SensorElement(_readings(read, (*path, "sensorMetadata"), metadata), tuple(seen), _extensions(told)))
    return tuple(found)


def _readings(read: Members, path: tuple[str | int, ...], told: Mapping[str, Any]) -> Extensions:
    found: dict[str, Any] = {}
    words = {"type": MEASUREMENT, "exception": ALERT, "component": COMPONENT}
    for name, value in told.items():
        where = (*path, name)
        checked: Any = value
        if name in words:
            checked = read.word(where, value, words[name])
        elif name in NUMBERS:
            checked = read.number(where, value)
        elif name in SENSOR_TIMES:
            read.moment(where, value)
        elif name in SENSOR_URIS:
            checked = read.uri(where, value)
        elif name == "booleanValue" and not isinstance(value, bool):
            read.wrong(where, "must be true or false", value)
        elif name in {"stringValue", "hexBinaryValue", "uom"} and not isinstance(value, str):
            read.wrong(where, "must be a text", value)
        elif isinstance(value, (dict, list)):
            read.wrong(where, "must be a text, a number or a truth value; XML writes it as an attribute")
        found[name] = checked
    return found


def _extensions(told: Mapping[str, Any]) -> Extensions:
    return {name: value for name, value in told.items() if name.startswith("{")}


def _warnings(event: EpcisEvent, read: Members) -> list[Problem]:
    if event.at.strftime("%z") in {event.offset.replace(":", ""), ""}:
        return []
    said = f"is not the offset of eventTime {read.raw.told.get('eventTime')}; both are kept"
    return [Problem(read.raw.where.at("eventTimeZoneOffset"), said, event.offset)]
