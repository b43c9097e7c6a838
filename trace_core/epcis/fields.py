"""Extension fields that a query names: where they stand in an event, and their values, whichever binding the event came in.

Source: EPCIS 2.0, section 8.2.7.1 (`EQ_fieldname` and its kin).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from trace_core.epcis.keys import canonical
from trace_core.epcis.model import EpcisEvent, Extensions
from trace_core.epcis.names import expanded, is_namespace

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,99})(\.\d{1,99})?([eE][+-]?\d{1,3})?\Z", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """An extension field, `{namespace}local`, in a part of an event: at its top, or nested anywhere below (`inner`)."""

    name: str
    part: str = ""
    inner: bool = False


_PARTS: Mapping[str, Callable[[EpcisEvent], Iterator[Extensions]]] = {
    "": lambda event: iter([event.extensions]),
    "ILMD": lambda event: iter([event.ilmd]),
    "ERROR_DECLARATION": lambda event: iter([event.error.extensions] if event.error else []),
    "readPoint": lambda event: iter([event.read_point.extensions] if event.read_point else []),
    "bizLocation": lambda event: iter([event.biz_location.extensions] if event.biz_location else []),
    "SENSORELEMENT": lambda event: (one.extensions for one in event.sensors),
    "SENSORMETADATA": lambda event: (one.metadata for one in event.sensors),
    "SENSORREPORT": lambda event: (report for one in event.sensors for report in one.reports),
}
PARTS = tuple(_PARTS)
"""Parts of an event that may have extensions, by the word that names them in a parameter; the event itself has none."""


def field_name(text: str, prefixes: Mapping[str, str]) -> str:
    """`{namespace}local` of `prefix:local` or `namespace#local`. Errors: `ValueError` saying what to do."""
    namespace, mark, local = text.rpartition("#")
    if mark and local and is_namespace(namespace):
        return f"{{{namespace}}}{local}"
    found = expanded(text, prefixes)
    if found is None:
        prefix = text.partition(":")[0]
        raise ValueError(f"has the prefix {prefix}, which nothing declares: @context of a named query, or the header GS1-Extensions")
    return found


def values(event: EpcisEvent, field: Field) -> Iterator[Any]:
    """Every value that the field has in an event; of a list each entry."""
    for told in _PARTS[field.part](event):
        if field.inner:
            for value in told.values():
                yield from _below(value, field.name)
        elif field.name in told:
            yield from _each(told[field.name])


def told(event: EpcisEvent) -> Iterator[tuple[str, str, Any]]:
    """(part, name, value) of every extension field, nested ones included; of a list each entry."""
    for part, holders in _PARTS.items():
        for holder in holders(event):
            yield from ((part, name, value) for name, value in _all(holder) if name.startswith("{"))


def _all(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from ((name, one) for one in _each(inner))
            yield from _all(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _all(inner)


def _below(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner_name, inner in value.items():
            if inner_name == name:
                yield from _each(inner)
            yield from _below(inner, name)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _below(inner, name)


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from _each(inner)
    else:
        yield value


def typed(value: Any) -> Decimal | datetime | str | None:
    """A value as it is compared: a number, a time with offset, or a text, told by how it is written, since XML has only texts.

    Digits after a leading zero are a text. None for an object without text.
    """
    if isinstance(value, Mapping):
        return typed(value["#text"]) if "#text" in value else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    text = str(value).strip()
    if _NUMBER.match(text):
        return Decimal(text)
    return moment(text) or canonical(text)


def fingerprint(value: Decimal | datetime | str) -> str:
    """A short text that is the same for values that are equal as they are compared."""
    if isinstance(value, Decimal):
        sign, digits, exponent = value.as_tuple()
        bare = "".join(map(str, digits)).rstrip("0")
        said = f"{sign}{bare}e{int(exponent) + len(digits) - len(bare)}" if bare else "0"
    else:
        said = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else f"={value}"
    return blake2b(said.encode(), digest_size=8).hexdigest()


def moment(text: str) -> datetime | None:
    """A time with offset; None when the text is none."""
    if not _TIME.match(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None
