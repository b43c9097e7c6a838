"""The outbox: results on their way into a system's documents, one row a document.

States: due → sent → confirmed; a lost answer makes `unknown`, which leaves only by look-up or an idempotent resend; `rejected` and `held`
wait for a person; `idle` has nothing to tell yet.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.tables import outbox

LEASE = timedelta(minutes=5)
"""Longer than any call's time-out, so that two workers never write one document at once."""
RETRY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Wish:
    """A document of a system that should show the trace of some things."""

    connection: str
    plant: str
    target_kind: str
    target_key: str
    subject: str


def wish(connection: Connection, wishes: Sequence[Wish], *, now: datetime) -> None:
    """Note that documents should show a trace; those that are noted already become due again."""
    gathered: dict[tuple[str, str, str], tuple[Wish, set[str]]] = {}
    for one in wishes:
        gathered.setdefault((one.connection, one.target_kind, one.target_key), (one, set()))[1].add(one.subject)
    if not gathered:
        return
    statement = insert(outbox)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "target_kind", "target_key"],
            set_={
                "subjects": text("ARRAY(SELECT DISTINCT unnest(outbox.subjects || excluded.subjects) ORDER BY 1)"),
                "state": text("CASE WHEN outbox.state IN ('sent', 'unknown') THEN outbox.state ELSE 'due' END"),
                "next_attempt_at": statement.excluded.next_attempt_at,
                "changed_at": statement.excluded.changed_at,
            },
        ),
        [
            {
                "connection": one.connection, "plant": one.plant, "target_kind": one.target_kind, "target_key": one.target_key,
                "subjects": sorted(subjects), "state": "due", "attempts": 0, "next_attempt_at": now, "changed_at": now,
            }
            for one, subjects in gathered.values()
        ],
    )  # fmt: skip


def claim(connection: Connection, *, names: Sequence[str], now: datetime, again: bool = False) -> Any:
    """The next row to push over one of the connections, leased; None when there is none. `again` takes idle rows too."""
    states = ["due", "unknown", "sent", *(["idle"] if again else [])]
    statement = (
        select(outbox)
        .where(
            outbox.c.connection.in_(names),
            outbox.c.state.in_(states),
            outbox.c.next_attempt_at <= now,
            (outbox.c.lease_until.is_(None)) | (outbox.c.lease_until < now),
        )
        .order_by(outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(statement).first()
    if found is not None:
        connection.execute(update(outbox).where(outbox.c.id == found.id).values(lease_until=now + LEASE, attempts=outbox.c.attempts + 1))
    return found


def mark(connection: Connection, row_id: int, *, now: datetime, **values: Any) -> None:
    """Change a row and give its lease back, unless it is about to be sent."""
    keeps_lease = values.get("state") == "sent"
    lease = {} if keeps_lease else {"lease_until": None}
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(changed_at=now, **lease, **values))


def open_rows(connection: Connection, names: Sequence[str]) -> int:
    """How many rows over these connections are not yet confirmed, rejected, held or idle."""
    statement = text("SELECT count(*) FROM outbox WHERE connection = ANY(:names) AND state IN ('due', 'sent', 'unknown')")
    return int(connection.execute(statement, {"names": list(names)}).scalar_one())


def look_again(connection: Connection, names: Sequence[str], *, since: datetime, now: datetime) -> None:
    """Let rows that had nothing to tell, and those written since a time, be planned again: more may be known of their things by now."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.connection.in_(names),
            (outbox.c.state == "idle") | ((outbox.c.state == "confirmed") & (outbox.c.changed_at >= since)),
        )
        .values(state="due", next_attempt_at=now)
    )


def look_again_at(connection: Connection, subjects: Collection[str], *, now: datetime) -> None:
    """Let confirmed rows about any of these things be planned again: something that they show has changed."""
    connection.execute(
        update(outbox)
        .where(outbox.c.state == "confirmed", outbox.c.subjects.overlap(sorted(subjects)))
        .values(state="due", next_attempt_at=now)
    )


def verified_since(connection: Connection, names: Sequence[str], since: datetime) -> int:
    """How many rows over these connections have been read back since a time."""
    statement = text("SELECT count(*) FROM outbox WHERE connection = ANY(:names) AND state = 'confirmed' AND verified_at >= :since")
    return int(connection.execute(statement, {"names": list(names), "since": since}).scalar_one())


def connections_with_work(connection: Connection, *, now: datetime) -> list[str]:
    """Connections with rows that somebody should push."""
    statement = select(outbox.c.connection).where(outbox.c.state.in_(["due", "unknown", "sent"]), outbox.c.next_attempt_at <= now)
    return list(connection.execute(statement.where((outbox.c.lease_until.is_(None)) | (outbox.c.lease_until < now)).distinct()).scalars())


def listing(connection: Connection, *, state: str | None = None) -> list[dict[str, Any]]:
    """All rows, oldest first."""
    statement = select(outbox).order_by(outbox.c.id)
    if state:
        statement = statement.where(outbox.c.state == state)
    return [
        {
            "id": row.id,
            "connection": row.connection,
            "plant": row.plant,
            "target": {"kind": row.target_kind, "key": row.target_key},
            "subjects": row.subjects,
            "state": row.state,
            "fields": row.fields,
            "before": row.before,
            "attempts": row.attempts,
            "message": row.message,
            "receipt": row.receipt,
            "verified_at": row.verified_at.isoformat() if row.verified_at else None,
        }
        for row in connection.execute(statement)
    ]
