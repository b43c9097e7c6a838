"""Values as systems write them: texts, numbers, dates, each read the same way everywhere.

What cannot be read raises ValueError with a sentence that goes on from the value: "is no number".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from trace_core.documents.fields import time_text

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(E[+-]?\d{1,3})?\Z", re.IGNORECASE)
PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?\Z", re.ASCII)
"""A number that is its own canonical text."""
_SECOND = frozenset(f":{second:02}" for second in range(60))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ODATA = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/\Z", re.ASCII)
_REMEMBERED = 20_000
"""Texts that a reader remembers at most; a system writes few different ones at a time."""


def clean(value: Any) -> Any:
    """A source value with texts stripped; empty texts and blanks are None."""
    if isinstance(value, str):
        return value.strip() or None
    return value


def as_text(value: Any) -> str:
    """A source value as text: numbers without exponent or needless zeros, truth values as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return decimal_plain(value)
    return str(value).strip()


def settled(value: Any) -> Any:
    """A value as it goes into a canonical document: numbers as text, everything else as it is."""
    sort = value.__class__
    if sort is str or sort is bool or value is None:
        return value
    if sort is int:
        return str(value)
    return as_text(value) if isinstance(value, (int, Decimal)) else value


def decimal_plain(value: Decimal) -> str:
    """A decimal without exponent or needless zeros, exact however long it is.

    >>> decimal_plain(Decimal("1234.50")), decimal_plain(Decimal("1E+3")), decimal_plain(Decimal("-0.0"))
    ('1234.5', '1000', '0')
    """
    return without_zeros(f"{value:f}")


def without_zeros(text: str) -> str:
    """A decimal string without zeros that say nothing."""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return "0" if text == "-0" else text


def number_text(value: Any) -> str:
    """A decimal string from a number or a text; full-width digits, thousands separators and blanks are understood.

    >>> number_text("１，234.50"), number_text("1.5e3")
    ('1234.50', '1500')
    """
    text = value if value.__class__ is str else as_text(value)
    if PLAIN.match(text):
        return text
    text = unicodedata.normalize("NFKC", text).replace(" ", "")
    if not _NUMBER.match(text) or not any(character.isdigit() for character in text):
        raise ValueError("is no number")
    return f"{Decimal(text.replace(',', '')):f}"


def moment_text(value: Any, zone: tzinfo) -> str:
    """RFC 3339 of a date or time; one without offset is in `zone`, a date alone is midnight there."""
    text = as_text(value).replace("/", "-")
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as fault:
        raise ValueError("is no date or time") from fault
    return time_text(found if found.tzinfo else found.replace(tzinfo=zone))


def moment_reader(zone: tzinfo) -> Callable[[Any], str]:
    """`moment_text` for one zone that remembers minutes: within one, the offset is the same."""
    minutes: dict[str, tuple[str, str]] = {}

    def read(value: Any) -> str:
        if value.__class__ is str and len(value) == len("2026-03-01T08:00:00") and value[16:] in _SECOND:
            minute = value[:16]
            known = minutes.get(minute)
            if known is None:
                if len(minutes) > _REMEMBERED:
                    minutes.clear()
                known = minutes[minute] = _minute(minute, zone)
            before, after = known
            return f"{before}{value[16:]}{after}"
        return moment_text(value, zone)

    return read


def _minute(minute: str, zone: tzinfo) -> tuple[str, str]:
    """What stands before and after the seconds of every time in a minute."""
    first = moment_text(f"{minute}:00", zone)
    return first[:16], first[19:]


def formatted_reader(form: str, zone: tzinfo) -> Callable[[Any], str]:
    """Times in one written form, such as `%d.%m.%Y`, in `zone` unless the form has an offset."""

    def read(value: Any) -> str:
        try:
            found = datetime.strptime(as_text(value), form)  # noqa: DTZ007 - the zone is added where the text has none
        except ValueError as fault:
            raise ValueError(f"is no time of the form {form}") from fault
        return time_text(found if found.tzinfo else found.replace(tzinfo=zone))

    return read


def epoch_reader(per_second: int) -> Callable[[Any], str]:
    """Times as whole seconds or milliseconds since 1970 UTC."""

    def read(value: Any) -> str:
        whole = int(number_text(value).partition(".")[0])
        try:
            return time_text(_EPOCH + timedelta(seconds=whole) if per_second == 1 else _EPOCH + timedelta(milliseconds=whole))
        except OverflowError as fault:
            raise ValueError("is no time: it lies beyond the year 9999") from fault

    return read


def odata_text(value: Any) -> str:
    """A time as OData 2 writes it in JSON, `/Date(ms)/` with an optional offset in minutes. Source: OData 2.0 JSON format, section 4.

    >>> odata_text("/Date(1772323200000)/")
    '2026-03-01T00:00:00Z'
    """
    found = _ODATA.match(as_text(value))
    if not found:
        raise ValueError("is no OData time such as /Date(1772323200000)/")
    return epoch_reader(1000)(found[1])
