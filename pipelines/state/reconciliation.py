"""Comparisons of what we hold with what a system holds: begun, filled page by page, ended, and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pipelines.state.database import among
from pipelines.state.reconciliation_tables import difference, proof, reconciliation, stocked, surveyed

Row = tuple[str, int | None, str | None]
"""Key, stamp (Unix ms) and content (SHA-256) of a document, as far as they are known."""
MISSING_HERE, MISSING_THERE, DIFFERENT, DELETED_THERE = "missing_here", "missing_there", "different", "deleted_there"
WAITING, QUARANTINED = "waiting", "quarantined"
SORTS = (MISSING_HERE, MISSING_THERE, DIFFERENT, DELETED_THERE, WAITING, QUARANTINED)


def begin(connection: Connection, name: str, kind: str, *, now: datetime, deep: bool, window: tuple[int | None, int | None]) -> int:
    """A new comparison of a kind; what an earlier one found, or left behind when it was killed, is forgotten."""
    over = text("ended_at IS NOT NULL OR began_at < CAST(:now AS timestamptz) - interval '1 day'").bindparams(now=now)
    gone = delete(reconciliation).where(reconciliation.c.connection == name, reconciliation.c.kind == kind, over)
    ids = list(connection.execute(gone.returning(reconciliation.c.id)).scalars())
    _leave_nothing(connection, ids)
    since, until = window
    values = {"connection": name, "kind": kind, "began_at": now, "deep": deep, "since": since, "until": until}
    return int(connection.execute(insert(reconciliation).values(values).returning(reconciliation.c.id)).scalar_one())


def discard(connection: Connection, ids: Sequence[int]) -> None:
    """Let comparisons never have been, with all that belongs to them."""
    connection.execute(delete(reconciliation).where(reconciliation.c.id.in_(ids)))
    _leave_nothing(connection, ids)


def _leave_nothing(connection: Connection, ids: Sequence[int]) -> None:
    for table in (surveyed, stocked):
        connection.execute(delete(table).where(table.c.reconciliation_id.in_(ids)))


def add(connection: Connection, id_: int, rows: Sequence[Row]) -> None:
    """More of what the system holds."""
    cursor = connection.connection.cursor()
    with cursor.copy("COPY surveyed (reconciliation_id, key, stamp, content) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((id_, *row))
    cursor.close()


def end(connection: Connection, id_: int, *, now: datetime, counts: Mapping[str, int], fault: Mapping[str, str] | None) -> None:
    """The comparison is over; what the system holds is not needed any more."""
    values = {"ended_at": now, "counts": dict(counts), "fault": dict(fault) if fault else None}
    connection.execute(update(reconciliation).where(reconciliation.c.id == id_).values(values))
    connection.execute(delete(surveyed).where(surveyed.c.reconciliation_id == id_))


def counts_of(connection: Connection, id_: int) -> dict[str, int]:
    """How many differences of each sort were found."""
    told = text("SELECT sort, count(*) AS number FROM difference WHERE reconciliation_id = :id GROUP BY sort")
    return {row.sort: int(row.number) for row in connection.execute(told, {"id": id_})}


def keys_of(connection: Connection, id_: int, sorts: Sequence[str], *, after: tuple[str, str] = ("", ""), limit: int) -> list[Any]:
    """Differences of some sorts behind one (sort, key), in order: sort, key and both stamps."""
    place = text("(sort, key) > (:sort, :key)").bindparams(sort=after[0], key=after[1])
    columns = (difference.c.sort, difference.c.key, difference.c.stamp, difference.c.held)
    chosen = select(*columns).where(difference.c.reconciliation_id == id_, difference.c.sort.in_(sorts), place)
    return list(connection.execute(chosen.order_by(difference.c.sort, difference.c.key).limit(limit)))


def resort(connection: Connection, id_: int, sort: str, keys: Sequence[str], becomes: str | None) -> None:
    """Let differences be of another sort, or none."""
    which = (difference.c.reconciliation_id == id_, difference.c.sort == sort, among(difference.c.key, keys))
    change = delete(difference) if becomes is None else update(difference).values(sort=becomes)
    connection.execute(change.where(*which))


def span(connection: Connection, id_: int, sorts: Sequence[str]) -> tuple[int, int] | None:
    """The earliest and the latest of the system's change times of some differences; None where one has none."""
    told = text(
        "SELECT min(stamp) AS first, max(stamp) AS last, count(*) FILTER (WHERE stamp IS NULL) AS without FROM difference"
        " WHERE reconciliation_id = :id AND sort = ANY(:sorts)"
    ).bindparams(bindparam("sorts", type_=ARRAY(Text)))
    row = connection.execute(told, {"id": id_, "sorts": list(sorts)}).one()
    return None if row.first is None or row.without else (row.first, row.last)


def forget(connection: Connection, id_: int) -> None:
    """Let a comparison have found nothing: it proves nothing."""
    connection.execute(delete(difference).where(difference.c.reconciliation_id == id_))


def last(connection: Connection, names: Sequence[str]) -> list[Any]:
    """The last ended comparison of each kind of some connections."""
    told = text(
        "SELECT DISTINCT ON (connection, kind) * FROM reconciliation WHERE connection = ANY(:names) AND ended_at IS NOT NULL"
        " ORDER BY connection, kind, id DESC"
    ).bindparams(bindparam("names", type_=ARRAY(Text)))
    return list(connection.execute(told, {"names": list(names)}))


def proofs(connection: Connection, names: Sequence[str]) -> list[Any]:
    """Months of the kinds of some connections with both counts, and when both sides last agreed; in order."""
    chosen = select(proof).where(proof.c.connection.in_(names), ~proof.c.bucket.startswith("#", autoescape=True))
    return list(connection.execute(chosen.order_by(proof.c.connection, proof.c.kind, proof.c.bucket)))
