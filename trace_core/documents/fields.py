"""Field types of canonical documents: decimal strings, aware times, codes, things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?\Z", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)


class DecimalText(fields.Field[Decimal]):
    """A quantity as a decimal string such as "12.5"; a JSON number is refused because it may have been rounded on its way."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "text": 'must be a decimal string such as "12.5"',
        "negative": "must not be negative; a cancellation names the movement it reverses",
    }

    def __init__(self, *, signed: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.signed = signed

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Decimal:
        if not isinstance(value, str) or not _DECIMAL.match(value):
            raise self.make_error("text")
        number = Decimal(value)
        if number < 0 and not self.signed:
            raise self.make_error("negative")
        return number


class Moment(fields.Field[datetime]):
    """A time with offset in RFC 3339 form; without an offset it is refused, never guessed."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "form": "must be an RFC 3339 time with offset, such as 2026-03-01T08:00:00+08:00"
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> datetime:
        if not isinstance(value, str) or not _RFC3339.match(value):
            raise self.make_error("form")
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError as fault:
            raise self.make_error("form") from fault


def is_moment(text: str) -> bool:
    """Whether a text has the form of an RFC 3339 time with offset, in capitals."""
    return bool(_RFC3339.match(text)) and "t" not in text and "z" not in text


class Code(fields.String):
    """A text that names something: stripped, not empty, at most 200 characters, without control characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=200, error="must have 1 to 200 characters"), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **extra: Any) -> str:
        text = super()._deserialize(value, attr, data, **extra)
        if not isinstance(text, str):
            raise self.make_error("invalid")
        text = text.strip()
        if any(ord(character) < ord(" ") for character in text):
            raise ValidationError("must not contain control characters")
        return text


def choice(*values: str, required: bool = True) -> fields.String:
    """A field that takes one of the values; the error names them."""
    return fields.String(required=required, validate=validate.OneOf(values, error=f"must be one of {', '.join(values)}"))


def time_text(moment: datetime) -> str:
    """RFC 3339 with the offset that the source gave; UTC is written Z."""
    return moment.isoformat().replace("+00:00", "Z")


def plain(value: Any, *, in_utc: bool = False) -> Any:
    """A loaded body as JSON values: decimals without trailing zeros, times as given or, `in_utc`, so that equal facts have equal forms."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in {"-0", ""} else text.lstrip("+")
    if isinstance(value, datetime):
        return time_text(value.astimezone(UTC) if in_utc else value)
    if isinstance(value, Mapping):
        return {key: plain(inner, in_utc=in_utc) for key, inner in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [plain(inner, in_utc=in_utc) for inner in value]
    return value


def without_nulls(value: Any) -> Any:
    """The JSON value without the null members of its objects: null and absent mean the same."""
    if isinstance(value, Mapping):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


class Strict(Schema):
    """A schema that refuses fields it does not know, so that a misspelt name is never silently lost."""

    error_messages: ClassVar[dict[str, str]] = {"unknown": "is no field of this document"}  # type: ignore[misc]
