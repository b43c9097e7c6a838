"""Windows in which due runs wait: weekly such as `sat 22:00 - sun 06:00`, monthly such as `last day 18:00 - first day 12:00`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.local import moment, wall

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SAFE = 28
"""Every month has this day; later ones are told as `last day`."""
_LAST = 0
_POINT = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun)|(first|last) day|day ([1-9]|1\d|2[0-8])) ([01]\d|2[0-3]):([0-5]\d)")
_EXAMPLES = "`sat 22:00 - sun 06:00` or `last day 18:00 - first day 12:00` (days of a month: first day, day 2 to day 28, last day)"


@dataclass(frozen=True, slots=True)
class Point:
    """A weekday (1 to 7, Monday first) or a day of the month (1 to 28, 0 for the last), and a time."""

    monthly: bool
    day: int
    at: time

    def __str__(self) -> str:
        day = ({_LAST: "last day", 1: "first day"}.get(self.day) or f"day {self.day}") if self.monthly else _WEEK[self.day - 1]
        return f"{day} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Blackout:
    """A window that comes back every week or month; `connections` are those it holds up, all when empty."""

    name: str
    start: Point
    end: Point
    connections: frozenset[str] = frozenset()


def read_window(text: str) -> tuple[Point, Point]:
    """Both ends of a window. Errors: `ValueError` that shows what a window looks like."""
    parts = [" ".join(part.split()) for part in text.lower().split(" - ")]
    matches = [_POINT.fullmatch(part) for part in parts]
    found = [_point(match) for match in matches if match]
    if len(found) != 2 or len(parts) != 2 or found[0].monthly != found[1].monthly:  # noqa: PLR2004 - both ends
        raise ValueError(f"must be like {_EXAMPLES}")
    if found[0] == found[1]:
        raise ValueError("ends where it begins")
    return found[0], found[1]


def _point(match: re.Match[str]) -> Point:
    week, word, number, hour, minute = match.groups()
    day = _WEEK.index(week) + 1 if week else int(number) if number else 1 if word == "first" else _LAST
    return Point(week is None, day, time(int(hour), int(minute)))


def closed_until(blackouts: Sequence[Blackout], connection: str, zone: tzinfo, now: datetime) -> datetime | None:
    """When the windows around `now` end for a connection, in UTC; None when it is in none. Windows that join are one."""
    mine = [one for one in blackouts if not one.connections or connection in one.connections]
    until = now
    for _ in range(_SAFE):  # windows that join without end, such as two that cover the week, open once in so many
        ends = [end for one in mine for start, end in _around(one, zone, until) if start <= until < end]
        if not ends:
            break
        until = max(ends)
    return until if until > now else None


def _around(one: Blackout, zone: tzinfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window's comings near a moment."""
    today = wall(now, zone).date()
    for back in (1, 0):
        start = _on(one.start, today, -back)
        ends = (_on(one.end, today, step - back) for step in (0, 1))
        yield moment(start, zone), moment(next(end for end in ends if end > start), zone)


def _on(point: Point, day: date, step: int) -> datetime:
    """The point in the week or month of a day, or so many later."""
    if not point.monthly:
        return datetime.combine(day + timedelta(days=point.day - day.isoweekday() + 7 * step), point.at)
    year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
    return datetime.combine(date(year, month + 1, point.day or monthrange(year, month + 1)[1]), point.at)
