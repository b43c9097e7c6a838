"""The outbox: results on their way into a system's documents, one row a document.

States: due → sent → confirmed; a lost answer makes `unknown`, which leaves only by look-up or an idempotent resend; `rejected` and `held`
wait for a person; `idle` has nothing to tell yet; `changed` was confirmed and is planned otherwise now. Beside the state, `stale` says that
what a row shows may have changed since its last plan began, `look` that the document itself did, and `hold` why it must wait for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import BigInteger

from pipelines.state.tables import outbox
from trace_core.identifiers import parse_thing
from trace_core.store.postings import key_hashes
from trace_core.touches import by_thing

RETRY_AFTER = tuple(timedelta(seconds=wait) for wait in (2, 10, 30, 60, 100))
"""Delay after the first, second … attempt that the system did not answer; the last one from then on."""
LEFT_ALONE = timedelta(seconds=20)
"""So long at least after an answer was lost: the system may still be at the write when it is asked whether it came about."""
LEASE = timedelta(seconds=9)
"""Renewed while the holder lives (`pipelines.steps.holding`)."""
SENT_LEASE = timedelta(seconds=45)
"""The same for a row that is being sent: what a dead worker had sent has so long to come about before anybody looks whether it did."""
MOST_KEYS = 50_000
"""Keys that are kept of a plan; a result that rests on more is planned again after every change."""
KEYS = 10_000
"""Keys that are looked up at once."""
TOLD = [column for column in outbox.c if column.name != "keys"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A document of a system that should show the trace of a thing, or of everything made on an order."""

    connection: str
    plant: str
    target_kind: str
    target_key: str
    subject: str


def wish(connection: Connection, wishes: Sequence[Wish], *, now: datetime, trace: str | None = None) -> None:
    """Note that documents should show a trace; those that are noted already become due again. `trace` is the span that wishes for it."""
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
                "state": text("CASE WHEN outbox.state IN ('sent', 'unknown', 'confirmed', 'changed') THEN outbox.state ELSE 'due' END"),
                "stale": True,
                "look": True,
                "next_attempt_at": statement.excluded.next_attempt_at,
                "changed_at": statement.excluded.changed_at,
                "open_since": func.coalesce(outbox.c.open_since, statement.excluded.open_since),
                "trace": statement.excluded.trace,
            },
        ),
        [
            {
                "connection": one.connection, "plant": one.plant, "target_kind": one.target_kind, "target_key": one.target_key,
                "subjects": sorted(subjects), "state": "due", "stale": False, "look": False,
                "urgent": False, "reversed": False, "attempts": 0,
                "next_attempt_at": now, "changed_at": now, "open_since": now, "trace": trace,
            }
            for one, subjects in gathered.values()
        ],
    )  # fmt: skip


def mark(connection: Connection, row_id: int, *, now: datetime, **values: Any) -> None:
    """Change a row and give its lease back, unless it is about to be sent."""
    lease = now + SENT_LEASE if values.get("state") == "sent" else None
    if values.get("state") in {"confirmed", "idle"}:  # what became stale meanwhile stays open
        values["open_since"] = case((outbox.c.stale, outbox.c.open_since))
    elif values.get("state") in {"rejected", "held"}:
        values["open_since"] = None
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(changed_at=now, lease_until=lease, **values))


def any_row(connection: Connection) -> bool:
    """Whether anything was ever to be pushed."""
    return connection.execute(select(outbox.c.id).limit(1)).first() is not None


_MARK = text(
    "WITH found AS (SELECT id FROM outbox WHERE (NOT stale OR :urgent) AND id IN ("
    "SELECT id FROM outbox WHERE keys && :keys UNION ALL SELECT id FROM outbox WHERE keys IS NULL OR lease_until IS NOT NULL"
    ") ORDER BY connection, target_kind, target_key FOR UPDATE)"
    " UPDATE outbox o SET stale = true, urgent = o.urgent OR :urgent, open_since = CASE WHEN o.state NOT IN ('rejected', 'held')"
    " THEN COALESCE(o.open_since, now()) END, trace = CASE WHEN o.open_since IS NOT NULL THEN o.trace END FROM found WHERE o.id = found.id"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))


def mark_stale(connection: Connection, keys: Sequence[int], *, urgent: bool = False) -> int:
    """Let rows be planned again whose last plan asked for one of these hashes of keys, was never made, or is being made; how many.

    By the index always: the planner counts no cost for comparing long arrays, and would compare each row's with each key.
    """
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    pieces = range(0, len(keys), KEYS)
    marked = sum(connection.execute(_MARK, {"keys": list(keys[at : at + KEYS]), "urgent": urgent}).rowcount for at in pieces)
    connection.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    return marked


def look_again_at(connection: Connection, things: Collection[str]) -> int:
    """Let rows whose plan asked about any of these things be planned again: a recall came, changed or went. They go first; how many."""
    return mark_stale(connection, key_hashes(by_thing(thing) for uri in things if (thing := parse_thing(uri))), urgent=True)


def verified_since(connection: Connection, names: Sequence[str], since: datetime) -> int:
    """How many rows over these connections have been read back since a time."""
    statement = text("SELECT count(*) FROM outbox WHERE connection = ANY(:names) AND state = 'confirmed' AND verified_at >= :since")
    return int(connection.execute(statement, {"names": list(names), "since": since}).scalar_one())


def one(connection: Connection, row_id: int) -> Any:
    """A row by its id; None where there is none."""
    return connection.execute(select(*TOLD).where(outbox.c.id == row_id)).first()


def listing(connection: Connection, *, state: str | None = None) -> list[dict[str, Any]]:
    """All rows, oldest first; `held` are those in conflict and all others that must wait for a person."""
    statement = select(*TOLD).order_by(outbox.c.id)
    if state:
        statement = statement.where((outbox.c.state == state) | (outbox.c.hold.is_not(None) if state == "held" else text("false")))
    return [as_json(row) for row in connection.execute(statement)]


def as_json(row: Any) -> dict[str, Any]:
    """A row as verbs show it."""
    return {
        "id": row.id,
        "connection": row.connection,
        "plant": row.plant,
        "target": {"kind": row.target_kind, "key": row.target_key},
        "subjects": row.subjects,
        "state": row.state,
        "stale": row.stale,
        "hold": row.hold,
        "urgent": row.urgent,
        "reversed": row.reversed,
        "fields": row.fields,
        "before": row.before,
        "original": row.original,
        "attempts": row.attempts,
        "message": row.message,
        "receipt": row.receipt,
        "verified_at": row.verified_at.isoformat() if row.verified_at else None,
    }
