"""The query language: parameters of a URL or of a named query into conditions, with every wrong one named.

Values of a URL are separated by `|`; a named query has JSON lists. Source: EPCIS 2.0, section 8.2.7.1; REST binding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trace_core.epcis.shape import ACTIONS, TYPES
from trace_core.epcis.vocabulary import BIZ_STEP, DISPOSITION, PARTY, REASON, TRANSACTION, Vocabulary
from trace_core.errors import Problem, Rejected

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
_QUANTITY = re.compile(r"(EQ|GT|GE|LT|LE)_quantity(?:_([A-Z0-9]{2,3}))?\Z", re.ASCII)
_TYPED = re.compile(r"EQ_(bizTransaction|source|destination)(?:_(.+))?\Z")
MOST = 1_000_000
"""The largest count that may be asked for."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter: an event fulfils it when it fulfils it for any of the values. `of`: the type or unit that the name carries."""

    name: str
    values: tuple[Any, ...]
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that all hold, the order of the answer, and how many events at most: `limit` cuts, `most` refuses."""

    conditions: tuple[Condition, ...] = ()
    by_record_time: bool = False
    descending: bool = True
    limit: int | None = None
    most: int | None = None

    def values(self, name: str) -> tuple[Any, ...] | None:
        """The values of a parameter, None when it was not given."""
        return next((one.values for one in self.conditions if one.name == name), None)


def from_url(parameters: Sequence[tuple[str, str]]) -> Query:
    """The query of a URL's parameters. Errors: `Rejected` with every parameter that is unknown, twice, or has a wrong value."""
    twice = [name for at, (name, _) in enumerate(parameters) if name in {other for other, _ in parameters[:at]}]
    problems = [Problem(name, "is given twice; separate values by |") for name in twice]
    return _query({name: value.split("|") for name, value in parameters}, problems)


def from_json(told: Any) -> Query:
    """The query of a JSON object. Errors: `Rejected`, as above."""
    if not isinstance(told, Mapping):
        raise Rejected("a query is a JSON object", code="query", problems=[Problem("query", "must be an object of parameters")])
    lists = {name: value if isinstance(value, list) else [value] for name, value in told.items() if name != "@context"}
    return _query({name: [_text(value) for value in values] for name, values in lists.items()}, [])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _query(given: Mapping[str, Sequence[str]], problems: list[Problem]) -> Query:
    conditions, options = [], {}
    for name, values in given.items():
        reader = _OPTIONS.get(name) or _reader(name)
        if reader is None:
            problems.append(Problem(name, "is no parameter of a query, or one that is not supported"))
            continue
        try:
            read = tuple(reader(value) for value in values)
        except ValueError as fault:
            problems.append(Problem(name, str(fault), "|".join(values)[:200]))
            continue
        if name in _OPTIONS:
            options[name] = read[0]
        else:
            plain, of = _name_of(name)
            conditions.append(Condition(plain, read, of))
    if "eventCountLimit" in options and "maxEventCount" in options:
        problems.append(Problem("maxEventCount", "and eventCountLimit exclude each other"))
    if problems:
        raise Rejected(f"the query has {len(problems)} problem(s)", code="query", problems=problems)
    return Query(
        tuple(conditions),
        options.get("orderBy") == "recordTime",
        options.get("orderDirection", "DESC") == "DESC",
        options.get("eventCountLimit"),
        options.get("maxEventCount"),
    )


def _name_of(name: str) -> tuple[str, str | None]:
    """The parameter without what its name carries: the type of a transaction or party, the unit of a quantity."""
    if found := _TYPED.match(name):
        vocabulary = TRANSACTION if found[1] == "bizTransaction" else PARTY
        return f"EQ_{found[1]}", found[2] and (vocabulary.word(found[2]) or found[2])
    if found := _QUANTITY.match(name):
        return f"{found[1]}_quantity", found[2]
    return _SAME.get(name, name), None


def _reader(name: str) -> Callable[[str], Any] | None:
    if _TYPED.match(name):
        return _uri
    return _number if _QUANTITY.match(name) else _READERS.get(_SAME.get(name, name))


def _uri(text: str) -> str:
    if not _URI.match(text):
        raise ValueError("must be a URI")
    return text


def _plain(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _time(text: str) -> datetime:
    text = text.replace(" ", "+")
    if not _TIME.match(text):
        raise ValueError("must be a time with offset, such as 2026-03-01T08:00:00+08:00")
    return datetime.fromisoformat(text.upper())


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as fault:
        raise ValueError("must be a number") from fault
    if not found.is_finite():
        raise ValueError("must be a number")
    return found


def _truth(text: str) -> bool:
    if text not in {"true", "false", ""}:
        raise ValueError("must be true or false")
    return text != "false"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= MOST):
        raise ValueError(f"must be a whole number from 1 to {MOST}")
    return int(text)


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _word(vocabulary: Vocabulary) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = vocabulary.word(text)
        if found is None:
            raise ValueError(f"must be a {vocabulary.what} of CBV 2.0 or a URI")
        return found

    return read


_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "orderBy": _one_of("eventTime", "recordTime"),
    "orderDirection": _one_of("ASC", "DESC"),
    "eventCountLimit": _count,
    "maxEventCount": _count,
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "eventType": _one_of(*TYPES),
    **dict.fromkeys(("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime"), _time),
    **dict.fromkeys(("GE_errorDeclarationTime", "LT_errorDeclarationTime"), _time),
    "EQ_action": _one_of(*ACTIONS),
    "EQ_bizStep": _word(BIZ_STEP),
    **dict.fromkeys(("EQ_disposition", "EQ_persistentDisposition_set", "EQ_persistentDisposition_unset"), _word(DISPOSITION)),
    **dict.fromkeys(("EQ_readPoint", "EQ_bizLocation", "WD_readPoint", "WD_bizLocation"), _uri),
    "EQ_transformationID": _plain,
    **dict.fromkeys(("EQ_eventID", "EQ_correctiveEventID"), _uri),
    **dict.fromkeys((f"MATCH_{one}" for one in ("epc", "parentID", "inputEPC", "outputEPC", "anyEPC")), _uri),
    **dict.fromkeys((f"MATCH_{one}" for one in ("epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass")), _uri),
    "EXISTS_errorDeclaration": _truth,
    "EQ_errorReason": _word(REASON),
}
_SAME = {"GE_errorDeclaration_Time": "GE_errorDeclarationTime", "LT_errorDeclaration_Time": "LT_errorDeclarationTime"}
"""Two spellings of one parameter that are both in use."""
