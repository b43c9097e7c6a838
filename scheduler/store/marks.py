"""How far each schedule is, moved in the transaction that makes the runs; and whether it is paused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduler.store.tables import schedule_mark


def locked(connection: Connection, names: Sequence[str]) -> dict[str, Any]:
    """The marks of schedules, held until the transaction ends: a second beat waits, and then sees how far the first one came."""
    wanted = select(schedule_mark).where(schedule_mark.c.schedule.in_(names)).order_by(schedule_mark.c.schedule).with_for_update()
    found = {row.schedule: row for row in connection.execute(wanted)}
    if missing := [{"schedule": name} for name in sorted(names) if name not in found]:
        connection.execute(insert(schedule_mark).on_conflict_do_nothing(index_elements=["schedule"]), missing)
        found = {row.schedule: row for row in connection.execute(wanted)}
    return found


def held(connection: Connection, names: Sequence[str]) -> dict[str, Any]:
    """The marks that exist, to be shown."""
    return {row.schedule: row for row in connection.execute(select(schedule_mark).where(schedule_mark.c.schedule.in_(names)))}


def move(connection: Connection, marks: Mapping[str, datetime]) -> None:
    """Remember up to where nominal times are dealt with."""
    if marks:
        statement = update(schedule_mark).where(schedule_mark.c.schedule == bindparam("name")).values(last_nominal=bindparam("nominal"))
        connection.execute(statement, [{"name": name, "nominal": nominal} for name, nominal in sorted(marks.items())])


def pause(connection: Connection, name: str, *, because: str, now: datetime) -> bool:
    """Let a schedule make no runs; False when it was paused already."""
    return _set(connection, name, paused=False, values={"paused_at": now, "paused_because": because or None})


def resume(connection: Connection, name: str) -> bool:
    """Let it make runs again; False when it was not paused."""
    return _set(connection, name, paused=True, values={"paused_at": None, "paused_because": None})


def _set(connection: Connection, name: str, *, paused: bool, values: Mapping[str, Any]) -> bool:
    locked(connection, [name])
    mine = (schedule_mark.c.schedule == name, schedule_mark.c.paused_at.is_not(None) == paused)
    return connection.execute(update(schedule_mark).where(*mine).values(**values)).rowcount == 1
