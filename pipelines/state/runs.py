"""Runs: one pull of one kind over one connection, claimed by lease so that a dead worker's run goes on elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from pipelines.state import tallies
from pipelines.state.database import among
from pipelines.state.tables import run

LEASE = timedelta(seconds=9)
"""Renewed while the holder lives (`pipelines.steps.holding`), however long one page takes; a dead worker's run is free after it."""
RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""Delay after the first, second … failed attempt; after the last the run has failed until its next due time."""
_LATER = run.c.since.is_not(None) | run.c.reconcile
"""Runs that bring nothing new: windows of a backfill, and comparisons."""


@dataclass(frozen=True, slots=True)
class Due:
    """A run to be made: `rank` orders kinds within a sync, `nominal_at` is part of its identity.

    `schedule` is who made it, None for a person's sync; it does not start before `start_at`.
    With a `window` it reads what changed in it, and leaves the checkpoint where it is. With `reconcile` it compares and mends instead.
    `trace` is the W3C traceparent of what makes it.
    """

    connection: str
    plant: str
    kind: str
    rank: int
    nominal_at: datetime
    full: bool = False
    schedule: str | None = None
    start_at: datetime | None = None
    window: tuple[datetime, datetime] | None = None
    reconcile: bool = False
    trace: str | None = None


def create(connection: Connection, dues: Sequence[Due], *, now: datetime) -> list[int]:
    """Make runs, once for each (connection, kind, nominal time, window); ids in the order of rank, also of those that existed."""
    if not dues:
        return []
    rows = [
        {
            "connection": due.connection, "plant": due.plant, "kind": due.kind, "nominal_at": due.nominal_at, "full": due.full,
            "rank": due.rank, "state": "due", "token": 0, "attempts": 0, "next_attempt_at": due.start_at or now,
            "fetched": 0, "unchanged": 0,
            "schedule": due.schedule, "since": due.window and due.window[0], "until": due.window and due.window[1],
            "reconcile": due.reconcile,
            "trace": due.trace,
        }
        for due in dues
    ]  # fmt: skip
    connection.execute(insert(run).on_conflict_do_nothing(index_elements=["connection", "nominal_at", "kind", "since", "reconcile"]), rows)
    nominal = {due.nominal_at for due in dues}
    mine = (run.c.connection.in_({due.connection for due in dues}), run.c.nominal_at.in_(nominal))
    found = connection.execute(select(run).where(*mine).order_by(run.c.rank, run.c.id))
    wanted = {(due.connection, due.kind, due.nominal_at, due.reconcile) for due in dues}
    return [row.id for row in found if (row.connection, row.kind, row.nominal_at, row.reconcile) in wanted]


def claim(
    connection: Connection, run_id: int, *, now: datetime, closed: Callable[[str, datetime], datetime | None] = lambda _name, _now: None
) -> Any:
    """Take a run that is due or whose holder is dead. None when there is nothing to take. `token` of the row fences off an earlier holder.

    One run of a connection at a time: many systems end a session when the same user logs in again elsewhere. A scheduled run waits for
    the earlier kinds of its nominal time, and while its connection is `closed`, which says until when. A window of a backfill, and a
    comparison, let everything go first that brings what is new.
    """
    told = connection.execute(select(run.c.connection, run.c.schedule, _LATER.label("later")).where(run.c.id == run_id)).first()
    if told is None:
        return None
    if told.schedule is not None and (until := closed(told.connection, now)) is not None:
        connection.execute(update(run).where(run.c.id == run_id, run.c.next_attempt_at < until).values(next_attempt_at=until))
        return None
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lotweave:pull:{told.connection}", 0))))
    busy = select(run.c.id).where(
        run.c.connection == told.connection, run.c.id != run_id, run.c.state == "running", run.c.lease_until >= now
    )
    fresh = select(run.c.id).where(run.c.connection == told.connection, ~_LATER, run.c.state == "due", *_ready(now))
    if connection.execute(busy.limit(1)).first() is not None or (told.later and connection.execute(fresh.limit(1)).first() is not None):
        return None
    statement = (
        update(run)
        .where(run.c.id == run_id, *_ready(now))
        .values(state="running", token=run.c.token + 1, lease_until=now + LEASE, started_at=text("COALESCE(started_at, now())"))
        .returning(run)
    )
    return connection.execute(statement).first()


def _ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a run is like that somebody may take: it is due or its holder is dead, and what it builds on was pulled or given up."""
    earlier = run.alias()
    before = exists().where(
        earlier.c.connection == run.c.connection,
        earlier.c.nominal_at == run.c.nominal_at,
        earlier.c.rank < run.c.rank,
        earlier.c.state.in_(("due", "running")),
    )
    open_ = (run.c.state == "due") | ((run.c.state == "running") & (run.c.lease_until < now))
    return run.c.next_attempt_at <= now, open_, run.c.schedule.is_(None) | ~before


def kept_page(connection: Connection, run_id: int, token: int, *, fetched: int, unchanged: int, now: datetime) -> bool:
    """Count a page and renew the lease; what failed before it counts no more. False when another worker has taken the run over."""
    told = {"run": run_id, "token": token, "fetched": fetched, "unchanged": unchanged, "until": now + LEASE}
    return connection.execute(_KEPT_PAGE, told).rowcount > 0


_KEPT_PAGE = text(
    "WITH mine AS (UPDATE run SET fetched = fetched + :fetched, unchanged = unchanged + :unchanged, lease_until = :until, attempts = 0"
    " WHERE id = :run AND token = :token AND state = 'running' RETURNING connection, kind)"
    " INSERT INTO tally (connection, kind, fetched, unchanged) SELECT connection, kind, :fetched, :unchanged FROM mine"
    " ON CONFLICT (connection, kind) DO UPDATE"
    " SET fetched = tally.fetched + EXCLUDED.fetched, unchanged = tally.unchanged + EXCLUDED.unchanged"
)
"""In one statement, since a worker that waits for the database waits for its threads too."""


