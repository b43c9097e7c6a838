"""The query language: parameters of a URL or of a named query into conditions, with every wrong one named.

Values of a URL are separated by `|`; a named query has JSON lists. Source: EPCIS 2.0, section 8.2.7.1; REST binding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from trace_core.epcis.fields import PARTS, Field, field_name, moment, typed
from trace_core.epcis.masters import attribute_name
from trace_core.epcis.names import declared, iri
from trace_core.epcis.sensors import MEASURES, TIMES, URIS
from trace_core.epcis.shape import ACTIONS, TYPES
from trace_core.epcis.vocabulary import BIZ_STEP, DISPOSITION, MEASUREMENT, PARTY, REASON, TRANSACTION, Vocabulary
from trace_core.errors import Problem, Rejected

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
_QUANTITY = re.compile(r"(EQ|GT|GE|LT|LE)_quantity(?:_([A-Z0-9]{2,3}))?\Z", re.ASCII)
_MEASURE = re.compile(rf"(EQ|GT|GE|LT|LE)_({'|'.join(MEASURES)})_([A-Z0-9]{{2,4}})\Z", re.ASCII)
_TYPED = re.compile(r"EQ_(bizTransaction|source|destination)(?:_(.+))?\Z")
_MASTER = re.compile(r"(HASATTR|EQATTR|EQ_ATTR)_([^_]+)(?:_(.+))?\Z")
_FIELD = re.compile(rf"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(?:({'|'.join(filter(None, PARTS))})_)?([^:]+:.+)\Z")
WITH_MASTERS = ("readPoint", "bizLocation", "bizTransaction", "source", "destination", "epcClass")
"""Fields of the standard of which master data may tell."""
MOST = 1_000_000
"""The largest count that may be asked for."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter: an event fulfils it when it fulfils it for any of the values.

    `of`: the type, unit or attribute that the name carries. `field`: the extension field that it is about; the name is then the
    comparison alone.
    """

    name: str
    values: tuple[Any, ...]
    of: str | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that all hold, the order of the answer, and how many events at most: `limit` cuts, `most` refuses.

    `by_field` orders by an extension field; by time where it is equal, and events without it come last.
    """

    conditions: tuple[Condition, ...] = ()
    by_record_time: bool = False
    by_field: Field | None = None
    descending: bool = True
    limit: int | None = None
    most: int | None = None

    def values(self, name: str) -> tuple[Any, ...] | None:
        """The values of a parameter, None when it was not given."""
        return next((one.values for one in self.conditions if one.name == name), None)


def from_url(parameters: Sequence[tuple[str, str]], prefixes: Mapping[str, str] | None = None) -> Query:
    """The query of a URL's parameters; `prefixes` of extension fields in it, by the header GS1-Extensions.

    Errors: `Rejected` with every parameter that is unknown, twice, or has a wrong value.
    """
    twice = [name for at, (name, _) in enumerate(parameters) if name in {other for other, _ in parameters[:at]}]
    problems = [Problem(name, "is given twice; separate values by |") for name in twice]
    return _query({name: value.split("|") for name, value in parameters}, prefixes or {}, problems)


def from_json(told: Any) -> Query:
    """The query of a JSON object, whose `@context` declares the prefixes of extension fields. Errors: `Rejected`, as above."""
    if not isinstance(told, Mapping):
        raise Rejected("a query is a JSON object", code="query", problems=[Problem("query", "must be an object of parameters")])
    prefixes, problems = declared(told.get("@context"), "@context")
    lists = {name: value if isinstance(value, list) else [value] for name, value in told.items() if name != "@context"}
    return _query({name: [_text(value) for value in values] for name, values in lists.items()}, prefixes, problems)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _query(given: Mapping[str, Sequence[str]], prefixes: Mapping[str, str], problems: list[Problem]) -> Query:
    conditions, options = [], {}
    for name, values in given.items():
        try:
            if name in _OPTIONS:
                options[name] = _OPTIONS[name](values[0], prefixes) if values else None
            elif found := _condition(name, values, prefixes):
                conditions.append(found)
        except ValueError as fault:
            problems.append(Problem(name, str(fault), "|".join(values)[:200]))
    if "eventCountLimit" in options and "maxEventCount" in options:
        problems.append(Problem("maxEventCount", "and eventCountLimit exclude each other"))
    if "eventCountLimit" in options and "orderBy" not in given:
        problems.append(Problem("eventCountLimit", "needs orderBy, which says what the first events are"))
    if problems:
        raise Rejected(f"the query has {len(problems)} problem(s)", code="query", problems=problems)
    order = options.get("orderBy")
    return Query(
        tuple(conditions),
        order == "recordTime",
        order if isinstance(order, Field) else None,
        options.get("orderDirection", "DESC") == "DESC",
        options.get("eventCountLimit"),
        options.get("maxEventCount"),
    )


def _condition(name: str, values: Sequence[str], prefixes: Mapping[str, str]) -> Condition | None:
    """The condition of a parameter; None for `EXISTS_` with false, which asks for nothing. Errors: `ValueError`."""
    plain, of, field, reader = _parameter(name, prefixes)
    if plain.startswith("EXISTS") and all(_truth(value) is False for value in values):
        return None
    return Condition(plain, tuple(reader(iri(value, prefixes)) for value in values), of, field)


