"""What reconciliations have proven so far: by connection and kind, month by month, without asking any system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lotweave.bootstrap import House
from lotweave.plumbing import lines_of
from pipelines.state import reconciliation as state
from pipelines.state import runs
from scheduler.plan import runs_of

PAGE = 1000
"""Differences of one answer."""


def proven(house: House, names: Sequence[str], kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The last comparison of each kind of some connections, of all kinds or the given ones, with the months that it has proven."""
    with house.begin() as connection:
        last, months = state.last(connection, names), state.proofs(connection, names)
    told = {(row.connection, row.kind): _comparison(row) for row in last if not kinds or row.kind in kinds}
    for row in months:
        if one := told.get((row.connection, row.kind)):
            one["periods"].append(_period(row))
    return list(told.values())


def differences(house: House, name: str, kind: str, *, sorts: Sequence[str], cursor: str = "") -> dict[str, Any] | None:
    """Differences that the last comparison of a kind found, a page of them behind a cursor; None where it was never compared."""
    with house.begin() as connection:
        row = next((one for one in state.last(connection, [name]) if one.kind == kind), None)
        if row is None:
            return None
        sort, _, key = cursor.partition("/")
        rows = state.keys_of(connection, row.id, sorts, after=(sort, key), limit=PAGE)
    told = [{"sort": one.sort, "key": one.key, "changed_there": one.stamp, "changed_here": one.held} for one in rows]
    return _comparison(row) | {"listed": told, "next": f"{rows[-1].sort}/{rows[-1].key}" if len(rows) == PAGE else None}


def begin(house: House, name: str, kind: str) -> int | None:
    """Let the workers compare a kind of a connection and mend what differs; the run's id, None for what is not read there."""
    line, now = lines_of(house.site)[name], house.now()
    dues = [replace(due, reconcile=True) for due in runs_of(line, now, kinds=[kind])] if kind in line.kinds else []
    with house.begin() as connection:
        return next(iter(runs.create(connection, dues, now=now)), None)


def _comparison(row: Any) -> dict[str, Any]:
    told = {"connection": row.connection, "kind": row.kind, "compared_at": row.ended_at.isoformat(), "deep": row.deep}
    return told | {"counts": row.counts, "fault": row.fault, "periods": []}


def _period(row: Any) -> dict[str, Any]:
    at = {name: moment.isoformat() if (moment := getattr(row, name)) else None for name in ("checked_at", "proven_at", "proven_deep_at")}
    return {"period": row.bucket, "here": row.here, "there": row.there, "agrees": row.agrees} | at
