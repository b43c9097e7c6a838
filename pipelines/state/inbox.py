"""The inbox: every payload received, once, and which of them is what the system holds now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, union_all
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import BigInteger

from connectors.kit.contract import RawDocument
from pipelines.state.database import among
from pipelines.state.tables import checkpoint, inbox
from pipelines.state.uninterpreted import enqueue, enqueue_new
from trace_core.store.texts import joined


@dataclass(frozen=True, slots=True)
class Kept:
    """How many documents of a page were new or changed, and how many the inbox held already."""

    changed: int
    unchanged: int


def content_of(document: RawDocument) -> str:
    """SHA-256 of the payload; a deletion has a content of its own."""
    return hashlib.sha256(b"deleted" if document.deleted else document.payload).hexdigest()


def keep(
    connection: Connection,
    documents: Sequence[RawDocument],
    *,
    plant: str,
    run_id: int | None,
    certain: bool = False,
    contents: Iterable[str] | None = None,
) -> Kept:
    """Keep a page, and let what is new or changed wait for interpretation.

    A document as last seen is unchanged; one with an older stamp than last seen is history and is not interpreted. The revision is the
    system's stamp; when the content changed and the stamp did not, it is raised by one. What was read by its key is `certain` to be what
    the system holds now, whatever its stamp: a system may have been set back. Pages of one connection are kept one after the other.
    `contents` are what `content_of` says of the documents, where somebody has asked it already.
    """
    told = map(content_of, documents) if contents is None else contents
    unique = {(document.kind, document.key): (document, content) for document, content in zip(documents, told, strict=True)}
    if not unique:
        return Kept(0, 0)
    name = documents[0].connection
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": f"lotweave:keep:{name}"})
    known = _latest(connection, name, list(unique))
    first, again, stale, restamped = list[_Row](), list[_Row](), list[int](), dict[int, int]()
    for named, (document, content) in unique.items():
        before = known.get(named)
        if before is None:
            first.append((*document, content, max(document.stamp or 0, 1), True, plant, run_id))
            continue
        id_, held, revision, stamp, fetched_at = before
        older = document.stamp is not None and stamp is not None and document.stamp < stamp
        late = document.fetched_at < fetched_at if certain else older
        if held == content:
            if document.stamp is not None and document.stamp != stamp and not late:
                restamped[id_] = document.stamp
            continue
        if not late:
            stale.append(id_)
        revision = max(document.stamp or 0, 1 if late else revision + 1)
        again.append((*document, content, revision, not late, plant, run_id))
    if first:
        _add(connection, first)
    if again:
        _renew(connection, stale, again)
    if restamped:
        connection.execute(_RESTAMP, {"ids": list(restamped), "stamps": list(restamped.values())})
    return Kept(len(first) + len(again), len(documents) - len(first) - len(again))


_Row = tuple[Any, ...]
"""A row of the inbox without its id: the fields of a raw document, and what is known of it besides."""
COLUMNS = f"{', '.join(RawDocument._fields)}, content, revision, latest, plant, run_id"
_TYPES = ("text", "text", "text", "int8", "bytea", "timestamptz", "bool", "text", "int8", "bool", "text", "int8")


def _copy(connection: Connection, table: str, rows: Iterable[_Row], *, ids: bool = False) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({COLUMNS}{', id' * ids}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([*_TYPES, *("int8",) * ids])
        for row in rows:
            copy.write_row(row)
    cursor.close()


def _add(connection: Connection, rows: Sequence[_Row]) -> None:
    """Keep first versions."""
    keys, mark = joined([row[2] for row in rows])
    ids = connection.execute(_WAIT, {"keys": keys, "mark": mark, "plant": rows[0][-2], "run": rows[0][-1]}).scalar_one()
    _copy(connection, "inbox", ((*row, id_) for row, id_ in zip(rows, ids, strict=True)), ids=True)


_WAIT = text(
    "WITH drawn AS MATERIALIZED (SELECT nextval('inbox_id_seq') AS id, :plant AS plant, key, CAST(:run AS bigint) AS run_id"  # noqa: S608 - ours
    f" FROM string_to_table(:keys, :mark) AS n(key)), let AS ({enqueue_new('SELECT * FROM drawn')})"
    " SELECT array_agg(id ORDER BY id) FROM drawn"
)
"""Numbers for new documents, in their order, and the documents in the queue."""


def _renew(connection: Connection, stale: Sequence[int], rows: Sequence[_Row]) -> None:
    """Let versions follow those that are the latest by now. A content that was there before becomes the latest again."""
    connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS kept_page (LIKE inbox) ON COMMIT DELETE ROWS"))
    connection.execute(text("ALTER TABLE kept_page ALTER COLUMN id DROP NOT NULL, ALTER COLUMN quarantined DROP NOT NULL"))
    _copy(connection, "kept_page", rows)
    connection.execute(text("UPDATE inbox SET latest = false WHERE id = ANY(CAST(:ids AS bigint[]))"), {"ids": list(stale)})
    connection.execute(_FOLLOW)


_RENEWED = ", ".join(f"{name} = p.{name}" for name in ("revision", "stamp", "fetched_at", "run_id", "latest"))
_FORMER = "i.connection = p.connection AND i.kind = p.kind AND i.key = p.key AND i.content = p.content AND NOT i.latest"
_FOLLOW = text(
    f"WITH renewed AS (UPDATE inbox i SET {_RENEWED}, quarantined = i.quarantined AND NOT p.latest FROM kept_page p WHERE {_FORMER}"  # noqa: S608
    " RETURNING i.id, i.plant, i.key, i.run_id, i.latest),"
    f" added AS (INSERT INTO inbox ({COLUMNS}) SELECT {COLUMNS} FROM kept_page p WHERE NOT EXISTS (SELECT FROM inbox i WHERE {_FORMER})"
    " RETURNING id, plant, key, run_id, latest)"
    f" {enqueue('SELECT * FROM renewed WHERE latest UNION ALL SELECT * FROM added WHERE latest')}"
)
_RESTAMP = text("UPDATE inbox i SET stamp = n.stamp FROM unnest(:ids, :stamps) AS n(id, stamp) WHERE i.id = n.id").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("stamps", type_=ARRAY(BigInteger))
)
"""The same content with another change time: nothing to interpret, and the same on both sides again."""


Held = tuple[int, str, int, int | None, datetime]


def _latest(connection: Connection, name: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Held]:
    """By kind and key of what is held now: id, content, revision, stamp and when it was fetched.

    A look for each key: a plan made while the table grows, before its statistics do, would read all of it for every page.
    """
    (kinds, of_kinds), (values, of_values) = map(joined, zip(*keys, strict=True))
    found = connection.execute(
        text(
            "SELECT i.* FROM ROWS FROM (string_to_table(:kinds, :of_kinds), string_to_table(:keys, :of_keys)) AS asked(kind, key)"
            " CROSS JOIN LATERAL (SELECT i.kind, i.key, i.id, i.content, i.revision, i.stamp, i.fetched_at FROM inbox i"
            "  WHERE i.connection = :name AND i.kind = asked.kind AND i.key = asked.key AND i.latest LIMIT 1) i"
        ),
        {"kinds": kinds, "of_kinds": of_kinds, "keys": values, "of_keys": of_values, "name": name},
    )
    return {(kind, key): (id_, content, revision, stamp, fetched_at) for kind, key, id_, content, revision, stamp, fetched_at in found}


def move_checkpoint(connection: Connection, name: str, kind: str, cursor: Any, *, now: datetime) -> None:
    """Let the next pull go on from here; called in the transaction that keeps the page."""
    statement = insert(checkpoint).values(connection=name, kind=kind, cursor=dict(cursor), moved_at=now)
    excluded = {"cursor": statement.excluded.cursor, "moved_at": statement.excluded.moved_at}
    connection.execute(statement.on_conflict_do_update(index_elements=["connection", "kind"], set_=excluded))


def read_checkpoint(connection: Connection, name: str, kind: str) -> Any:
    """(cursor, moved at) of a connection and kind, or None."""
    found = connection.execute(select(checkpoint).where(checkpoint.c.connection == name, checkpoint.c.kind == kind)).first()
    return (found.cursor, found.moved_at) if found else None


def payload_of(connection: Connection, source: tuple[str, str, str], revision: int) -> bytes | None:
    """What a raw document (connection, kind, key) said at a revision, byte for byte; None where it is not kept."""
    name, kind, key = source
    wanted = (inbox.c.connection == name) & (inbox.c.kind == kind) & (inbox.c.key == key) & (inbox.c.revision == revision)
    sides = (select(inbox.c.payload).where(wanted, side) for side in (inbox.c.latest, ~inbox.c.latest))  # each has an index of its own
    found = connection.execute(union_all(*sides).limit(1)).scalar_one_or_none()
    return bytes(found) if found is not None else None


def contents(connection: Connection, name: str, kind: str, keys: Sequence[str]) -> dict[str, str]:
    """Hashes of what the inbox holds as the system's present documents, by key."""
    wanted = (inbox.c.connection == name) & (inbox.c.kind == kind) & among(inbox.c.key, keys) & inbox.c.latest & ~inbox.c.deleted
    return {row.key: row.content for row in connection.execute(select(inbox.c.key, inbox.c.content).where(wanted))}


def newest(connection: Connection, names: Sequence[str], kind: str, *, limit: int) -> list[Any]:
    """The newest raw documents of a kind over some connections, as the systems hold them now: connection, key and payload."""
    wanted = inbox.c.connection.in_(list(names)) & (inbox.c.kind == kind) & inbox.c.latest & ~inbox.c.deleted
    statement = select(inbox.c.connection, inbox.c.key, inbox.c.payload).where(wanted).order_by(inbox.c.id.desc()).limit(limit)
    return list(connection.execute(statement))
