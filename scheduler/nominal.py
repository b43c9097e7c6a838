"""Nominal times: the moments at which a schedule is due, computed alike by every beat of every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from scheduler import cron
from scheduler.cron import Cron
from scheduler.local import moment, wall
from scheduler.schedule import Schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
HORIZON = timedelta(days=3660)
"""How far times are looked for on days that a calendar may never have."""


def newest(schedule: Schedule, now: datetime, every: timedelta | None = None) -> datetime | None:
    """The newest nominal time at or before `now` on whatever day; `every` takes the place of the schedule's own interval.

    Intervals are counted from 1970 in UTC, cron in the plant's zone.
    """
    if isinstance(schedule.when, Cron):
        return next(cron.back(schedule.when, schedule.zone, now), None)
    return _multiple(now, every or schedule.when)


def back(schedule: Schedule, now: datetime, every: timedelta | None = None) -> Iterator[datetime]:
    """Its nominal times at or before `now` on the days that its calendar allows, newest first."""
    if isinstance(schedule.when, Cron):
        found = cron.back(schedule.when, schedule.zone, now)
        yield from (at for at in found if at < now - HORIZON or allowed(schedule, at))
        return
    at, step = _multiple(now, every or schedule.when), every or schedule.when
    while at > now - HORIZON:
        if allowed(schedule, at):
            yield at
            at -= step
        else:
            at = min(at - step, _multiple(_midnight(schedule, at, 0) - _TICK, step))


def ahead(schedule: Schedule, now: datetime, every: timedelta | None = None) -> Iterator[datetime]:
    """Its nominal times after `now` on the days that its calendar allows, earliest first, for ten years at most."""
    if isinstance(schedule.when, Cron):
        for at in cron.ahead(schedule.when, schedule.zone, now):
            if at > now + HORIZON:
                return
            if allowed(schedule, at):
                yield at
        return
    step = every or schedule.when
    at = _multiple(now, step) + step
    while at < now + HORIZON:
        if allowed(schedule, at):
            yield at
            at += step
        else:
            at = max(at + step, _multiple(_midnight(schedule, at, 1) - _TICK, step) + step)


def allowed(schedule: Schedule, at: datetime) -> bool:
    """Whether the plant's day of a nominal time is one of those that the schedule keeps to."""
    if not schedule.only:
        return True
    return schedule.calendar.works(wall(at, schedule.zone).date()) == (schedule.only == "working-days")


def delay(schedule: Schedule, nominal: datetime) -> timedelta:
    """How long after a nominal time its run starts: within the jitter, in whole seconds, the same for whoever computes it."""
    digest = hashlib.sha256(f"{schedule.name} {nominal.astimezone(UTC).isoformat()}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % (int(schedule.jitter.total_seconds()) + 1))


def _multiple(now: datetime, every: timedelta) -> datetime:
    return EPOCH + (now - EPOCH) // every * every


def _midnight(schedule: Schedule, at: datetime, later: int) -> datetime:
    """The beginning of the plant's day of a moment, or so many days later."""
    return moment(datetime.combine(wall(at, schedule.zone).date() + later * _DAY, time()), schedule.zone)
