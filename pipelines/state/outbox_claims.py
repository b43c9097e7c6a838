"""Which rows of the outbox somebody should plan or push now, taken by lease, so that two workers never work on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from pipelines.state.database import among
from pipelines.state.outbox import LEASE, SENT_LEASE, TOLD
from pipelines.state.tables import outbox, outbox_hold

TOGETHER = 50
"""Standing results that one worker plans anew at once."""


def claim_to_plan(connection: Connection, *, names: Sequence[str], now: datetime) -> list[Any]:
    """The next rows whose results stand in a system and may be others by now, as they were.

    They are `changed` from here on: so they stay should it turn out so, or this worker die.
    """
    return _claim(connection, (_stands(), *_free(now)), names, now, state="changed", most=TOGETHER)


def claim_to_push(connection: Connection, *, names: Sequence[str], now: datetime) -> Any:
    """The next row to be pushed, as it was; None when there is none. One that had nothing to tell is `due` from here on."""
    return next(iter(_claim(connection, (_to_push(), *_free(now)), names, now, state=None, most=1)), None)


def _claim(
    connection: Connection, which: Sequence[ColumnElement[bool]], names: Sequence[str], now: datetime, *, state: str | None, most: int
) -> list[Any]:
    """Rows, leased; what changes their results from here on makes them stale again."""
    statement = select(*TOLD).where(outbox.c.connection.in_(names), *which).order_by(outbox.c.urgent.desc(), outbox.c.id).limit(most)
    found = list(connection.execute(statement.with_for_update(skip_locked=True)))
    if found:
        becomes = state or case((outbox.c.state == "idle", "due"), else_=outbox.c.state)
        taken = {"lease_until": now + LEASE, "stale": False, "look": False, "state": becomes}
        connection.execute(update(outbox).where(outbox.c.id.in_([row.id for row in found])).values(taken))
    return found


def hold(connection: Connection, ids: Sequence[int], *, now: datetime) -> None:
    """Renew the leases of rows whose holder lives; those given back meanwhile stay so."""
    mine = among(outbox.c.id, ids) & outbox.c.lease_until.is_not(None)
    length = case((outbox.c.state == "sent", SENT_LEASE), else_=LEASE)
    connection.execute(update(outbox).where(mine).values(lease_until=now + length))


def open_rows(connection: Connection, names: Sequence[str]) -> int:
    """How many rows over these connections are yet to be planned or pushed, but for those that wait for a person."""
    statement = select(func.count()).select_from(outbox).where(outbox.c.connection.in_(names), _open(), *_unheld())
    return int(connection.execute(statement).scalar_one())


def connections_with_work(connection: Connection, *, now: datetime) -> list[str]:
    """Connections with rows that somebody should plan or push."""
    return list(connection.execute(select(outbox.c.connection).where(_open(), *_free(now)).distinct()).scalars())


def settle_changes(connection: Connection, name: str, *, limit: int, share: float, now: datetime) -> int:
    """Let the results of a connection that changed go on to be pushed, or hold them where they are too many at once; how many were held.

    Nothing happens while any is still to be planned: whoever plans the last one comes here after it. What is urgent always goes on.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lotweave:outbox:{name}", 0))))
    own = outbox.c.connection == name
    planning = (_stands() & outbox.c.hold.is_(None)) | ((outbox.c.state == "changed") & (outbox.c.lease_until >= now))
    if connection.execute(select(outbox.c.id).where(own, planning).limit(1)).first() is not None:
        return 0
    changed = own & (outbox.c.state == "changed") & outbox.c.hold.is_(None)
    checked = changed & ~outbox.c.urgent
    many = connection.execute(select(func.count()).select_from(outbox).where(checked)).scalar_one()
    standing = connection.execute(select(func.count()).select_from(outbox).where(own, outbox.c.verified_at.is_not(None))).scalar_one()
    reason = too_many(many, standing, limit=limit, share=share)
    if reason:
        connection.execute(update(outbox).where(checked).values(hold=reason, changed_at=now))
    connection.execute(update(outbox).where(changed).values(state="due", next_attempt_at=now))
    return many if reason else 0


FEW = 20
"""A connection with fewer results is held to no share: one of three is a third."""


def too_many(changed: int, standing: int, *, limit: int, share: float) -> str | None:
    """Why so many changes at once need a person's look; None when they do not."""
    if changed > limit:
        return f"{changed} results would change at once, more than push_limit = {limit}: look at some, then release them"
    if standing >= FEW and changed > share * standing:
        return f"{changed} of {standing} results would change at once, more than push_share = {share}: look at some, then release them"
    return None


def _stands() -> ColumnElement[bool]:
    return outbox.c.stale & (outbox.c.state == "confirmed")


def _to_push() -> ColumnElement[bool]:
    return outbox.c.state.in_(["due", "unknown", "sent"]) | (outbox.c.stale & (outbox.c.state == "idle"))


def _open() -> ColumnElement[bool]:
    return _to_push() | _stands() | (outbox.c.state == "changed")


def _unheld() -> tuple[ColumnElement[bool], ...]:
    return outbox.c.hold.is_(None), outbox.c.connection.not_in(select(outbox_hold.c.connection))


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return *_unheld(), outbox.c.next_attempt_at <= now, outbox.c.lease_until.is_(None) | (outbox.c.lease_until < now)
