"""What people ask about schedules and do with them, by verb or over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from lotweave.bootstrap import House, clock
from lotweave.plumbing import lines_of
from pipelines.state import runs, schedule_runs
from scheduler.cron import Cron
from scheduler.nominal import ahead
from scheduler.plan import intervals, scheduled
from scheduler.schedule import Schedule, shown
from scheduler.store import marks
from trace_core.errors import Misconfigured, Problem

NEXT = 3
"""Coming times that are shown of a schedule."""


def named(house: House, name: str) -> Schedule:
    """The schedule of that name. Errors: `Misconfigured` that lists those there are."""
    found = {one.name: one for one in house.site.timetable.schedules}
    if name not in found:
        raise Misconfigured(f"there is no schedule {name!r}; there are {', '.join(found) or 'none: see schedules.toml'}", code="usage")
    return found[name]


def listing(house: House, schedules: Sequence[Schedule], *, now: datetime) -> list[dict[str, Any]]:
    """Each schedule with its state, its next times in the plant's zone, and what its newest run came to."""
    names = [one.name for one in schedules]
    with house.begin() as connection:
        held = marks.held(connection, names)
        last = schedule_runs.newest(connection, names)
        every = intervals(connection, schedules)
    return [_told(house, one, now, held.get(one.name), last.get(one.name), every.get(one.name)) for one in schedules]


def _told(house: House, one: Schedule, now: datetime, mark: Any, last: Any, every: timedelta | None) -> dict[str, Any]:
    closed, paused = house.site.timetable.closed(one.connection, now), mark is not None and mark.paused_at is not None
    told = {
        "name": one.name,
        "connection": one.connection,
        "plant": house.site.connections[one.connection].plant,
        "zone": str(one.zone),
        "when": one.when.text if isinstance(one.when, Cron) else f"every {shown(one.when)}",
        "kinds": list(one.kinds),
        "only": one.only,
        "state": "paused" if paused else "waits" if closed else "active",
        "paused": {"at": _local(mark.paused_at, one), "because": mark.paused_because} if paused else None,
        "waits_until": _local(closed, one),
        "next": [] if paused else [_local(at, one) for at in islice(_starts(house, one, now, every), NEXT)],
        "last": last and last | {"nominal": _local(last["nominal"], one), "starts": _local(last["starts"], one)},
        "note": _note(one, now),
    }
    if one.adaptive and every:
        told |= {"interval": shown(every), "adaptive": "..".join(map(shown, one.adaptive))}
    return told


def _starts(house: House, one: Schedule, now: datetime, every: timedelta | None) -> Iterator[datetime]:
    """When its next runs may start: each nominal time, or the end of the blackout around it, once."""
    before = None
    for at in ahead(one, now, every):
        start = house.site.timetable.closed(one.connection, at) or at
        if start != before:
            before = start
            yield start


def _local(at: datetime | None, one: Schedule) -> str | None:
    return None if at is None else at.astimezone(one.zone).isoformat(timespec="seconds")


def _note(one: Schedule, now: datetime) -> str:
    year = now.astimezone(one.zone).year
    if not one.only or not one.calendar.name or one.calendar.knows(year):
        return ""
    return f"the calendar {one.calendar.name} names no day of {year}: Monday to Friday count as working days"


def run(house: House, schedule: Schedule, *, kinds: Sequence[str], full: bool) -> dict[str, Any]:
    """Make runs of a schedule now, paused or not; in a blackout they wait like others. With `full` everything is pulled again.

    Errors: `Misconfigured` for kinds that the schedule does not pull.
    """
    line, now = lines_of(house.site)[schedule.connection], clock()
    mine = schedule.kinds or tuple(line.kinds)
    if unknown := [kind for kind in kinds if kind not in mine]:
        raise Misconfigured(
            f"schedule {schedule.name} does not pull {', '.join(unknown)}",
            code="usage",
            problems=[Problem("kinds", f"must be some of {', '.join(mine)}", kind) for kind in unknown],
        )
    closed = house.site.timetable.closed(schedule.connection, now)
    wanted = replace(schedule, kinds=tuple(kinds) or schedule.kinds)
    with house.begin() as connection:
        ids = runs.create(connection, scheduled(wanted, line, now, start=closed, full=full), now=now)
    return {"schedule": schedule.name, "runs": ids, "full": full, "waits_until": _local(closed, schedule)}


def pause(house: House, schedule: Schedule, *, because: str) -> dict[str, Any]:
    """Let a schedule make no runs until it is resumed; runs that exist go on."""
    with house.begin() as connection:
        changed = marks.pause(connection, schedule.name, because=because, now=clock())
    return {"schedule": schedule.name, "state": "paused", "changed": changed}


def resume(house: House, schedule: Schedule) -> dict[str, Any]:
    """Let it make runs again; times in between count as missed."""
    with house.begin() as connection:
        changed = marks.resume(connection, schedule.name)
    return {"schedule": schedule.name, "state": "active", "changed": changed}
