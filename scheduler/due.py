"""Which nominal times are due: a pure function of the schedule, the newest one that has run, and now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Pull all kinds of a connection every so often."""

    connection: str
    every: timedelta

    @property
    def name(self) -> str:
        """What it is remembered by."""
        return f"{self.connection} every {int(self.every.total_seconds())} s"


def interval(text: str) -> timedelta:
    """An interval such as 30s, 5m, 1h or 1d.

    >>> interval("5m")
    datetime.timedelta(seconds=300)
    """
    found = re.fullmatch(r"([1-9]\d*)([smhd])", text)
    if found is None:
        raise ValueError(f"{text!r} is no interval such as 30s, 5m, 1h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def due(schedule: Schedule, last: datetime | None, now: datetime) -> datetime | None:
    """The newest nominal time at or before `now` if it is newer than `last`; missed ones in between are caught up by this one.

    Nominal times are whole multiples of the interval since 1970, so that every beat of every machine computes the same ones.
    """
    nominal = EPOCH + (now - EPOCH) // schedule.every * schedule.every
    return nominal if last is None or nominal > last else None