def _parameter(name: str, prefixes: Mapping[str, str]) -> tuple[str, str | None, Field | None, Callable[[str], Any]]:
    """The parameter without what its name carries, that, and how its values are read. Errors: `ValueError` when it is none."""
    name = _SAME.get(name, name)
    if found := _MASTER.match(name):
        return _of_master(found[1], found[2], found[3], prefixes)
    if found := _TYPED.match(name):
        vocabulary = TRANSACTION if found[1] == "bizTransaction" else PARTY
        of = found[2] and (vocabulary.word(iri(found[2], prefixes)) or found[2])
        return f"EQ_{found[1]}", of, None, _uri
    if found := _QUANTITY.match(name):
        return f"{found[1]}_quantity", found[2], None, _number
    if found := _MEASURE.match(name):
        return f"{found[1]}_{found[2]}", found[3], None, _number
    if name in _READERS:
        return name, None, None, _READERS[name]
    if found := _FIELD.match(name):
        comparison, inner, part, local = found.groups()
        reader = {"EQ": _value, "EXISTS": _truth}.get(comparison, _measured)
        return comparison, None, Field(field_name(local, prefixes), part or "", bool(inner)), reader
    raise ValueError("is no parameter of a query")


def _of_master(
    comparison: str, about: str, attribute: str | None, prefixes: Mapping[str, str]
) -> tuple[str, str | None, Field | None, Callable[[str], Any]]:
    """A parameter about attributes of master data: of a field of the standard, or of an extension field that holds an identifier."""
    if (attribute is None) is (comparison != "HASATTR"):
        raise ValueError("must be HASATTR_FIELD with names of attributes, or EQATTR_FIELD_ATTRIBUTE with values; names have no underscore")
    field = Field(field_name(about, prefixes)) if ":" in about else None
    if field is None and about not in WITH_MASTERS:
        raise ValueError(f"asks for master data of {about}; there is some of {', '.join(WITH_MASTERS)} and of extension fields")
    sort = "HASATTR" if comparison == "HASATTR" else "EQATTR"
    reader = partial(attribute_name, prefixes=prefixes) if sort == "HASATTR" else _plain
    return f"{sort}_{'' if field else about}", attribute and attribute_name(attribute, prefixes), field, reader


def _uri(text: str) -> str:
    if not _URI.match(text):
        raise ValueError("must be a URI")
    return text


def _plain(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _time(text: str) -> datetime:
    found = moment(text.replace(" ", "+"))
    if found is None:
        raise ValueError("must be a time with offset, such as 2026-03-01T08:00:00+08:00")
    return found


def _value(text: str) -> Decimal | datetime | str | None:
    return moment(text.replace(" ", "+")) or typed(text)


def _measured(text: str) -> Decimal | datetime:
    found = typed(text.replace(" ", "+"))
    if not isinstance(found, (Decimal, datetime)):
        raise ValueError("must be a number, or a time with offset, such as 2026-03-01T08:00:00+08:00")  # noqa: TRY004 - a wrong value
    return found


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as fault:
        raise ValueError("must be a number") from fault
    if not found.is_finite():
        raise ValueError("must be a number")
    return found


def _truth(text: str) -> bool:
    if text not in {"true", "false", "", "1", "0"}:
        raise ValueError("must be true or false")
    return text not in {"false", "0"}


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


def _type(text: str) -> str:
    if text not in TYPES and not _URI.match(text):
        raise ValueError(f"must be one of {', '.join(TYPES)}, or the URI of another type")
    return text


def _order(text: str, prefixes: Mapping[str, str]) -> str | Field:
    if text in {"eventTime", "recordTime"}:
        return text
    if ":" not in text:
        raise ValueError("must be eventTime, recordTime, or an extension field with its prefix")
    return Field(field_name(text, prefixes))


def _plainly(reader: Callable[[str], Any]) -> Callable[[str, Mapping[str, str]], Any]:
    return lambda text, _: reader(text)


_OPTIONS: Mapping[str, Callable[[str, Mapping[str, str]], Any]] = {
    "orderBy": _order,
    "orderDirection": _plainly(_one_of("ASC", "DESC")),
    "eventCountLimit": _plainly(_count),
    "maxEventCount": _plainly(_count),
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "eventType": _type,
    **{f"{sign}_{one}": _time for sign in ("GE", "LT") for one in ("eventTime", "recordTime", "errorDeclarationTime", *TIMES)},
    "EQ_action": _one_of(*ACTIONS),
    "EQ_bizStep": _word(BIZ_STEP),
    **dict.fromkeys(("EQ_disposition", "EQ_persistentDisposition_set", "EQ_persistentDisposition_unset"), _word(DISPOSITION)),
    **dict.fromkeys(("EQ_readPoint", "EQ_bizLocation", "WD_readPoint", "WD_bizLocation"), _uri),
    "EQ_transformationID": _plain,
    **dict.fromkeys(("EQ_eventID", "EQ_correctiveEventID"), _uri),
    **dict.fromkeys((f"MATCH_{one}" for one in ("epc", "parentID", "inputEPC", "outputEPC", "anyEPC")), _uri),
    **dict.fromkeys((f"MATCH_{one}" for one in ("epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass")), _uri),
    **dict.fromkeys(("EXISTS_errorDeclaration", "EXISTS_sensorElementList", "EQ_booleanValue"), _truth),
    "EQ_errorReason": _word(REASON),
    "EQ_type": _word(MEASUREMENT),
    **{f"EQ_{one}": _uri for one in URIS},
    **dict.fromkeys(("EQ_stringValue", "EQ_hexBinaryValue"), _plain),
    **{f"{sign}_percRank": _number for sign in ("EQ", "GT", "GE", "LT", "LE")},
}
_SAME = {"GE_errorDeclaration_Time": "GE_errorDeclarationTime", "LT_errorDeclaration_Time": "LT_errorDeclarationTime"}
"""Two spellings of one parameter that are both in use."""
