"""Both sides of a kind compared in the database: sums by month and by hash first, then key by key where the sums differ.

A hash of a bucket is the exclusive or of 64-bit hashes of its rows: of key and stamp, or of key and content when contents were read.
What was kept here after the comparison began is no difference: the system was asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

BUCKETS = 4096
MANY = 10_000
"""Rows from which on the database is told to look at what it was given before it plans."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared: the comparison's number, connection and kind, when it began, how deep, its period in Unix ms, the plant's zone."""

    id: int
    name: str
    kind: str
    began: datetime
    deep: bool
    since: int | None
    until: int | None
    zone: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One bucket: how many rows each side has in it, and their hash."""

    bucket: str
    here: int
    there: int
    here_hash: int
    there_hash: int

    @property
    def agrees(self) -> bool:
        """Whether both sides hold the same."""
        return (self.here, self.here_hash) == (self.there, self.there_hash)


def _month(stamp: str) -> str:
    return f"COALESCE(to_char(to_timestamp({stamp} / 1000) AT TIME ZONE CAST(:zone AS text), 'YYYY-MM'), 'none')"


def _within(stamp: str) -> str:
    bounded = f"{stamp} >= CAST(:since AS bigint) AND {stamp} < CAST(:until AS bigint)"
    return f"(CAST(:since AS bigint) IS NULL OR {stamp} IS NULL OR ({bounded}))"


_OURS = "connection = :name AND kind = :kind AND latest AND NOT deleted"
_BUCKET = f"(hashtextextended({{}}, 0) & {BUCKETS - 1})"
_SUMS = text(
    f"""
WITH side AS (
    SELECT false AS there, key, stamp, content FROM inbox WHERE {_OURS} AND {_within("stamp")}
    UNION ALL
    SELECT true, key, stamp, content FROM surveyed WHERE reconciliation_id = :id AND {_within("stamp")}
), hashed AS (
    SELECT there, {_month("stamp")} AS month, {_BUCKET.format("key")} AS bucket,
        hashtextextended(key || E'\\t' || CASE WHEN :deep THEN content ELSE COALESCE(stamp::text, '') END, 1) AS hash
    FROM side
)
SELECT COALESCE('#' || bucket, month) AS bucket, count(*) FILTER (WHERE NOT there) AS here, count(*) FILTER (WHERE there) AS there,
    COALESCE(bit_xor(hash) FILTER (WHERE NOT there), 0) AS here_hash, COALESCE(bit_xor(hash) FILTER (WHERE there), 0) AS there_hash
FROM hashed GROUP BY GROUPING SETS ((month), (bucket))"""  # noqa: S608 - built of constants
)
_DIFFERS = "CASE WHEN :deep THEN t.content <> i.content ELSE t.stamp <> i.stamp END AND i.fetched_at < :began"
_IN_BUCKET = f"{_BUCKET} = ANY(:buckets)"
_THEIRS = text(
    f"""
INSERT INTO difference (reconciliation_id, sort, key, stamp, held)
SELECT :id, CASE WHEN i.id IS NULL OR i.deleted THEN 'missing_here' ELSE 'different' END, t.key, t.stamp, i.stamp
FROM surveyed t LEFT JOIN inbox i ON i.connection = :name AND i.kind = :kind AND i.key = t.key AND i.latest
WHERE t.reconciliation_id = :id AND {_IN_BUCKET.format("t.key")} AND ({_within("t.stamp")} OR (i.id IS NOT NULL AND {_within("i.stamp")}))
    AND (i.id IS NULL OR i.deleted OR ({_DIFFERS}))"""  # noqa: S608
)
_GONE = text(
    f"""
INSERT INTO difference (reconciliation_id, sort, key, held)
SELECT :id, 'missing_there', i.key, i.stamp FROM inbox i
WHERE {_OURS} AND {_within("i.stamp")} AND {_IN_BUCKET.format("i.key")} AND i.fetched_at < :began
    AND NOT EXISTS (SELECT FROM surveyed t WHERE t.reconciliation_id = :id AND t.key = i.key)"""  # noqa: S608
)
_UNUSED = text(
    f"""
INSERT INTO difference (reconciliation_id, sort, key, held)
SELECT :id, 'waiting', key, stamp FROM inbox WHERE {_OURS} AND {_within("stamp")} AND id IN (SELECT id FROM uninterpreted)
UNION
SELECT :id, 'waiting', i.key, i.stamp FROM document d JOIN inbox i ON i.connection = d.connection AND i.kind = d.source_kind
    AND i.key = d.source_key AND i.revision = d.revision AND i.latest AND NOT i.deleted
    WHERE d.state = 'parked' AND d.connection = :name AND d.source_kind = :kind AND {_within("i.stamp")}
