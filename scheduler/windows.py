"""A range of days of a plant, cut into windows of time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.local import moment
from trace_core.errors import Misconfigured

WINDOW = 7
"""Days of a window where nothing else is said."""
MOST = 1000
"""Windows of one range."""


def day_of(text: str) -> date:
    """A day such as 2026-03-01. Errors: `Misconfigured` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Misconfigured(f"{text!r} is no day such as 2026-03-01", code="usage") from fault


def windows(first: date, last: date, days: int, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """From the beginning of the first day to the end of the last, in pieces of so many days, the earliest first; ends are excluded.

    Errors: `Misconfigured` for a range that ends before it begins, or is cut into more pieces than `MOST`.
    """
    if last < first:
        raise Misconfigured(f"the range ends on {last}, before it begins on {first}", code="usage")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= (last - first).days < MOST * days:
        raise Misconfigured(
            f"a window must have whole days, and a range {MOST} windows at most: not windows of {days!r} days", code="usage"
        )
    starts = [first + timedelta(days=at) for at in range(0, (last - first).days + 1, days)]
    ends = [*starts[1:], last + timedelta(days=1)]
    return [(_midnight(start, zone), _midnight(end, zone)) for start, end in zip(starts, ends, strict=True)]


def _midnight(day: date, zone: tzinfo) -> datetime:
    return moment(datetime.combine(day, time()), zone)
