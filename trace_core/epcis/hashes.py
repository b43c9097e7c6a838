"""The CBV event hash, `ni:///sha-256;…?ver=CBV2.0`, and our own identity of an event.

The hash is an alias that others can compute too; it takes times to milliseconds and is laid out as the published test documents have it.
Identity is ours: whole precision, members in sorted order, sets sorted, so that neither binding nor order of members shows. Both leave out
eventID, recordTime, errorDeclaration and comments, so that a declared error has the hash of what it declares.
Source: CBV 2.0, section 8.9; ADR 0012.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from trace_core.documents.fields import time_text
from trace_core.epcis.keys import canonical
from trace_core.epcis.model import EpcisEvent, Extensions, Place, Quantity, SensorElement, Typed
from trace_core.epcis.shape import METADATA, REPORT, SENSOR_TIMES
from trace_core.epcis.vocabulary import ALERT, BIZ_STEP, COMMENT, COMPONENT, DISPOSITION, MEASUREMENT, PARTY, TRANSACTION, Vocabulary

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_HASH = re.compile(r"ni:///sha-256;([0-9a-f]{64})\?ver=CBV2\.0\Z")
_OLD_WORDS = tuple((one.urn, f"{one.base}{one.prefix}") for one in (BIZ_STEP, DISPOSITION, TRANSACTION, PARTY))
_SENSOR_WORDS: Mapping[str, Vocabulary] = {"type": MEASUREMENT, "exception": ALERT, "component": COMPONENT}


def event_hash(event: EpcisEvent) -> str:
    """The event's hash identifier."""
    return f"ni:///sha-256;{hashlib.sha256(pre_hash(event).encode()).hexdigest()}?ver=CBV2.0"


def digest(event_id: str) -> bytes | None:
    """The SHA-256 of an eventID that is a hash identifier, else None."""
    found = _HASH.match(event_id)
    return bytes.fromhex(found[1]) if found else None


def pre_hash(event: EpcisEvent, *, ignoring: Collection[str] = ()) -> str:
    """The text that is hashed. `ignoring` are names of extensions (`{namespace}local`) that a repository added by itself."""
    return "".join(_parts(event, {*ignoring, COMMENT}))


def identity(event: EpcisEvent) -> str:
    """SHA-256, in hexadecimal, over the event's content in our own canonical form."""
    told = {
        "type": event.type,
        "at": time_text(event.at.astimezone(UTC)),
        "offset": event.offset,
        "words": [event.action, event.biz_step, event.disposition, sorted(event.set_), sorted(event.unset)],
        "ids": [_id(event.parent), _id(event.transformation), sorted(map(canonical, event.certification))],
        "instances": {name: sorted(map(canonical, ids)) for name, ids in event.instances.items() if ids},
        "classes": {name: sorted(map(_class, found)) for name, found in event.classes.items() if found},
        "places": [_place_told(event.read_point), _place_told(event.biz_location)],
        "why": [_typed_told(event.transactions), _typed_told(event.sources), _typed_told(event.destinations)],
        "sensors": sorted((_sensor_told(one) for one in event.sensors), key=_sorted_dump),
        "more": [_plain(event.ilmd), _plain(event.extensions)],
    }
    return hashlib.sha256(_sorted_dump(told)).hexdigest()


def _parts(event: EpcisEvent, dropped: Collection[str]) -> Iterable[str]:
    yield f"eventType={event.type}eventTime={_time(event.at)}eventTimeZoneOffset={event.offset}"
    yield from sorted(f"certificationInfo={_value(one)}" for one in event.certification)
    yield _pair("parentID", event.parent)
    for name in ("epcList", "inputEPCList", "childEPCs"):
        yield _instances(event, name)
    for name in ("quantityList", "childQuantityList", "inputQuantityList"):
        yield _classes(event, name)
    yield _instances(event, "outputEPCList")
    yield _classes(event, "outputQuantityList")
    yield _pair("action", event.action)
    yield _pair("transformationID", event.transformation)
    yield _pair("bizStep", event.biz_step and BIZ_STEP.uri(event.biz_step))
    yield _pair("disposition", event.disposition and DISPOSITION.uri(event.disposition))
    if event.set_ or event.unset:
        yield "persistentDisposition"
        for sort, words in (("set", event.set_), ("unset", event.unset)):
            yield from sorted(_pair(sort, DISPOSITION.uri(word)) for word in words)
    yield _place("readPoint", event.read_point, dropped)
    yield _place("bizLocation", event.biz_location, dropped)
    if event.sensors:
        yield "sensorElementList"
        yield from sorted(_sensor(one, dropped) for one in event.sensors)
    yield from sorted(filter(None, _rest(event, dropped)))


def _rest(event: EpcisEvent, dropped: Collection[str]) -> Iterable[str]:
    """What the published test documents have after everything else, in the order of its text."""
    yield _typed("bizTransactionList", "bizTransaction", event.transactions, TRANSACTION)
    yield _typed("sourceList", "source", event.sources, PARTY)
    yield _typed("destinationList", "destination", event.destinations, PARTY)
    if event.ilmd:
        yield "ilmd" + _extensions(event.ilmd, dropped)
    yield from _each(event.extensions, dropped)


