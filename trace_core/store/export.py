"""Everything that an index is built from, in one database snapshot: plain events, derived links, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from trace_core.index.build import Put, build, in_memory
from trace_core.index.columns import read_events, read_links
from trace_core.index.names import read_thing_names
from trace_core.index.snapshot import Draft, Snapshot

PIECE = 1 << 25
EVENTS = (
    "SELECT document_id, at, inputs, outputs, lots FROM event e WHERE plain"
    " AND NOT EXISTS (SELECT FROM link_set l WHERE l.document_id = e.document_id)"
)


def read_snapshot(connection: Connection, put: Put = in_memory) -> Snapshot:
    """The genealogy as stored. `connection` reads one database snapshot in which no origin is stale."""
    weaving = connection.execute(text("SELECT coalesce(max(id), 0) FROM weaving")).scalar_one()
    highest = connection.execute(text("SELECT coalesce(max(id), 0) FROM thing")).scalar_one()
    names = read_thing_names(copied(connection, "SELECT id, uri FROM thing ORDER BY id"), highest, put)
    sets = connection.execute(text("SELECT origin, starts, ends, at, until FROM link_set ORDER BY origin"))
    links = read_links((row.origin, row.starts, row.ends, row.at, row.until) for row in sets)
    return Snapshot(weaving, build(read_events(copied(connection, EVENTS)), links, highest, put), names)


def write_snapshot(connection: Connection, home: Path) -> Snapshot:
    """Write the genealogy as stored beside the snapshots in `home` and make it the current one; `connection` as above."""
    draft = Draft.of(home)
    try:
        return draft.publish(read_snapshot(connection, draft.put))
    except BaseException:
        draft.discard()
        raise


def copied(connection: Connection, query: str, told: Mapping[str, Any] | None = None) -> Iterator[bytes]:
    """A query's rows in PostgreSQL's binary COPY, in pieces that end at the end of a row; `%(name)s` in the query is what is told."""
    cursor = connection.connection.cursor()
    pending, size = [], 0
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", told) as copy:
        for row in copy:
            pending.append(bytes(row))
            size += len(row)
            if size > PIECE:
                yield b"".join(pending)
                pending, size = [], 0
    cursor.close()
    yield b"".join(pending)