def hold(connection: Connection, run_id: int, token: int, *, now: datetime) -> None:
    """Renew the lease of a run whose holder lives."""
    mine = (run.c.id == run_id, run.c.token == token, run.c.state == "running")
    connection.execute(update(run).where(*mine).values(lease_until=now + LEASE))


def pulled(connection: Connection, run_id: int, token: int) -> None:
    """All pages are kept; the run is done when its inbox rows are."""
    connection.execute(
        update(run).where(run.c.id == run_id, run.c.token == token).values(state="pulled", lease_until=None, message=None, verdict=None)
    )


def again(
    connection: Connection, run_id: int, token: int, *, verdict: str, message: str, delay: float | None, asked: bool, now: datetime
) -> None:
    """The system does not answer: try later, or give up after the last attempt.

    A worker's death is no attempt, nor is one at which the system was not even `asked`, since it is left alone or its quota is used up.
    """
    mine = (run.c.id == run_id, run.c.token == token)
    failed = connection.execute(select(run.c.attempts).where(*mine).with_for_update()).scalar_one_or_none()
    if failed is None:
        return
    last = asked and failed + 1 >= len(RETRY_AFTER)
    wait = timedelta(seconds=delay) if delay is not None else RETRY_AFTER[failed]
    row = connection.execute(
        update(run)
        .where(*mine)
        .values(
            attempts=failed + asked,
            state="failed" if last else "due",
            verdict=verdict,
            message=message,
            next_attempt_at=now + wait,
            lease_until=None,
            finished_at=now if last else None,
        )
        .returning(run.c.connection, run.c.kind, run.c.reconcile)
    ).one()
    if last and not row.reconcile:
        tallies.ended(connection, [(row.connection, row.kind)], "failed", now=now)


def stop(connection: Connection, run_id: int, token: int, *, verdict: str, message: str, now: datetime) -> None:
    """A person must act first."""
    stopped = connection.execute(
        update(run)
        .where(run.c.id == run_id, run.c.token == token)
        .values(state="stopped", verdict=verdict, message=message, lease_until=None, finished_at=now)
        .returning(run.c.connection, run.c.kind, run.c.reconcile)
    )
    tallies.ended(connection, [(row.connection, row.kind) for row in stopped if not row.reconcile], "stopped", now=now)


def finish(connection: Connection, *, now: datetime) -> list[Any]:
    """Close pulled runs none of whose documents wait for interpretation any more: their id, connection, kind and whether they compared.

    By the index always: for a run of which nothing waits the planner, who takes runs for evenly spread, would read the whole queue.
    """
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    found = connection.execute(
        text(
            "UPDATE run r SET state = 'done', finished_at = :now WHERE r.state = 'pulled'"
            " AND (SELECT u.id FROM uninterpreted u WHERE u.run_id = r.id LIMIT 1) IS NULL"
            " RETURNING r.id, r.connection, r.kind, r.reconcile"
        ),
        {"now": now},
    )
    done = list(found)
    connection.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    tallies.ended(connection, [(row.connection, row.kind) for row in done if not row.reconcile], "done", now=now)
    return done


def note(connection: Connection, run_id: int, findings: Sequence[Mapping[str, str]]) -> None:
    """Note what a run did not meet of what its mapping expects."""
    connection.execute(update(run).where(run.c.id == run_id).values(findings=list(findings)))


def due_now(connection: Connection, *, now: datetime) -> list[Any]:
    """Runs that somebody should take: due, or running without a living holder."""
    return list(connection.execute(select(run).where(*_ready(now)).order_by(run.c.rank, run.c.id)))


def next_due(connection: Connection, name: str, *, now: datetime) -> Any:
    """The next run that a connection has waiting, in the order of a sync; None when there is none."""
    waiting = select(run).where(run.c.connection == name, run.c.state == "due", *_ready(now))
    return connection.execute(waiting.order_by(_LATER, run.c.rank, run.c.id).limit(1)).first()


def traces(connection: Connection, ids: Collection[int]) -> set[str]:
    """The traces in which runs were made."""
    statement = select(run.c.trace).where(among(run.c.id, ids), run.c.trace.is_not(None)).distinct()
    return set(connection.execute(statement).scalars()) if ids else set()


def progress(connection: Connection, ids: Sequence[int]) -> list[Any]:
    """How far runs are, without counting their documents: for whoever looks again and again."""
    columns = (run.c.id, run.c.connection, run.c.state, run.c.verdict, run.c.attempts, run.c.fetched)
    return list(connection.execute(select(*columns).where(among(run.c.id, ids))))


def listing(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Runs with their counts: fetched = changed + unchanged; changed = applied + quarantined + waiting."""
    found = connection.execute(
        text(
            "SELECT r.*, r.fetched - r.unchanged - w.waiting - q.quarantined AS applied, q.quarantined, w.waiting FROM run r"
            " CROSS JOIN LATERAL (SELECT count(*) AS waiting FROM uninterpreted u WHERE u.run_id = r.id) w"
            " CROSS JOIN LATERAL (SELECT count(*) AS quarantined FROM inbox i WHERE i.run_id = r.id AND i.quarantined) q"
            " WHERE r.id = ANY(:ids) ORDER BY r.rank, r.id"
        ),
        {"ids": list(ids)},
    )
    counted = ("fetched", "unchanged", "applied", "quarantined", "waiting")
    names = ("id", "connection", "plant", "kind", "reconcile", "state", *counted, "attempts", "message", "verdict", "findings")
    return [{name: getattr(row, name) for name in names} for row in found]
