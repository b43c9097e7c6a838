"""Single values of documents in normal form, read without a schema where they are as usual."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from trace_core.documents.fields import is_moment, plain, time_text

LONGEST = 200
is_normal = re.compile(r"(0|[1-9][0-9]{0,29})(\.[0-9]{0,29}[1-9])?\Z", re.ASCII).match
"""Whether a text is a quantity as it is written here: without zeros that say nothing."""
_DECIMAL = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?\Z", re.ASCII)


class Unusual(ValueError):
    """Something that is left to the schema."""


def code(text: str) -> str:
    """A text that names something."""
    if not 0 < len(text) <= LONGEST or not text.isprintable() or text[0] == " " or text[-1] == " ":
        raise Unusual
    return text


def decimal(text: str) -> str:
    """A quantity that is not negative, without zeros that say nothing."""
    if is_normal(text):
        return text
    if not _DECIMAL.match(text):
        raise Unusual
    return str(plain(Decimal(text)))


@lru_cache(maxsize=10_000)
def read_time(text: str) -> tuple[datetime, str, str]:
    """The time, its text with the offset given, and its text in UTC. A document often names one time more than once."""
    if not is_moment(text):
        raise Unusual
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Unusual from fault
    normal = time_text(found)
    return found, normal, normal if normal.endswith("Z") else time_text(found.astimezone(UTC))
