"""Pulses: when each queue was last asked whether somebody works on it, and when a worker last answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pipelines.state.tables import pulse

SILENT = timedelta(seconds=60)
"""A queue without an answer for longer is silent."""
_ASK = text(
    "INSERT INTO pulse AS p (queue, since, asked_at) SELECT q.name, :now, :now FROM unnest(:queues) AS q(name)"
    " ON CONFLICT (queue) DO UPDATE SET asked_at = excluded.asked_at WHERE p.asked_at <= :now -"
    " CASE WHEN p.answered_at >= p.asked_at THEN CAST(:every AS interval) ELSE CAST(:unanswered AS interval) END RETURNING queue"
).bindparams(bindparam("queues", type_=ARRAY(Text)))
_SILENT = text(
    "SELECT q.name, EXTRACT(EPOCH FROM :now - p.answered_at) AS seconds FROM unnest(:queues) AS q(name)"
    " LEFT JOIN pulse p ON p.queue = q.name"
    " WHERE COALESCE(p.answered_at, p.since, '-infinity') < :now - CAST(:silent AS interval) ORDER BY q.name"
).bindparams(bindparam("queues", type_=ARRAY(Text)))


def ask(connection: Connection, queues: Sequence[str], *, every: timedelta, unanswered: timedelta, now: datetime) -> list[str]:
    """The queues that are to be asked now, noted as asked: so long after the last question, or longer where that was not answered."""
    told = {"queues": list(queues), "every": every, "unanswered": unanswered, "now": now}
    return list(connection.execute(_ASK, told).scalars())


def answer(connection: Connection, queue: str, *, now: datetime) -> None:
    """A worker has taken a message from the queue."""
    connection.execute(update(pulse).where(pulse.c.queue == queue).values(answered_at=now))


def silent(connection: Connection, queues: Sequence[str], *, now: datetime) -> dict[str, float | None]:
    """Those of the queues that are silent, with the seconds since the last answer; None where there never was one."""
    found = connection.execute(_SILENT, {"queues": list(queues), "silent": SILENT, "now": now})
    return {row.name: None if row.seconds is None else float(row.seconds) for row in found}
