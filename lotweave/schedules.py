"""What people ask about schedules and do with them, by verb or over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from connectors.kit.manifest import manifest
from lotweave.bootstrap import House
from lotweave.plumbing import lines_of
from pipelines.state import runs, schedule_runs
from pipelines.state.runs import Due
from scheduler.cron import Cron
from scheduler.nominal import ahead
from scheduler.plan import intervals, scheduled
from scheduler.schedule import Schedule, shown
from scheduler.store import marks
from scheduler.windows import WINDOW, windows
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


def blackouts(house: House, sees: Callable[[str], bool] = lambda _plant: True) -> list[dict[str, Any]]:
    """The windows in which runs wait, with the connections whose runs these are: all where none is named."""
    found = []
    for one in house.site.timetable.blackouts:
        mine = [name for name in sorted(one.connections) if sees(house.site.connections[name].plant)]
        if mine or not one.connections:
            found.append({"name": one.name, "window": f"{one.start} - {one.end}", "connections": mine})
    return found


def _told(house: House, one: Schedule, now: datetime, mark: Any, last: Any, every: timedelta | None) -> dict[str, Any]:
    closed, paused = house.site.timetable.closed(one.connection, now), mark is not None and mark.paused_at is not None
    told = {
        "name": one.name,
        "connection": one.connection,
        "plant": house.site.connections[one.connection].plant,
        "zone": str(one.zone),
        "when": one.when.text if isinstance(one.when, Cron) else f"every {shown(one.when)}",
        "kinds": list(one.kinds),
        "reconcile": one.reconcile,
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


def run(
    house: House,
    schedule: Schedule,
    *,
    kinds: Sequence[str],
    full: bool = False,
    cut: Mapping[str, Sequence[tuple[datetime, datetime]]] | None = None,
) -> dict[str, Any]:
    """Make runs of a schedule now, paused or not; in a blackout they wait like others. With `full` everything is pulled again.

    A kind in `cut` is pulled in its windows instead.

    Errors: `Misconfigured` for kinds that the schedule does not pull.
    """
    line, now = lines_of(house.site)[schedule.connection], house.now()
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
        dues = [
            piece for due in scheduled(wanted, line, now, start=closed, full=full) for piece in _cut(due, (cut or {}).get(due.kind, ()))
        ]
        ids = runs.create(connection, dues, now=now)
    return {"schedule": schedule.name, "runs": ids, "full": full, "waits_until": _local(closed, schedule)}


def _cut(due: Due, pieces: Sequence[tuple[datetime, datetime]]) -> list[Due]:
    return [replace(due, full=False, window=piece) for piece in pieces] or [due]


def backfill(
    house: House, schedule: Schedule, *, kinds: Sequence[str], since: date | None, until: date | None, days: int = WINDOW
) -> dict[str, Any]:
    """Pull again what changed from one day of the plant to another (included), in windows of so many days, whatever checkpoints say.

    Kinds whose system cannot be asked for a range of time, and all kinds where no days are given, are pulled whole, once.
    Errors: `Misconfigured` for days or kinds that are wrong.
    """
    if (since is None) != (until is None):
        raise Misconfigured("a range of days needs both ends: from and to", code="usage")
    mine = tuple(kinds) or schedule.kinds or tuple(lines_of(house.site)[schedule.connection].kinds)
    man = manifest(house.site.connections[schedule.connection].system)
    able = [kind for kind in mine if since and man.limits.get("windows") and kind in man.kinds and man.kinds[kind].watermark]
    pieces = windows(since, until, days, schedule.zone) if since and until else []
    told = run(house, schedule, kinds=mine, full=True, cut=dict.fromkeys(able, pieces))
    shown_pieces = [[_local(start, schedule), _local(end, schedule)] for start, end in pieces] if able else []
    return told | {"windows": shown_pieces, "whole": [kind for kind in mine if kind not in able]}


def pause(house: House, schedule: Schedule, *, because: str) -> dict[str, Any]:
    """Let a schedule make no runs until it is resumed; runs that exist go on."""
    with house.begin() as connection:
        changed = marks.pause(connection, schedule.name, because=because, now=house.now())
    return {"schedule": schedule.name, "state": "paused", "changed": changed}


def resume(house: House, schedule: Schedule) -> dict[str, Any]:
    """Let it make runs again; times in between count as missed."""
    with house.begin() as connection:
        changed = marks.resume(connection, schedule.name)
    return {"schedule": schedule.name, "state": "active", "changed": changed}
