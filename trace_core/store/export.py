"""Everything that an index is built from, in one database snapshot: plain events, derived links, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from trace_core.derive import parse_origin
from trace_core.index.build import Put, build, in_memory
from trace_core.index.columns import read_events, read_links
from trace_core.index.names import read_thing_names
from trace_core.index.snapshot import Draft, Snapshot
from trace_core.store.link_sets import derived, stale
from trace_core.store.view import StoreView

PIECE = 1 << 25
EVENTS = (
    "SELECT document_id, at, inputs, outputs, lots FROM event e WHERE plain AND document_id <> ALL(%(derived)s)"
    " AND NOT EXISTS (SELECT FROM link_set l WHERE l.document_id = e.document_id)"
)
SETS = text("SELECT origin, starts, ends, at, until FROM link_set WHERE origin <> ALL(:derived) ORDER BY origin").bindparams(
    bindparam("derived", type_=ARRAY(Text))
)


def read_snapshot(documents: StoreView, put: Put = in_memory) -> Snapshot:
    """The genealogy in one database snapshot, that of `documents`: as stored, and where that is stale as derived here and now."""
    connection = documents.connection
    weaving = connection.execute(text("SELECT coalesce(max(id), 0) FROM weaving")).scalar_one()
    highest = connection.execute(text("SELECT coalesce(max(id), 0) FROM thing")).scalar_one()
    names = read_thing_names(copied(connection, "SELECT id, uri FROM thing ORDER BY id"), highest, put)
    fresh = derived(connection, documents, stale(connection))
    sets = connection.execute(SETS, {"derived": [one.origin for one in fresh]})
    stored = ((row.origin, row.starts, row.ends, row.at, row.until) for row in sets)
    anew = ((one.origin, one.links.starts, one.links.ends, one.links.at, one.links.until) for one in fresh)
    links = read_links(chain(stored, anew))
    own = [named.document for one in fresh if (named := parse_origin(one.origin)).sort == "E"]
    return Snapshot(weaving, build(read_events(copied(connection, EVENTS, {"derived": own})), links, highest, put), names)


def write_snapshot(documents: StoreView, home: Path) -> Snapshot:
    """Write the genealogy beside the snapshots in `home` and make it the current one; `documents` as above."""
    draft = Draft.of(home)
    try:
        return draft.publish(read_snapshot(documents, draft.put))
    except BaseException:
        draft.discard()
        raise


def nobody_builds(connection: Connection) -> bool:
    """Whether nobody builds a snapshot now; if so nobody else will until the end of this transaction."""
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(hashtextextended('lotweave:index', 0))")).scalar_one())


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
