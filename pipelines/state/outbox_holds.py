"""What a person decides about results on their way: hold them, let them go, try again, or take them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.database import among
from pipelines.state.tables import outbox, outbox_hold

_STATE = text("CASE WHEN state IN ('sent', 'unknown') THEN state ELSE 'due' END")
"""What is unknown leaves that state only by a look at the system."""


def _opened(now: datetime) -> dict[str, Any]:
    return {"next_attempt_at": now, "changed_at": now, "open_since": func.coalesce(outbox.c.open_since, now)}


def hold(connection: Connection, ids: Sequence[int], *, reason: str, now: datetime) -> list[int]:
    """Keep rows from being pushed; the ids of those that there are."""
    statement = update(outbox).where(among(outbox.c.id, ids)).values(hold=reason, changed_at=now)
    return sorted(connection.execute(statement.returning(outbox.c.id)).scalars())


def release(connection: Connection, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Let rows be pushed that were held, stood in conflict or were taken back; the ids of those that waited for it."""
    return _release(connection, ids, None, now)


def _release(connection: Connection, ids: Sequence[int], name: str | None, now: datetime) -> list[int]:
    mine = outbox.c.connection == name if name is not None else among(outbox.c.id, ids)
    waits: ColumnElement[bool] = outbox.c.hold.is_not(None) | (outbox.c.state == "held") | outbox.c.reversed
    values = {"hold": None, "reversed": False, "urgent": True, "state": _STATE, **_opened(now)}
    if name is not None:  # what was taken back, or stands in conflict, is released one by one
        waits, values = outbox.c.hold.is_not(None), {name: value for name, value in values.items() if name != "reversed"}
    return sorted(connection.execute(update(outbox).where(mine, waits).values(values).returning(outbox.c.id)).scalars())


def retry(connection: Connection, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Let rows be tried again now that were rejected, stood in conflict, or wait for their next attempt; the ids of these."""
    open_ = outbox.c.state.in_(["rejected", "held", "due", "unknown", "sent"])
    values = {"state": _STATE, "attempts": 0, **_opened(now)}
    statement = update(outbox).where(among(outbox.c.id, ids), open_).values(values)
    return sorted(connection.execute(statement.returning(outbox.c.id)).scalars())


def reverse(connection: Connection, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Let what stood in documents before the first push be written back, and the trace no more; the ids of those that were ever written."""
    values = {"reversed": True, "hold": None, "urgent": True, "stale": True, "state": _STATE, **_opened(now)}
    written = among(outbox.c.id, ids), outbox.c.original.is_not(None), ~outbox.c.reversed
    return sorted(connection.execute(update(outbox).where(*written).values(values).returning(outbox.c.id)).scalars())


def hold_connection(connection: Connection, name: str, *, reason: str, now: datetime) -> None:
    """Push nothing over a connection until it is released."""
    told = {"connection": name, "reason": reason, "since": now}
    connection.execute(insert(outbox_hold).values(told).on_conflict_do_update(index_elements=["connection"], set_={"reason": reason}))


def release_connection(connection: Connection, name: str, *, now: datetime) -> list[int]:
    """Push over a connection again, also what was held of it; the ids of these rows."""
    connection.execute(delete(outbox_hold).where(outbox_hold.c.connection == name))
    return _release(connection, [], name, now)


def held_connections(connection: Connection) -> dict[str, str]:
    """Connections over which nothing is pushed, with the reason."""
    return {row.connection: row.reason for row in connection.execute(select(outbox_hold).order_by(outbox_hold.c.connection))}
