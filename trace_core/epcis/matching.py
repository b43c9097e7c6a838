"""Whether an event fulfils a query, and by which terms a store finds those that may.

`fulfils` is exact. `terms` are what an event is kept under and `narrowed` is what a query asks for: an event that fulfils the query has at
least one term of each group, so that a store reads few others. Source: EPCIS 2.0, section 8.2.7.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from trace_core.epcis.keys import canonical
from trace_core.epcis.model import EpcisEvent, Place, Quantity, Typed
from trace_core.epcis.patterns import is_pattern, matches
from trace_core.epcis.queries import Condition, Query
from trace_core.epcis.shape import CLASSES

_ROLES: Mapping[str, tuple[str, ...]] = {
    "MATCH_epc": ("epcList", "childEPCs"),
    "MATCH_parentID": ("parentID",),
    "MATCH_inputEPC": ("inputEPCList",),
    "MATCH_outputEPC": ("outputEPCList",),
    "MATCH_anyEPC": ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID"),
    "MATCH_epcClass": ("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": ("inputQuantityList",),
    "MATCH_outputEPCClass": ("outputQuantityList",),
    "MATCH_anyEPCClass": CLASSES,
}
"""Parameter → the members in which it looks."""


def fulfils(event: EpcisEvent, query: Query, aliases: Collection[str]) -> bool:
    """Whether every condition holds. `aliases` are all identifiers that the event is known under."""
    return all(_holds(event, condition, aliases) for condition in query.conditions)


def terms(event: EpcisEvent) -> list[str]:
    """What an event is found by: its things, transactions and parties with their roles; sorted, each once."""
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


def narrowed(query: Query) -> list[list[str]]:
    """Groups of terms: an event that fulfils the query has at least one of each. Conditions with patterns narrow nothing."""
    return [group for condition in query.conditions if (group := _group(condition))]


def _group(condition: Condition) -> list[str]:
    if condition.name in _ROLES:
        if any(is_pattern(value) for value in condition.values):
            return []
        return [f"{role} {canonical(value)}" for role in _ROLES[condition.name] for value in condition.values]
    sort = {"EQ_transformationID": "transformation"}.get(condition.name, condition.name.removeprefix("EQ_"))
    if sort in {"bizTransaction", "source", "destination", "transformation"}:
        return [f"{sort} {canonical(value)}" for value in condition.values]
    return []


def asked_ids(query: Query) -> list[list[str]]:
    """The identifiers of things, transactions and transformations that a query asks for, in groups of which one must be there."""
    sorts = {*_ROLES, "EQ_bizTransaction", "EQ_transformationID"}
    return [
        [canonical(value) for value in one.values]
        for one in query.conditions
        if one.name in sorts and not any(is_pattern(value) for value in one.values)
    ]


def _holds(event: EpcisEvent, condition: Condition, aliases: Collection[str]) -> bool:
    test = _TESTS.get(condition.name)
    if test is not None:
        return any(test(event, value, condition.of) for value in condition.values)
    if condition.name == "EQ_eventID":
        return any(value in aliases for value in condition.values)
    return any(matches(value, named) for value in condition.values for named in _named(event, condition.name))


def _named(event: EpcisEvent, name: str) -> Iterator[str]:
    for role in _ROLES[name]:
        if role == "parentID":
            yield from [event.parent] if event.parent else []
        elif role in CLASSES:
            yield from (one.epc_class for one in event.quantities(role))
        else:
            yield from event.epcs(role)


def _at(place: Place | None, value: str) -> bool:
    return place is not None and canonical(place.id) == canonical(value)


def _within(place: Place | None, value: str) -> bool:
    """The place itself, or a part of the GLN that it names."""
    if place is None:
        return False
    here, asked = canonical(place.id), canonical(value)
    return here == asked or here.startswith(f"{asked}/254/")


def _typed(found: Collection[Typed], value: str, of: str | None) -> bool:
    return any(canonical(one.id) == canonical(value) and of in {None, one.type} for one in found)


def _measured(event: EpcisEvent, of: str | None) -> Iterator[Quantity]:
    return (one for one in event.quantities(*CLASSES) if one.quantity is not None and of in {None, one.uom})


_TESTS: Mapping[str, Callable[[EpcisEvent, Any, str | None], bool]] = {
    "eventType": lambda event, value, _: event.type == value,
    "GE_eventTime": lambda event, value, _: event.at >= value,
    "LT_eventTime": lambda event, value, _: event.at < value,
    "GE_recordTime": lambda event, value, _: event.record_time is not None and event.record_time >= value,
    "LT_recordTime": lambda event, value, _: event.record_time is not None and event.record_time < value,
    "EQ_action": lambda event, value, _: event.action == value,
    "EQ_bizStep": lambda event, value, _: event.biz_step == value,
    "EQ_disposition": lambda event, value, _: event.disposition == value,
    "EQ_persistentDisposition_set": lambda event, value, _: value in event.set_,
    "EQ_persistentDisposition_unset": lambda event, value, _: value in event.unset,
    "EQ_readPoint": lambda event, value, _: _at(event.read_point, value),
    "EQ_bizLocation": lambda event, value, _: _at(event.biz_location, value),
    "WD_readPoint": lambda event, value, _: _within(event.read_point, value),
    "WD_bizLocation": lambda event, value, _: _within(event.biz_location, value),
    "EQ_bizTransaction": lambda event, value, of: _typed(event.transactions, value, of),
    "EQ_source": lambda event, value, of: _typed(event.sources, value, of),
    "EQ_destination": lambda event, value, of: _typed(event.destinations, value, of),
    "EQ_transformationID": lambda event, value, _: event.transformation is not None and canonical(event.transformation) == canonical(value),
    "EQ_quantity": lambda event, value, of: any(one.quantity == value for one in _measured(event, of)),
    "GT_quantity": lambda event, value, of: any((one.quantity or 0) > value for one in _measured(event, of)),
    "GE_quantity": lambda event, value, of: any((one.quantity or 0) >= value for one in _measured(event, of)),
    "LT_quantity": lambda event, value, of: any((one.quantity or 0) < value for one in _measured(event, of)),
    "LE_quantity": lambda event, value, of: any((one.quantity or 0) <= value for one in _measured(event, of)),
    "EXISTS_errorDeclaration": lambda event, value, _: (event.error is not None) == value,
    "GE_errorDeclarationTime": lambda event, value, _: event.error is not None and event.error.declared_at >= value,
    "LT_errorDeclarationTime": lambda event, value, _: event.error is not None and event.error.declared_at < value,
    "EQ_errorReason": lambda event, value, _: event.error is not None and event.error.reason == value,
    "EQ_correctiveEventID": lambda event, value, _: event.error is not None and value in event.error.corrective,
}
