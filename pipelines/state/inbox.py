"""The inbox: every payload received, once, and which of them is what the system holds now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import BigInteger, Text

from connectors.kit.contract import RawDocument
from pipelines.state.tables import LANES, checkpoint, inbox
from trace_core.store.log import escaped

NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many documents of a page were new or changed, and how many the inbox held already."""

    changed: int
    unchanged: int


def content_of(document: RawDocument) -> str:
    """SHA-256 of the payload; a deletion has a content of its own."""
    return hashlib.sha256(b"deleted" if document.deleted else document.payload).hexdigest()


def keep(connection: Connection, documents: Sequence[RawDocument], *, plant: str, run_id: int | None, certain: bool = False) -> Kept:
    """Keep a page. A document as last seen is unchanged; one with an older stamp than last seen is history and stays uninterpreted.

    The revision is the system's stamp; when the content changed and the stamp did not, it is raised by one. What was read by its key is
    `certain` to be what the system holds now, whatever its stamp: a system may have been set back. Pages of one connection are kept one
    after the other.
    """
    unique = {(document.kind, document.key): document for document in documents}
    if not unique:
        return Kept(0, 0)
    name = documents[0].connection
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": f"lotweave:keep:{name}"})
    known = _latest(connection, name, list(unique))
    first, again, stale, restamped = list[bytes](), list[bytes](), list[int](), dict[int, int]()
    tail = _tail(plant, run_id)
    for (kind, key), document in unique.items():
        before = known.get((kind, key))
        content = content_of(document)
        if before is None:
            first.append(_line(document, content, tail, revision=max(document.stamp or 0, 1), latest=True))
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
        again.append(_line(document, content, tail, revision=max(document.stamp or 0, 1 if late else revision + 1), latest=not late))
    if first:
        _copy(connection, "inbox", first)
    if again:
        _renew(connection, stale, again)
    if restamped:
        connection.execute(_RESTAMP, {"ids": list(restamped), "stamps": list(restamped.values())})
    return Kept(len(first) + len(again), len(documents) - len(first) - len(again))


COLUMNS = "connection, kind, key, content, payload, revision, stamp, deleted, fetched_at, latest, state, plant, run_id"
_RENEWED = ", ".join(f"{name} = EXCLUDED.{name}" for name in ("revision", "stamp", "fetched_at", "run_id", "latest", "state"))


_RESTAMP = text("UPDATE inbox i SET stamp = n.stamp FROM unnest(:ids, :stamps) AS n(id, stamp) WHERE i.id = n.id").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("stamps", type_=ARRAY(BigInteger))
)
"""The same content with another change time: nothing to interpret, and the same on both sides again."""


def _tail(plant: str, run_id: int | None) -> str:
    return f"\t{escaped(plant)}\t{NULL if run_id is None else run_id}\n"


def _line(document: RawDocument, content: str, tail: str, *, revision: int, latest: bool) -> bytes:
    """A row of the inbox as a line of a COPY."""
    named = f"{escaped(document.connection)}\t{escaped(document.kind)}\t{escaped(document.key)}\t{content}\t\\\\x{document.payload.hex()}"
    stamp, deleted = NULL if document.stamp is None else document.stamp, "t" if document.deleted else "f"
    state = "t\tnew" if latest else "f\tdone"
    return f"{named}\t{revision}\t{stamp}\t{deleted}\t{document.fetched_at}\t{state}{tail}".encode()


