"""The inbox: every payload received, once, and which of them is what the system holds now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from connectors.kit.contract import RawDocument
from pipelines.state.tables import checkpoint, inbox


@dataclass(frozen=True, slots=True)
class Kept:
    """How many documents of a page were new or changed, and how many the inbox held already."""

    changed: int
    unchanged: int


def content_of(document: RawDocument) -> str:
    """SHA-256 of the payload; a deletion has a content of its own."""
    return hashlib.sha256(b"deleted" if document.deleted else document.payload).hexdigest()


def keep(connection: Connection, documents: Sequence[RawDocument], *, plant: str, run_id: int | None) -> Kept:
    """Keep a page. A document as last seen is unchanged; one with an older stamp than last seen is history and stays uninterpreted.

    The revision is the system's stamp; when the content changed and the stamp did not, it is raised by one.
    """
    unique = {(document.kind, document.key): document for document in documents}
    if not unique:
        return Kept(0, 0)
    name = documents[0].connection
    known = _latest(connection, name, list(unique))
    rows, stale = [], []
    for (kind, key), document in unique.items():
        before = known.get((kind, key))
        content = content_of(document)
        if before is not None and before.content == content:
            continue
        late = before is not None and document.stamp is not None and before.stamp is not None and document.stamp < before.stamp
        if before is not None and not late:
            stale.append(before.id)
        floor = before.revision + 1 if before is not None and not late else 1
        rows.append(_row(document, content, plant, run_id, revision=max(document.stamp or 0, floor), latest=not late))
    if stale:
        connection.execute(update(inbox).where(inbox.c.id.in_(stale)).values(latest=False))
    if rows:
        statement = insert(inbox)
        renewed = {name: statement.excluded[name] for name in ("revision", "stamp", "fetched_at", "run_id", "latest", "state")}
        connection.execute(statement.on_conflict_do_update(index_elements=["connection", "kind", "key", "content"], set_=renewed), rows)
    return Kept(len(rows), len(documents) - len(rows))


def _row(document: RawDocument, content: str, plant: str, run_id: int | None, *, revision: int, latest: bool) -> dict[str, Any]:
    return {
        "connection": document.connection,
        "plant": plant,
        "kind": document.kind,
        "key": document.key,
        "content": content,
        "payload": document.payload,
        "revision": revision,
        "stamp": document.stamp,
        "deleted": document.deleted,
        "fetched_at": document.fetched_at,
        "run_id": run_id,
        "latest": latest,
        "state": "new" if latest else "done",
    }


def _latest(connection: Connection, name: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    kinds, values = zip(*keys, strict=True)
    found = connection.execute(
        text(
            "SELECT i.id, i.kind, i.key, i.content, i.revision, i.stamp FROM unnest(:kinds, :keys) AS asked(kind, key)"
            " JOIN inbox i ON i.connection = :name AND i.kind = asked.kind AND i.key = asked.key WHERE i.latest"
        ).bindparams(bindparam("kinds", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text))),
        {"kinds": list(kinds), "keys": list(values), "name": name},
    )
    return {(row.kind, row.key): row for row in found}


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
    """The oldest new documents of a plant, locked until the transaction ends; none while another worker holds the plant."""
    locked = connection.execute(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": f"lotweave:interpret:{plant}"}
    ).scalar_one()
    if not locked:
        return []
    statement = select(inbox).where(inbox.c.plant == plant, inbox.c.state == "new").order_by(inbox.c.id).limit(batch)
    return list(connection.execute(statement.with_for_update(skip_locked=True)))


def settle(connection: Connection, done: Sequence[int], quarantined: Sequence[int]) -> None:
    """Mark documents as interpreted, or as waiting in quarantine."""
    for state, ids in (("done", done), ("quarantined", quarantined)):
        if ids:
            connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(state=state))


def plants_with_work(connection: Connection) -> list[str]:
    """Plants whose inbox has documents that wait for interpretation."""
    return list(connection.execute(select(inbox.c.plant).where(inbox.c.state == "new").distinct()).scalars())


def payload_of(connection: Connection, source: tuple[str, str, str], revision: int) -> bytes | None:
    """What a raw document (connection, kind, key) said at a revision, byte for byte; None where it is not kept."""
    name, kind, key = source
    wanted = (inbox.c.connection == name) & (inbox.c.kind == kind) & (inbox.c.key == key) & (inbox.c.revision == revision)
    found = connection.execute(select(inbox.c.payload).where(wanted).limit(1)).scalar_one_or_none()
    return bytes(found) if found is not None else None


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