UNION
SELECT :id, 'quarantined', key, stamp FROM inbox WHERE {_OURS} AND {_within("stamp")} AND quarantined
UNION
SELECT :id, 'quarantined', i.key, i.stamp FROM quarantine q JOIN inbox i ON i.connection = q.connection AND i.kind = q.source_kind
    AND i.key = q.source_key AND i.latest AND NOT i.deleted
    WHERE q.state = 'waiting' AND q.connection = :name AND q.source_kind = :kind AND {_within("i.stamp")}"""  # noqa: S608
)
_TWICE = text(
    "DELETE FROM surveyed s USING (SELECT key, max(ctid) AS last FROM surveyed WHERE reconciliation_id = :id GROUP BY key"
    " HAVING count(*) > 1) d WHERE s.reconciliation_id = :id AND s.key = d.key AND s.ctid <> d.last"
)
_PROVE = text(
    f"""
INSERT INTO proof (connection, kind, bucket, here, there, here_hash, there_hash, agrees, checked_at, proven_at, proven_deep_at)
SELECT :name, :kind, b.bucket, b.here, b.there, b.here_hash, b.there_hash, d.bucket IS NULL, :began,
    CASE WHEN d.bucket IS NULL THEN CAST(:began AS timestamptz) END,
    CASE WHEN d.bucket IS NULL AND :deep THEN CAST(:began AS timestamptz) END
FROM unnest(:buckets, :here, :there, :here_hash, :there_hash) AS b(bucket, here, there, here_hash, there_hash)
LEFT JOIN (
    SELECT DISTINCT unnest(ARRAY['#' || {_BUCKET.format("key")}, {_month("stamp")}, {_month("held")}]) AS bucket
    FROM difference WHERE reconciliation_id = :id AND sort IN ('missing_here', 'missing_there', 'different', 'deleted_there')
) d USING (bucket)
ON CONFLICT (connection, kind, bucket) DO UPDATE SET here = excluded.here, there = excluded.there, here_hash = excluded.here_hash,
    there_hash = excluded.there_hash, agrees = excluded.agrees, checked_at = excluded.checked_at,
    proven_at = COALESCE(excluded.proven_at, proof.proven_at), proven_deep_at = COALESCE(excluded.proven_deep_at, proof.proven_deep_at)"""  # noqa: S608
)


def sums(connection: Connection, what: Compared, *, rows: int) -> list[Sum]:
    """Both sides by month and by hash of the key; `rows` is about how many the system holds."""
    connection.execute(text("SET LOCAL work_mem = '64MB'"))
    if rows >= MANY:
        connection.execute(text("ANALYZE surveyed"))
    connection.execute(_TWICE, {"id": what.id})
    return [Sum(row.bucket, row.here, row.there, row.here_hash, row.there_hash) for row in connection.execute(_SUMS, asdict(what))]


def drill(connection: Connection, what: Compared, buckets: Sequence[Sum]) -> None:
    """Note every difference in the buckets by hash that do not agree."""
    numbers = [int(one.bucket[1:]) for one in buckets if one.bucket.startswith("#") and not one.agrees]
    for statement in (_THEIRS, _GONE) if numbers else ():
        connection.execute(statement.bindparams(bindparam("buckets", type_=ARRAY(BigInteger))), asdict(what) | {"buckets": numbers})


def unused(connection: Connection, what: Compared) -> None:
    """Note what is kept but was not interpreted, waits for something else, or lies in quarantine."""
    connection.execute(_UNUSED, asdict(what))


def prove(connection: Connection, what: Compared, buckets: Sequence[Sum]) -> None:
    """Keep the sums with whether both sides agree: all of them, or of a period its months alone, where it has them whole."""
    kept = [one for one in buckets if what.since is None or not one.bucket.startswith("#")]
    whole = _whole_months(connection, what) if what.since is not None else None
    if whole is None:
        stale = text("DELETE FROM proof WHERE connection = :name AND kind = :kind AND bucket <> ALL(:buckets)")
        connection.execute(_arrays(stale, "buckets"), {"name": what.name, "kind": what.kind, "buckets": [one.bucket for one in kept]})
    else:
        kept = [one for one in kept if one.bucket in whole]
    columns: dict[str, Any] = {name: [getattr(one, name) for one in kept] for name in ("here", "there", "here_hash", "there_hash")}
    told = _arrays(_PROVE, "buckets").bindparams(*(bindparam(name, type_=ARRAY(BigInteger)) for name in columns))
    connection.execute(told, asdict(what) | columns | {"buckets": [one.bucket for one in kept]})


def _arrays(statement: TextClause, name: str) -> TextClause:
    return statement.bindparams(bindparam(name, type_=ARRAY(Text)))


def _whole_months(connection: Connection, what: Compared) -> set[str]:
    told = text(
        "SELECT to_char(m, 'YYYY-MM') FROM generate_series("
        " date_trunc('month', to_timestamp(CAST(:since AS bigint) / 1000.0) AT TIME ZONE CAST(:zone AS text)),"
        " to_timestamp(CAST(:until AS bigint) / 1000.0) AT TIME ZONE CAST(:zone AS text), interval '1 month') m"
        " WHERE m >= to_timestamp(CAST(:since AS bigint) / 1000.0) AT TIME ZONE CAST(:zone AS text)"
        " AND m + interval '1 month' <= to_timestamp(CAST(:until AS bigint) / 1000.0) AT TIME ZONE CAST(:zone AS text)"
    )
    return set(connection.execute(told, asdict(what)).scalars())
