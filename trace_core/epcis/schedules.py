"""When a standing query is to be carried out: patterns of second, minute, hour, day, month and weekday, and the next time that matches.

A field that is left out matches any value, seconds too. Times are of UTC. Source: EPCIS 2.0, section 8.2.5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trace_core.errors import Problem, Rejected

FIELDS: Mapping[str, tuple[int, int]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
"""Field → its smallest and its greatest value; weekdays begin with Monday."""
_NUMBER = r"[0-9]{1,2}"
_ELEMENT = re.compile(rf"({_NUMBER})|\[({_NUMBER})-({_NUMBER})\]")
_FIELD = re.compile(rf"(?:{_NUMBER}|\[{_NUMBER}-{_NUMBER}\])(?:,(?:{_NUMBER}|\[{_NUMBER}-{_NUMBER}\]))*")
_AHEAD = timedelta(days=40 * 366)
"""29 February on a given weekday comes within forty years, also around 2100; what does not come by then never does."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values that each part of a time may have, ascending."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]


def read_schedule(told: Any) -> Schedule:
    """The schedule of a subscription. Errors: `Rejected` with every field that is wrong, or when no time ever matches."""
    if not isinstance(told, Mapping) or not told:
        raise _wrong([Problem("schedule", f"must be an object with some of {', '.join(FIELDS)}", str(told)[:100])])
    problems = [Problem(f"schedule.{name}", f"is none of {', '.join(FIELDS)}", str(name)) for name in told if name not in FIELDS]
    found = {}
    for name, (low, high) in FIELDS.items():
        try:
            found[name] = _values(told[name], low, high) if name in told else tuple(range(low, high + 1))
        except ValueError as fault:
            problems.append(Problem(f"schedule.{name}", str(fault), str(told[name])[:100]))
    if problems:
        raise _wrong(problems)
    days = (frozenset(found[name]) for name in ("dayOfMonth", "month", "dayOfWeek"))
    schedule = Schedule(found["second"], found["minute"], found["hour"], *days)
    if next_time(schedule, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise _wrong([Problem("schedule", "no day ever matches it")])
    return schedule


def _wrong(problems: list[Problem]) -> Rejected:
    return Rejected(f"the schedule has {len(problems)} problem(s)", code="controls", problems=problems)


def _values(told: Any, low: int, high: int) -> tuple[int, ...]:
    """The numbers that a field names."""
    text = str(told) if isinstance(told, int) and not isinstance(told, bool) else told
    if not isinstance(text, str) or not _FIELD.fullmatch(text):
        raise ValueError("must be numbers and ranges such as 5 or [8-12] or 0,[20-30],45")
    found: set[int] = set()
    for single, first, last in _ELEMENT.findall(text):
        start, end = (int(single), int(single)) if single else (int(first), int(last))
        if start > end:
            raise ValueError(f"has a range that ends before it begins: [{first}-{last}]")
        if start < low or end > high:
            raise ValueError(f"must have numbers from {low} to {high}")
        found |= set(range(start, end + 1))
    return tuple(sorted(found))


def next_time(schedule: Schedule, after: datetime) -> datetime | None:
    """The first whole second after a time that matches, in UTC; None when there is none."""
    start = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    for day in _days(schedule, start.date()):
        at = _time_of(schedule, start.time() if day == start.date() else time())
        if at is not None:
            return datetime.combine(day, at, tzinfo=UTC)
    return None


def _days(schedule: Schedule, start: date) -> Iterator[date]:
    """The days that match, from one on."""
    for number in range(_AHEAD.days):
        day = start + timedelta(days=number)
        if day.month in schedule.months and day.day in schedule.days and day.isoweekday() in schedule.weekdays:
            yield day


def _time_of(schedule: Schedule, start: time) -> time | None:
    """The first time of a day that matches, from one on."""
    for hour in (one for one in schedule.hours if one >= start.hour):
        for minute in (one for one in schedule.minutes if hour > start.hour or one >= start.minute):
            late = (hour, minute) > (start.hour, start.minute)
            for second in (one for one in schedule.seconds if late or one >= start.second):
                return time(hour, minute, second)
    return None
