"""EPCIS capture: documents sent by others as leased rows, and the events taken in from them, each once."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pipelines.state.database import among
from pipelines.state.tables import capture_job, captured_event

LEASE = timedelta(minutes=5)
"""Longer than the largest document takes, so that two processes never take in one document at once."""
PRUNED = 200
"""Payloads that are forgotten at once; the next sweep goes on."""


@dataclass(frozen=True, slots=True)
class Row:
    """A captured event as it is kept; fields as in the table."""

    identity: str
    content: str
    declares: bool
    plant: str | None
    event_time: datetime
    record_time: datetime
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    event_id: str
    aliases: tuple[str, ...]
    terms: tuple[str, ...]
    gtins: tuple[str, ...]
    body: str
    job: str


def add_job(connection: Connection, *, payload: bytes, media_type: str, behaviour: str, plants: Sequence[str], now: datetime) -> str:
    """Keep a document that was sent; its job's id cannot be guessed."""
    job = secrets.token_urlsafe(16)
    values = {"payload": payload, "media_type": media_type, "behaviour": behaviour, "plants": sorted(plants), "received_at": now}
    fresh = {"state": "due", "success": True, "captured": 0, "errors": [], "attempts": 0}
    connection.execute(insert(capture_job).values(id=job, **values, **fresh))
    return job


def claim_job(connection: Connection, job: str, *, now: datetime) -> Any:
    """The due job, leased; None when it is done, unknown, or somebody else holds it."""
    free = (capture_job.c.lease_until.is_(None)) | (capture_job.c.lease_until < now)
    statement = select(capture_job).where(capture_job.c.id == job, capture_job.c.state == "due", free)
    found = connection.execute(statement.with_for_update(skip_locked=True)).first()
    if found is not None:
        leased = {"lease_until": now + LEASE, "attempts": capture_job.c.attempts + 1}
        connection.execute(update(capture_job).where(capture_job.c.id == job).values(**leased))
    return found


def due_jobs(connection: Connection, *, now: datetime) -> list[str]:
    """Jobs that somebody should carry on, oldest first."""
    free = (capture_job.c.lease_until.is_(None)) | (capture_job.c.lease_until < now)
    statement = select(capture_job.c.id).where(capture_job.c.state == "due", free).order_by(capture_job.c.received_at).limit(100)
    return list(connection.execute(statement).scalars())


def finish_job(connection: Connection, job: str, *, captured: int, errors: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Note what became of a job."""
    told = {"state": "done", "finished_at": now, "captured": captured, "errors": list(errors), "success": not errors, "lease_until": None}
    connection.execute(update(capture_job).where(capture_job.c.id == job).values(**told))


def read_job(connection: Connection, job: str) -> Any:
    """A job, or None."""
    return connection.execute(select(capture_job).where(capture_job.c.id == job)).first()


def jobs(connection: Connection, *, plants: Sequence[str], after: tuple[datetime, str] | None, limit: int) -> list[Any]:
    """Jobs, newest first; for a sender limited to plants those sent with the same limit or a narrower one."""
    statement = select(
        *(
            capture_job.c[name]
            for name in ("id", "received_at", "finished_at", "state", "success", "behaviour", "errors", "captured", "plants")
        )
    ).order_by(capture_job.c.received_at.desc(), capture_job.c.id.desc())
    if plants:
        statement = statement.where(capture_job.c.plants.contained_by(list(plants)), capture_job.c.plants != [])
    if after is not None:
        at, id_ = after
        statement = statement.where((capture_job.c.received_at < at) | ((capture_job.c.received_at == at) & (capture_job.c.id < id_)))
    return list(connection.execute(statement.limit(limit)))


def prune(connection: Connection, *, before: datetime) -> int:
    """Forget payloads of jobs that were done before a time, at most `PRUNED` of them; how many. The jobs and what became of them stay."""
    statement = (
        "UPDATE capture_job SET payload = NULL WHERE id IN (SELECT id FROM capture_job"
        " WHERE payload IS NOT NULL AND finished_at < :before ORDER BY finished_at LIMIT :most FOR UPDATE SKIP LOCKED)"
    )
    return connection.execute(text(statement), {"before": before, "most": PRUNED}).rowcount


def plants_of(connection: Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """The plants that the senders of these jobs were limited to; empty: all."""
    statement = select(capture_job.c.id, capture_job.c.plants).where(among(capture_job.c.id, ids))
    return {row.id: list(row.plants) for row in connection.execute(statement)}


def one_at_a_time(connection: Connection) -> None:
    """Wait for other captures to end; held to the end of the transaction, so that each event is compared with all before it."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('lotweave:epcis', 0))"))


def held(connection: Connection, contents: Collection[str], ids: Collection[str]) -> list[Any]:
    """Events held already with one of these contents or known under one of these identifiers."""
    statement = text(
        "SELECT id, identity, content, declares, plant, event_id, aliases, body FROM captured_event"
        " WHERE content = ANY(:contents) UNION SELECT id, identity, content, declares, plant, event_id, aliases, body"
        " FROM captured_event WHERE aliases && :ids ORDER BY id"
    ).bindparams(bindparam("contents", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Text)))
    return list(connection.execute(statement, {"contents": sorted(contents), "ids": sorted(ids)}))


def put_events(connection: Connection, rows: Sequence[Row]) -> None:
    """Add events that are not held yet."""
    if rows:
        fields = Row.__slots__
        lists = ("aliases", "terms", "gtins")
        told = [{name: list(value) if name in lists else value for name in fields for value in [getattr(row, name)]} for row in rows]
        connection.execute(insert(captured_event), told)


def known_also_as(connection: Connection, names: Mapping[int, tuple[str, Sequence[str]]]) -> None:
    """Give events held already the identifiers they were delivered under again: row → (the one shown, all)."""
    if names:
        statement = update(captured_event).where(captured_event.c.id == bindparam("row"))
        told = [{"row": row, "shown": shown, "names": list(aliases)} for row, (shown, aliases) in names.items()]
        connection.execute(statement.values(event_id=bindparam("shown"), aliases=bindparam("names")), told)


def items_by_gtin(connection: Connection, gtins: Collection[str]) -> list[tuple[str, str, str]]:
    """(plant, item, GTIN as written) of current items that have one of these as their global item."""
    statement = text(
        "SELECT plant, body->>'item' AS item, body->>'global_item' AS gtin FROM document WHERE kind = 'item'"
        " AND (body->>'global_item') = ANY(:gtins) AND current AND NOT deleted"
    ).bindparams(bindparam("gtins", type_=ARRAY(Text)))
    return [(row.plant, row.item, row.gtin) for row in connection.execute(statement, {"gtins": sorted(gtins)})] if gtins else []
