"""Which nominal times become runs now: a pure function of the schedule, its blackouts, the last time dealt with, and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from scheduler.blackout import Blackout, closed_until
from scheduler.cron import Cron
from scheduler.nominal import back, newest
from scheduler.schedule import Schedule

GRACE = timedelta(minutes=1)
"""Later than this after its nominal time, or after the blackout in which it waited, a time was missed."""


@dataclass(frozen=True, slots=True)
class Found:
    """Nominal times that become runs, the oldest first, and up to where times are dealt with; None leaves that as it is."""

    nominals: tuple[datetime, ...] = ()
    mark: datetime | None = None


def due(
    schedule: Schedule, last: datetime | None, now: datetime, *, every: timedelta | None = None, blackouts: Sequence[Blackout] = ()
) -> Found:
    """The nominal times after `last` that become runs at `now`; `every` takes the place of the interval.

    In a blackout none does: they wait until its end, and then count as missed ones. A schedule that was never dealt with (`last` None)
    begins with its newest time when it is an interval, with its next one when it is cron.
    """
    if closed_until(blackouts, schedule.connection, schedule.zone, now) is not None:
        return Found()
    if last is None and isinstance(schedule.when, Cron):
        return Found((), now)
    raw = newest(schedule, now, every)
    if raw is None or (last is not None and raw <= last):
        return Found()
    missed = back(schedule, now, every)
    if last is None:
        chosen = [at for at in islice(missed, 1) if at == raw]
    else:
        after = last
        chosen = list(islice(takewhile(lambda at: at > after, missed), schedule.catch_up_limit if schedule.catch_up == "all" else 1))
        if schedule.catch_up == "none":
            chosen = [at for at in chosen if now - _released(schedule, at, blackouts) <= GRACE]
    return Found(tuple(reversed(chosen)), raw)


def _released(schedule: Schedule, nominal: datetime, blackouts: Sequence[Blackout]) -> datetime:
    """When a run of a nominal time could first start."""
    return closed_until(blackouts, schedule.connection, schedule.zone, nominal) or nominal
