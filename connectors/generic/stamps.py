"""Change stamps: the first that is not null, as a moment; and moments as the values of a filter for changes.

Stamps without a zone are in the definition's. Source: Tryton 8.2 leaves `write_date` null until the first change (observed).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.generic.template import dig
from trace_core.errors import Misconfigured

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def moment_of(row: Mapping[str, Any], names: tuple[str, ...], zone: ZoneInfo) -> datetime | None:
    """The first of the row's stamps that is not empty, aware. Errors: `Misconfigured` when it is no time in ISO form."""
    for name in names:
        if found := dig(row, name):
            try:
                told = datetime.fromisoformat(str(found))
            except ValueError as fault:
                message = f"the stamp {name} holds {str(found)!r}, which is no time in ISO form: name another field in `stamps`"
                raise Misconfigured(message, code="stamp") from fault
            return told if told.tzinfo else told.replace(tzinfo=zone)
    return None


def milliseconds(moment: datetime | None) -> int | None:
    """Unix milliseconds, without rounding up."""
    return None if moment is None else int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def mark_of(moment: datetime) -> str:
    """A moment as the cursor keeps it: ISO in UTC, never in the future, so that a stamp set wrongly hides no later change."""
    return min(moment, datetime.now(UTC)).astimezone(UTC).isoformat()


def since(mark: str, overlap_minutes: int, zone: ZoneInfo) -> dict[str, Any]:
    """Values of `{since.…}`: the parts and `text` in the zone of the stamps, `iso` with its offset, `ms` since 1970."""
    told = datetime.fromisoformat(mark)
    moment = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(zone) - timedelta(minutes=overlap_minutes)
    text = moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    named = {"text": text, "iso": moment.isoformat(timespec="seconds"), "ms": milliseconds(moment)}
    return {part: getattr(moment, part) for part in PARTS} | named