def _copy(connection: Connection, table: str, lines: Sequence[bytes]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy:
        copy.write(b"".join(lines))
    cursor.close()


def _renew(connection: Connection, stale: Sequence[int], lines: Sequence[bytes]) -> None:
    """Let versions follow those that are the latest by now. A content that was there before becomes the latest again."""
    connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS kept_page (LIKE inbox) ON COMMIT DELETE ROWS"))
    connection.execute(text("ALTER TABLE kept_page ALTER COLUMN id DROP NOT NULL, ALTER COLUMN lane DROP NOT NULL"))
    _copy(connection, "kept_page", lines)
    connection.execute(text("UPDATE inbox SET latest = false WHERE id = ANY(CAST(:ids AS bigint[]))"), {"ids": list(stale)})
    connection.execute(
        text(
            f"INSERT INTO inbox ({COLUMNS}) SELECT {COLUMNS} FROM kept_page"  # noqa: S608 - our own names
            f" ON CONFLICT (connection, kind, key, content) DO UPDATE SET {_RENEWED}"
        )
    )


Held = tuple[int, str, int, int | None, datetime]


def _latest(connection: Connection, name: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Held]:
    """By kind and key of what is held now: id, content, revision, stamp and when it was fetched.

    A look for each key: a plan made while the table grows, before its statistics do, would read all of it for every page.
    """
    kinds, values = zip(*keys, strict=True)
    found = connection.execute(
        text(
            "SELECT i.* FROM unnest(:kinds, :keys) AS asked(kind, key) CROSS JOIN LATERAL"
            " (SELECT i.kind, i.key, i.id, i.content, i.revision, i.stamp, i.fetched_at FROM inbox i"
            "  WHERE i.connection = :name AND i.kind = asked.kind AND i.key = asked.key AND i.latest LIMIT 1) i"
        ).bindparams(bindparam("kinds", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text))),
        {"kinds": list(kinds), "keys": list(values), "name": name},
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


def claim(connection: Connection, plant: str, *, batch: int) -> list[Any]:
    """The oldest new documents of a lane of a plant, this transaction's until it ends; none while others hold all lanes with any.

    It is the lane of the oldest document that nobody else is at.
    """
    lane = connection.execute(_FREE_LANE, {"plant": plant, "lanes": LANES}).scalar_one_or_none()
    if lane is None:
        return []
    mine = (inbox.c.plant == plant, inbox.c.state == "new", inbox.c.lane == lane)
    return list(connection.execute(select(inbox).where(*mine).order_by(inbox.c.id).limit(batch)))


_OLDEST = (
    "SELECT l.lane, o.id FROM generate_series(0, :lanes - 1) AS l(lane) CROSS JOIN LATERAL"
    " (SELECT i.id FROM inbox i WHERE i.plant = :plant AND i.lane = l.lane AND i.state = 'new' ORDER BY i.id LIMIT 1) o"
)
"""The oldest waiting document of each lane of a plant that has one: a look for each lane, however many wait."""
_FREE_LANE = text(
    f"WITH waiting AS MATERIALIZED ({_OLDEST} ORDER BY o.id) SELECT lane FROM waiting"  # noqa: S608 - ours
    " WHERE pg_try_advisory_xact_lock(hashtextextended('lotweave:interpret:' || :plant || ':' || lane, 0)) LIMIT 1"
)


def settle(connection: Connection, done: Sequence[int], quarantined: Sequence[int]) -> None:
    """Mark documents as interpreted, or as waiting in quarantine."""
    for state, ids in (("done", done), ("quarantined", quarantined)):
        if ids:
            connection.execute(_SETTLE, {"ids": list(ids), "state": state})


_SETTLE = text("UPDATE inbox SET state = :state WHERE id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


def is_behind(connection: Connection, plant: str, many: int) -> bool:
    """Whether the oldest document of a plant that waits for interpretation came so many documents, of any plant, before the newest."""
    return bool(connection.execute(_BEHIND, {"plant": plant, "lanes": LANES, "many": many}).scalar_one())


_BEHIND = text(f"SELECT COALESCE((SELECT max(id) FROM inbox) - (SELECT min(id) FROM ({_OLDEST}) w) >= :many, false)")  # noqa: S608 - ours


def plants_with_work(connection: Connection) -> list[str]:
    """Plants whose inbox has documents that wait for interpretation: by one look for each, however many wait."""
    return list(connection.execute(_PLANTS).scalars())


_PLANTS = text(
    "WITH RECURSIVE found AS ((SELECT plant FROM inbox WHERE state = 'new' ORDER BY plant LIMIT 1) UNION ALL"
    " SELECT (SELECT i.plant FROM inbox i WHERE i.state = 'new' AND i.plant > f.plant ORDER BY i.plant LIMIT 1)"
    " FROM found f WHERE f.plant IS NOT NULL) SELECT plant FROM found WHERE plant IS NOT NULL"
)


def payload_of(connection: Connection, source: tuple[str, str, str], revision: int) -> bytes | None:
    """What a raw document (connection, kind, key) said at a revision, byte for byte; None where it is not kept."""
    name, kind, key = source
    wanted = (inbox.c.connection == name) & (inbox.c.kind == kind) & (inbox.c.key == key) & (inbox.c.revision == revision)
    found = connection.execute(select(inbox.c.payload).where(wanted).limit(1)).scalar_one_or_none()
    return bytes(found) if found is not None else None


def contents(connection: Connection, name: str, kind: str, keys: Sequence[str]) -> dict[str, str]:
    """Hashes of what the inbox holds as the system's present documents, by key."""
    wanted = (inbox.c.connection == name) & (inbox.c.kind == kind) & inbox.c.key.in_(list(keys)) & inbox.c.latest & ~inbox.c.deleted
    return {row.key: row.content for row in connection.execute(select(inbox.c.key, inbox.c.content).where(wanted))}


def newest(connection: Connection, names: Sequence[str], kind: str, *, limit: int) -> list[Any]:
    """The newest raw documents of a kind over some connections, as the systems hold them now: connection, key and payload."""
    wanted = inbox.c.connection.in_(list(names)) & (inbox.c.kind == kind) & inbox.c.latest & ~inbox.c.deleted
    statement = select(inbox.c.connection, inbox.c.key, inbox.c.payload).where(wanted).order_by(inbox.c.id.desc()).limit(limit)
    return list(connection.execute(statement))


def again(connection: Connection, sources: Sequence[tuple[str, str, str]]) -> None:
    """Let what the systems hold now of some raw documents (connection, kind, key) be interpreted anew."""
    if sources:
        names, kinds, keys = (list(column) for column in zip(*sources, strict=True))
        connection.execute(
            text(
                "UPDATE inbox i SET state = 'new' FROM unnest(:names, :kinds, :keys) AS a(connection, kind, key)"
                " WHERE i.connection = a.connection AND i.kind = a.kind AND i.key = a.key AND i.latest"
            ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("names", "kinds", "keys"))),
            {"names": names, "kinds": kinds, "keys": keys},
        )
