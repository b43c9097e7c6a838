"""By which terms a store finds events that may fulfil a query.

`terms` are what an event is kept under and `narrowed` is what a query asks for: an event that fulfils the query has at least one term of
each group, so that a store reads few others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trace_core.epcis import fields, sensors
from trace_core.epcis.keys import canonical
from trace_core.epcis.matching import ROLES, whole
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.patterns import is_pattern
from trace_core.epcis.queries import Condition, Query

_SAME_NAME = {
    "EQ_bizTransaction": "bizTransaction",
    "EQ_source": "source",
    "EQ_destination": "destination",
    "EQ_transformationID": "transformation",
    "EQ_readPoint": "readPoint",
    "EQ_bizLocation": "bizLocation",
    "EQ_persistentDisposition_set": "set",
    "EQ_persistentDisposition_unset": "unset",
    "EQ_correctiveEventID": "corrective",
}
"""Parameter → the word before its values in terms."""
_OF_ERRORS = frozenset({"EXISTS_errorDeclaration", "GE_errorDeclarationTime", "LT_errorDeclarationTime", "EQ_errorReason"})


def terms(event: EpcisEvent) -> list[str]:
    """What an event is found by: things, places, transactions and parties with their roles, and what else it says; sorted, each once."""
    return sorted(set(_terms(event)))


def _terms(event: EpcisEvent) -> Iterator[str]:
    for name, ids in event.instances.items():
        yield from (f"{name} {canonical(uri)}" for uri in ids)
    for name, found in event.classes.items():
        yield from (f"{name} {canonical(one.epc_class)}" for one in found)
    if event.parent:
        yield f"parentID {canonical(event.parent)}"
    for sort, typed in (("bizTransaction", event.transactions), ("source", event.sources), ("destination", event.destinations)):
        yield from (f"{sort} {canonical(one.id)}" for one in typed)
    if event.transformation:
        yield f"transformation {canonical(event.transformation)}"
    for name, place in (("readPoint", event.read_point), ("bizLocation", event.biz_location)):
        if place:
            here = canonical(place.id)
            yield from {f"{name} {here}", f"{name}s {whole(here)}"}
    yield from (f"{sort} {canonical(word)}" for sort, words in (("set", event.set_), ("unset", event.unset)) for word in words)
    if event.error:
        yield "errorDeclaration"
        yield from (f"corrective {canonical(one)}" for one in event.error.corrective)
    yield from sensors.terms(event)
    for part, name, told in fields.told(event):
        value = fields.typed(told)
        yield f"field {part} {name}"
        yield from [] if value is None else [f"value {part} {name} {fields.fingerprint(value)}"]


def named_in(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    """What an event adds to the collections of the REST binding: (sort, identifier), words of the standard left out."""
    yield from (("epc", uri) for uri in event.epcs(*event.instances))
    if event.parent:
        yield "epc", event.parent
    yield from ((name, place.id) for name, place in (("readPoint", event.read_point), ("bizLocation", event.biz_location)) if place)
    yield from ((name, word) for name, word in (("bizStep", event.biz_step), ("disposition", event.disposition)) if word and ":" in word)


def narrowed(query: Query) -> list[list[str]]:
    """Groups of terms: an event that fulfils the query has at least one of each. Conditions with patterns narrow nothing."""
    return [group for condition in query.conditions if (group := _group(condition.name, condition))]


def _group(name: str, condition: Condition) -> list[str]:
    values: Sequence[Any] = condition.values
    if condition.field:
        where = f"{condition.field.part} {condition.field.name}"
        return [f"value {where} {fields.fingerprint(value)}" for value in values] if name == "EQ" else [f"field {where}"]
    if name in ROLES:
        return [] if any(map(is_pattern, values)) else [f"{role} {canonical(value)}" for role in ROLES[name] for value in values]
    if name in _SAME_NAME:
        return [f"{_SAME_NAME[name]} {canonical(value)}" for value in values]
    if name in {"WD_readPoint", "WD_bizLocation"}:
        sort = name.removeprefix("WD_")
        return [term for value in values for term in (f"{sort} {canonical(value)}", f"{sort}s {canonical(value)}")]
    sensor = name.partition("_")[2]
    if sensor in sensors.FIELDS:
        return sorted({sensors.term(sensor, condition.of, value) for value in values})
    return ["sensor"] if name == "EXISTS_sensorElementList" else ["errorDeclaration"] if name in _OF_ERRORS else []


def asked_ids(query: Query) -> list[list[str]]:
    """The identifiers of things, transactions and transformations that a query asks for, in groups of which one must be there."""
    sorts = {*ROLES, "EQ_bizTransaction", "EQ_transformationID"}
    return [
        [canonical(value) for value in one.values]
        for one in query.conditions
        if one.name in sorts and not any(is_pattern(value) for value in one.values)
    ]
