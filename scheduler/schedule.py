"""Schedules as values: of which connection, when, on which days, and what becomes of times that were missed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import Literal

from scheduler.calendar import Calendar
from scheduler.cron import Cron

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Only = Literal["", "working-days", "holidays"]
CatchUp = Literal["latest", "all", "none"]
ONLY: tuple[Only, ...] = ("working-days", "holidays")
CATCH_UP: tuple[CatchUp, ...] = ("latest", "all", "none")
CATCH_UP_LIMIT, MOST_CATCH_UP = 100, 1000
"""Missed times that `all` makes up for where nothing else is said, and that may be asked for."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When kinds of a connection are pulled; all its kinds where none is named.

    `when` is an interval, or cron in the plant's `zone`. With `adaptive` the interval moves between two bounds. `only` limits it to
    working days or holidays of `calendar`. A run starts up to `jitter` after its nominal time. `catch_up` says which missed times
    are made up for: the latest, all (the newest `catch_up_limit` of them), or none. With `reconcile` nothing is pulled: what the system
    holds is compared with what we hold, and what differs is read again.
    """

    name: str
    connection: str
    zone: tzinfo
    when: Cron | timedelta
    kinds: tuple[str, ...] = ()
    adaptive: tuple[timedelta, timedelta] | None = None
    only: Only = ""
    calendar: Calendar = field(default_factory=Calendar)
    jitter: timedelta = timedelta(0)
    catch_up: CatchUp = "latest"
    catch_up_limit: int = CATCH_UP_LIMIT
    reconcile: bool = False


def interval(text: str) -> timedelta:
    """An interval such as 30s, 5m, 1h or 1d.

    >>> interval("5m")
    datetime.timedelta(seconds=300)
    """
    found = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text)
    if found is None:
        raise ValueError(f"{text!r} is no interval such as 30s, 5m, 1h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def shown(every: timedelta) -> str:
    """An interval in its greatest whole unit.

    >>> shown(timedelta(minutes=90)), shown(timedelta(hours=2))
    ('90m', '2h')
    """
    seconds = int(every.total_seconds())
    size, unit = next((size, unit) for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0)
    return f"{seconds // size}{unit}"
