"""Five-field cron in a plant's own time: minute, hour, day of the month, month, weekday.

Where both days are limited, a day matches that is either; a field that begins with `*` limits nothing. Source: POSIX.1-2017, crontab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.local import moment, wall

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES = {"month": {name: at for at, name in enumerate(_MONTHS, 1)}, "weekday": {name: at for at, name in enumerate(_DAYS)}}
_PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]\d?))?", re.ASCII)
_YEARS = timedelta(days=40 * 366)
"""29 February on a given weekday comes within forty years, also around 2100."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The values that each field allows, ascending; weekdays as ISO numbers. `either` says that one of both days is enough."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def matches(self, day: date) -> bool:
        """Whether it runs on a day of the plant."""
        of_month, of_week = day.day in self.days, day.isoweekday() in self.weekdays
        return day.month in self.months and (of_month or of_week if self.either else of_month and of_week)


def read_cron(text: str) -> Cron:
    """Five fields. Errors: `ValueError` that names the field and what is wrong with it.

    >>> read_cron("30 6 * * mon-fri").weekdays == {1, 2, 3, 4, 5}
    True
    """
    told = text.lower().split()
    if len(told) != len(_FIELDS):
        raise ValueError(f"has {len(told)} fields; cron has five: minute hour day month weekday, such as 30 6 * * mon-fri")
    minutes, hours, days, months, weekdays = (_values(part, name, low, high) for part, (name, low, high) in zip(told, _FIELDS, strict=True))
    either = not told[2].startswith("*") and not told[4].startswith("*")
    iso = frozenset(day or 7 for day in weekdays)
    cron = Cron(" ".join(told), tuple(sorted(minutes)), tuple(sorted(hours)), frozenset(days), frozenset(months), iso, either)
    if next(_days(cron, date(2000, 1, 1), 1), None) is None:
        raise ValueError("no day ever matches it")
    return cron


def _values(told: str, name: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in told.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"the {name} {part!r} is none of *, 5, 1-5, */15, 1-5/2, or several with commas")
        first, last, step = match.groups()
        start = low if first is None else _number(first, name)
        end = high if first is None or (last is None and step) else _number(last or first, name)
        if not low <= start <= high or not low <= end <= high:
            raise ValueError(f"the {name} {part!r} must lie within {low} and {high}")
        if start > end:
            raise ValueError(f"the {name} {part!r} ends before it begins")
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(told: str, name: str) -> int:
    names = _NAMES.get(name, {})
    if not told.isdigit() and told not in names:
        raise ValueError(f"the {name} {told!r} is no number" + (f" and none of {', '.join(names)}" if names else ""))
    return names[told] if told in names else int(told)


def back(cron: Cron, zone: tzinfo, now: datetime) -> Iterator[datetime]:
    """Its times at or before `now`, newest first, each once, in UTC."""
    return _times(cron, zone, now, -1)


def ahead(cron: Cron, zone: tzinfo, now: datetime) -> Iterator[datetime]:
    """Its times after `now`, earliest first, each once, in UTC."""
    return _times(cron, zone, now, 1)


def _times(cron: Cron, zone: tzinfo, now: datetime, step: int) -> Iterator[datetime]:
    last = None
    # one day more than needed: a zone may have put its clocks back over midnight
    for day in _days(cron, wall(now, zone).date() - step * timedelta(days=1), step):
        for hour in cron.hours[::step]:
            for minute in cron.minutes[::step]:
                at = moment(datetime.combine(day, time(hour, minute)), zone)
                if (at > now) == (step > 0) and at != last:
                    last = at
                    yield at


def _days(cron: Cron, start: date, step: int) -> Iterator[date]:
    for number in range(_YEARS.days):
        day = start + step * timedelta(days=number)
        if cron.matches(day):
            yield day
