"""The outbox: results on their way into a system's documents, one row a document.

States: due → sent → confirmed; a lost answer makes `unknown`, which leaves only by look-up or an idempotent resend; `rejected` and `held`
wait for a person; `idle` has nothing to tell yet. Beside the state, `stale` says that the row is to be planned (again): what it shows may
have changed since its last plan began.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import BigInteger

from pipelines.state.tables import outbox
from trace_core.identifiers import parse_thing
from trace_core.store.postings import key_hashes
from trace_core.touches import by_thing

LEASE = timedelta(minutes=5)
"""Longer than any call's time-out, so that two workers never write one document at once."""
RETRY = timedelta(seconds=20)
MOST_KEYS = 50_000
"""Keys that are kept of a plan; a result that rests on more is planned again after every change."""
KEYS = 10_000
"""Keys that are looked up at once."""
_TOLD = [column for column in outbox.c if column.name != "keys"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A document of a system that should show the trace of a thing, or of everything made on an order."""

    connection: str
    plant: str
    target_kind: str
    target_key: str
    subject: str


def wish(connection: Connection, wishes: Sequence[Wish], *, now: datetime) -> None:
    """Note that documents should show a trace; those that are noted already become due again."""
    gathered: dict[tuple[str, str, str], tuple[Wish, set[str]]] = {}
    for one in sorted(wishes, key=lambda one: (one.connection, one.target_kind, one.target_key)):  # whoever locks many rows does it thus
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
                "stale": True,
                "next_attempt_at": statement.excluded.next_attempt_at,
                "changed_at": statement.excluded.changed_at,
            },
        ),
        [
            {
                "connection": one.connection, "plant": one.plant, "target_kind": one.target_kind, "target_key": one.target_key,
                "subjects": sorted(subjects), "state": "due", "stale": False, "attempts": 0, "next_attempt_at": now, "changed_at": now,
            }
            for one, subjects in gathered.values()
        ],
    )  # fmt: skip


def claim(connection: Connection, *, names: Sequence[str], now: datetime) -> Any:
    """The next row to plan and push over one of the connections as it was, leased; None when there is none.

    It is `due` from here on, whatever it was, so that it is found again should this worker die; what changes from here on makes it stale.
    """
    statement = select(*_TOLD).where(outbox.c.connection.in_(names), *_work(now)).order_by(outbox.c.id).limit(1)
    found = connection.execute(statement.with_for_update(skip_locked=True)).first()
    if found is not None:
        again = {"state": "due"} if found.state in {"confirmed", "idle"} else {}
        taken = {"lease_until": now + LEASE, "attempts": outbox.c.attempts + 1, "stale": False} | again
        connection.execute(update(outbox).where(outbox.c.id == found.id).values(taken))
    return found


def _open() -> ColumnElement[bool]:
    return outbox.c.state.in_(["due", "unknown", "sent"]) | (outbox.c.stale & outbox.c.state.in_(["confirmed", "idle"]))


def _work(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Rows that somebody should take now."""
    return _open(), outbox.c.next_attempt_at <= now, outbox.c.lease_until.is_(None) | (outbox.c.lease_until < now)


def mark(connection: Connection, row_id: int, *, now: datetime, **values: Any) -> None:
    """Change a row and give its lease back, unless it is about to be sent."""
    keeps_lease = values.get("state") == "sent"
    lease = {} if keeps_lease else {"lease_until": None}
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(changed_at=now, **lease, **values))


def open_rows(connection: Connection, names: Sequence[str]) -> int:
    """How many rows over these connections are yet to be planned or pushed, but for those that wait for a person."""
    statement = select(func.count()).select_from(outbox).where(outbox.c.connection.in_(names), _open())
    return int(connection.execute(statement).scalar_one())


def any_row(connection: Connection) -> bool:
    """Whether anything was ever to be pushed."""
    return connection.execute(select(outbox.c.id).limit(1)).first() is not None


_MARK = text(
    "WITH found AS (SELECT id FROM outbox WHERE NOT stale AND id IN ("
    "SELECT id FROM outbox WHERE keys && :keys UNION ALL SELECT id FROM outbox WHERE keys IS NULL OR lease_until IS NOT NULL"
    ") ORDER BY connection, target_kind, target_key FOR UPDATE)"
    " UPDATE outbox o SET stale = true FROM found WHERE o.id = found.id"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))


def mark_stale(connection: Connection, keys: Sequence[int]) -> int:
    """Let rows be planned again whose last plan asked for one of these hashes of keys, was never made, or is being made; how many."""
    pieces = range(0, len(keys), KEYS)
    return sum(connection.execute(_MARK, {"keys": list(keys[at : at + KEYS])}).rowcount for at in pieces)


def look_again_at(connection: Connection, things: Collection[str]) -> int:
    """Let rows whose plan asked about any of these things be planned again: what is said of them has changed; how many."""
    return mark_stale(connection, key_hashes(by_thing(thing) for uri in things if (thing := parse_thing(uri))))


def verified_since(connection: Connection, names: Sequence[str], since: datetime) -> int:
    """How many rows over these connections have been read back since a time."""
    statement = text("SELECT count(*) FROM outbox WHERE connection = ANY(:names) AND state = 'confirmed' AND verified_at >= :since")
    return int(connection.execute(statement, {"names": list(names), "since": since}).scalar_one())


def connections_with_work(connection: Connection, *, now: datetime) -> list[str]:
    """Connections with rows that somebody should push."""
    return list(connection.execute(select(outbox.c.connection).where(*_work(now)).distinct()).scalars())


def listing(connection: Connection, *, state: str | None = None) -> list[dict[str, Any]]:
    """All rows, oldest first."""
    statement = select(*_TOLD).order_by(outbox.c.id)
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
            "stale": row.stale,
            "fields": row.fields,
            "before": row.before,
            "attempts": row.attempts,
            "message": row.message,
            "receipt": row.receipt,
            "verified_at": row.verified_at.isoformat() if row.verified_at else None,
        }
        for row in connection.execute(statement)
    ]
