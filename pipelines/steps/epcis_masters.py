"""Conditions about master data turned into conditions about identifiers, by what the vocabularies say now."""

from __future__ import annotations

from dataclasses import replace

from pipelines.state import vocabularies
from pipelines.state.database import Transaction
from trace_core.epcis.keys import canonical
from trace_core.epcis.queries import Condition, Query

MOST = 10_000
"""Identifiers that one condition may stand for."""
_ABOUT = {"epcClass": "MATCH_anyEPCClass"}


class TooComplex(Exception):
    """A condition stands for more identifiers than are compared."""


def resolved(connection: Transaction, query: Query) -> Query:
    """The query without conditions about master data. Errors: `TooComplex`."""
    return replace(query, conditions=tuple(_resolved(connection, one) for one in query.conditions))


def _resolved(connection: Transaction, condition: Condition) -> Condition:
    sort, _, about = condition.name.partition("_")
    if sort == "WD":
        found = vocabularies.below(connection, [canonical(value) for value in condition.values], most=MOST + 1)
        return replace(condition, values=_bounded(condition, found))
    if sort == "HASATTR":
        found = vocabularies.having(connection, condition.values, most=MOST + 1)
    elif sort == "EQATTR":
        found = vocabularies.saying(connection, condition.of or "", condition.values, most=MOST + 1)
    else:
        return condition
    name = "EQ" if condition.field else _ABOUT.get(about, f"EQ_{about}")
    return Condition(name, _bounded(condition, found), field=condition.field)


def _bounded(condition: Condition, found: list[str]) -> tuple[str, ...]:
    if len(found) > MOST:
        raise TooComplex(f"{condition.name} stands for more than {MOST} identifiers; ask for fewer")
    return tuple(sorted(found))
