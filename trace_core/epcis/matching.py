"""Whether an event fulfils a query: its conditions, compiled once into tests of what they name. Exact.

Source: EPCIS 2.0, section 8.2.7.1.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from trace_core.epcis import fields, sensors
from trace_core.epcis.keys import canonical
from trace_core.epcis.model import EpcisEvent, Place, Typed
from trace_core.epcis.patterns import matcher
from trace_core.epcis.queries import Condition, Query
from trace_core.epcis.shape import CLASSES

ROLES: Mapping[str, tuple[str, ...]] = {
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

Fulfils = Callable[[EpcisEvent, Collection[str]], bool]
Said = Callable[[EpcisEvent], Iterable[Any]]
"""What an event says of one thing."""


def compiled(query: Query) -> Fulfils:
    """A function that says whether every condition holds for an event, given all identifiers that the event is known under."""
    ids = [set(one.values) for one in query.conditions if one.name == "EQ_eventID"]
    tests = [_test(one) for one in query.conditions if one.name != "EQ_eventID"]

    def fulfils(event: EpcisEvent, aliases: Collection[str]) -> bool:
        return all(not asked.isdisjoint(aliases) for asked in ids) and all(test(event) for test in tests)

    return fulfils


def _test(condition: Condition) -> Callable[[EpcisEvent], bool]:
    said, accept = _said(condition), _accept(condition)
    return lambda event: any(accept(value) for value in said(event))


def _said(condition: Condition) -> Said:
    if condition.field is not None:
        field = condition.field
        return lambda event: map(fields.typed, fields.values(event, field))
    if condition.name in ROLES:
        return partial(_named, roles=ROLES[condition.name])
    _, _, name = condition.name.partition("_")
    if name in sensors.FIELDS:
        return lambda event: sensors.readings(event, name, condition.of)
    if name in _TYPED:
        return lambda event: (canonical(one.id) for one in _TYPED[name](event) if condition.of in {None, one.type})
    if name == "quantity":
        return lambda event: (one.quantity for one in event.quantities(*CLASSES) if condition.of in {None, one.uom})
    return _SAID[name or condition.name]


def _accept(condition: Condition) -> Callable[[Any], bool]:
    sign, _, name = condition.name.partition("_")
    if sign == "EXISTS":
        return lambda _: True
    if sign == "MATCH":
        return matcher(condition.values)
    if sign == "WD":
        return partial(_within, asked={canonical(value) for value in condition.values})
    if sign in _COMPARED:
        return partial(_compares, compare=_COMPARED[sign], asked=condition.values)
    same = canonical if name in _IDENTIFIERS else partial(sensors.comparable, name)
    return {same(value) for value in condition.values}.__contains__


def _compares(value: Any, compare: Callable[[Any, Any], bool], asked: Collection[Any]) -> bool:
    """Whether a value stands so to any of those asked for that are of its type."""
    return any(isinstance(value, type(one)) and compare(value, one) for one in asked)


def _within(place: str, asked: Collection[str]) -> bool:
    """The place itself, or a part of the GLN that it names."""
    return place in asked or whole(place) in asked


def whole(place: str) -> str:
    """The GLN of which a place, as a canonical link, is a part; another place as it is."""
    return place.rpartition("/254/")[0] or place


def _named(event: EpcisEvent, roles: Iterable[str]) -> Iterator[str]:
    for role in roles:
        if role == "parentID":
            yield from [event.parent] if event.parent else []
        elif role in CLASSES:
            yield from (one.epc_class for one in event.quantities(role))
        else:
            yield from event.epcs(role)


def _place(place: Place | None) -> list[str]:
    return [canonical(place.id)] if place else []


def _one(value: Any) -> list[Any]:
    return [] if value is None else [value]


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {"GT": operator.gt, "GE": operator.ge, "LT": operator.lt, "LE": operator.le}
_IDENTIFIERS = frozenset({"readPoint", "bizLocation", "bizTransaction", "source", "destination", "transformationID"})
_TYPED: Mapping[str, Callable[[EpcisEvent], tuple[Typed, ...]]] = {
    "bizTransaction": lambda event: event.transactions,
    "source": lambda event: event.sources,
    "destination": lambda event: event.destinations,
}
_SAID: Mapping[str, Said] = {
    "eventType": lambda event: (event.type,),
    "eventTime": lambda event: (event.at,),
    "recordTime": lambda event: _one(event.record_time),
    "action": lambda event: (event.action,),
    "bizStep": lambda event: (event.biz_step,),
    "disposition": lambda event: (event.disposition,),
    "persistentDisposition_set": lambda event: event.set_,
    "persistentDisposition_unset": lambda event: event.unset,
    "readPoint": lambda event: _place(event.read_point),
    "bizLocation": lambda event: _place(event.biz_location),
    "transformationID": lambda event: (canonical(event.transformation),) if event.transformation else (),
    "sensorElementList": lambda event: event.sensors,
    "errorDeclaration": lambda event: _one(event.error),
    "errorDeclarationTime": lambda event: (event.error.declared_at,) if event.error else (),
    "errorReason": lambda event: (event.error.reason,) if event.error else (),
    "correctiveEventID": lambda event: event.error.corrective if event.error else (),
}
"""Name of a parameter without its comparison → what it is compared with."""
