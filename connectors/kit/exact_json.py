"""JSON without rounding: numbers with a fraction are read as `Decimal` and written digit for digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import orjson

_read = msgspec.json.Decoder(float_hook=Decimal).decode
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; `ValueError` when it is none. What only looser readers take (NaN, half a surrogate pair) is taken."""
    try:
        return _read(text)
    except (msgspec.DecodeError, UnicodeError):
        return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> bytes:
    """JSON in UTF-8 with sorted names, so that equal documents are equal bytes; times as they are, in ISO form."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:  # a name that is no text; allowing for that always would cost half as much again
        return orjson.dumps(value, default=_plain, option=_OPTIONS | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