def _time(moment: datetime) -> str:
    """UTC with three decimals, the fourth rounded half up."""
    moment = moment.astimezone(UTC)
    rounded = moment.replace(microsecond=0) + timedelta(milliseconds=(moment.microsecond + 500) // 1000)
    return rounded.strftime("%Y-%m-%dT%H:%M:%S") + f".{rounded.microsecond // 1000:03}Z"


def _pair(name: str, value: str | None) -> str:
    return f"{name}={_value(value)}" if value else ""


def _value(value: Any) -> str:
    """A value as it is hashed: numbers without needless digits, words and keys in their canonical form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    if _NUMBER.match(text):
        return _number(Decimal(text))
    for old, new in _OLD_WORDS:
        text = text.replace(old, new)
    return canonical(text)


def _number(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    sign = "-" if text.startswith("-") else ""
    bare = text.lstrip("+-").lstrip("0")
    bare = f"0{bare}" if not bare or bare.startswith(".") else bare
    return "0" if bare == "0" else sign + bare


def _instances(event: EpcisEvent, name: str) -> str:
    found = sorted(f"epc={canonical(uri)}" for uri in event.instances.get(name, ()))
    return name + "".join(found) if found else ""


def _classes(event: EpcisEvent, name: str) -> str:
    found = sorted(_quantity(one) for one in event.classes.get(name, ()))
    return name + "".join(found) if found else ""


def _quantity(one: Quantity) -> str:
    quantity = f"quantity={_number(one.quantity)}" if one.quantity is not None else ""
    return f"quantityElementepcClass={canonical(one.epc_class)}{quantity}{_pair('uom', one.uom)}"


def _place(name: str, place: Place | None, dropped: Collection[str]) -> str:
    return f"{name}id={canonical(place.id)}{_extensions(place.extensions, dropped)}" if place else ""


def _typed(name: str, member: str, found: Iterable[Typed], vocabulary: Vocabulary) -> str:
    told = sorted((_pair("type", one.type and vocabulary.uri(one.type)) + _pair(member, one.id)) for one in found)
    return name + "".join(told) if told else ""


def _sensor(element: SensorElement, dropped: Collection[str]) -> str:
    metadata = _readings("sensorMetadata", element.metadata, METADATA, dropped) if element.metadata else ""
    reports = sorted(_readings("sensorReport", one, REPORT, dropped) for one in element.reports)
    return f"sensorElement{metadata}{''.join(reports)}{_extensions(element.extensions, dropped)}"


def _readings(name: str, told: Extensions, order: Iterable[str], dropped: Collection[str]) -> str:
    return name + "".join(_reading(one, told) for one in order if one in told) + _extensions(told, dropped)


def _reading(name: str, told: Extensions) -> str:
    value = told[name]
    if name in SENSOR_TIMES:
        return f"{name}={_time(datetime.fromisoformat(str(value).upper()))}"
    if name in _SENSOR_WORDS:
        return f"{name}={_SENSOR_WORDS[name].uri(str(value))}"
    return f"{name}={_value(value)}"


def _extensions(told: Extensions, dropped: Collection[str]) -> str:
    return "".join(sorted(_each({name: value for name, value in told.items() if name.startswith("{")}, dropped)))


def _each(told: Extensions, dropped: Collection[str]) -> Iterable[str]:
    for name, value in told.items():
        if name not in dropped:
            for one in value if isinstance(value, list) else [value]:
                yield _extension(name, one, dropped)


def _extension(name: str, value: Any, dropped: Collection[str]) -> str:
    if not isinstance(value, Mapping):
        text = "" if value is None else _value(value)
        return f"{name}={text}" if text else name
    inner = {one: held for one, held in value.items() if one != "#text"}
    text = f"={_value(value['#text'])}" if "#text" in value else ""
    return name + text + "".join(sorted(_each(inner, dropped)))


def _id(uri: str | None) -> str | None:
    return None if uri is None else canonical(uri)


def _class(one: Quantity) -> str:
    quantity = "" if one.quantity is None else _number(one.quantity)
    return f"{canonical(one.epc_class)} {quantity} {one.uom or ''}"


def _place_told(place: Place | None) -> Any:
    return [canonical(place.id), _plain(place.extensions)] if place else None


def _typed_told(found: Iterable[Typed]) -> list[list[str]]:
    return sorted([canonical(one.id), one.type or ""] for one in found)


def _sensor_told(element: SensorElement) -> Any:
    reports = sorted((_readings_told(one) for one in element.reports), key=_sorted_dump)
    return [_readings_told(element.metadata), reports, _plain(element.extensions)]


def _readings_told(told: Extensions) -> Any:
    times = {name: time_text(datetime.fromisoformat(str(told[name]).upper()).astimezone(UTC)) for name in told if name in SENSOR_TIMES}
    return _plain({**told, **times})


def _plain(value: Any) -> Any:
    """A value of an extension without what the bindings write differently: lists of one, numbers beside texts, order, comments."""
    if isinstance(value, Mapping):
        told = {name: _plain(inner) for name, inner in sorted(value.items()) if name != COMMENT}
        told = {name: inner for name, inner in told.items() if inner != []}
        return told.get("#text", "") if set(told) <= {"#text"} else told
    if isinstance(value, list):
        found = sorted(_flat(value), key=_sorted_dump)
        return found[0] if len(found) == 1 else found
    return _value(value)


def _flat(value: list[Any]) -> Iterator[Any]:
    """The entries of a list, those of lists within it too: XML has repeated elements and no lists of lists."""
    for inner in value:
        if isinstance(inner, list):
            yield from _flat(inner)
        else:
            yield "" if inner is None else _plain(inner)


def _sorted_dump(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
