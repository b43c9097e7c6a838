"""The log of commits: which events count from now on, and which links have to be derived anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import empties, of_document
from trace_core.documents.envelope import Document
from trace_core.events import event_of
from trace_core.store.batch import Batch
from trace_core.store.judge import document_of
from trace_core.store.log import log_events
from trace_core.store.staleness import Change, stale_origins

IN_ORDER = "SELECT pg_advisory_xact_lock(hashtextextended('lotweave:weaving', 0))"
"""Held from here to the commit: whoever comes next sees all that came before, and numbers are given in the order of commits."""


def record(connection: Connection, new: Batch, known: Mapping[int, Document], switched: Mapping[int, bool], now: datetime) -> None:
    """Log the versions that became current or ceased to be.

    `known` holds some of their documents, the rest is read; `new` are the events of those that came in just now.
    """
    documents = dict(known) | _documents(connection, [id_ for id_ in switched if id_ not in known])
    on = {id_: documents[id_] for id_, current in switched.items() if current}
    off = {id_: documents[id_] for id_, current in switched.items() if not current}
    batch = new.about(on)
    logged = log_events(connection, batch, new=set(new.ids.tolist()))
    plain = {id_ for id_, is_so in zip(batch.ids.tolist(), batch.plain().tolist(), strict=True) if is_so and id_ in logged}
    connection.execute(text(IN_ORDER))
    origins = stale_origins(connection, Change(on, off, plain, batch.unheard))
    speaking = [id_ for id_ in sorted(plain) if of_document(id_) not in origins] if origins else sorted(plain)
    counted = any((event := event_of(document)) and empties(event) for document in (*on.values(), *off.values()))
    if speaking or origins or counted or logged:
        log_weaving(connection, {id_: logged[id_].at for id_ in speaking}, sorted(origins), now, told=logged)


def log_weaving(
    connection: Connection, plain: Mapping[int, datetime], origins: list[str], now: datetime, *, told: Iterable[int] = ()
) -> None:
    """Say which plain events count from now on, with their times, and which origins have to be derived anew.

    `told` are the documents whose events count for the first time, whatever became of their links.
    """
    statement = text(
        "INSERT INTO weaving (at, events, earliest, latest, stale, told)"
        " VALUES (:now, :events, :earliest, :latest, :stale, CAST(:told AS int8multirange)) RETURNING id"
    ).bindparams(bindparam("events", type_=ARRAY(BigInteger)), bindparam("stale", type_=ARRAY(Text)))
    span = {"earliest": min(plain.values(), default=None), "latest": max(plain.values(), default=None)}
    values = {"now": now, "events": list(plain), "stale": origins, "told": _ranges(told), **span}
    number = connection.execute(statement, values).scalar_one()
    if origins:
        mark = text(
            "INSERT INTO stale (origin, weaving) SELECT unnest(CAST(:origins AS text[])), :number"
            " ON CONFLICT (origin) DO UPDATE SET weaving = excluded.weaving"
        ).bindparams(bindparam("origins", type_=ARRAY(Text)))
        connection.execute(mark, {"origins": origins, "number": number})


def _ranges(ids: Iterable[int]) -> str:
    """Ids as a multirange; those of one batch follow one another, so that it is mostly a single range."""
    found: list[list[int]] = []
    for id_ in sorted(ids):
        if found and found[-1][1] == id_:
            found[-1][1] = id_ + 1
        else:
            found.append([id_, id_ + 1])
    return f"{{{','.join(f'[{first},{end})' for first, end in found)}}}"


def _documents(connection: Connection, ids: list[int]) -> dict[int, Document]:
    if not ids:
        return {}
    statement = text(
        "SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body FROM document WHERE id = ANY(:ids)"
    ).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    return {row.id: document_of(row) for row in connection.execute(statement, {"ids": ids})}


def newest(connection: Connection) -> int:
    """The number of the last weaving, 0 when there is none."""
    return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM weaving")).scalar_one())


def count_since(connection: Connection, number: int) -> int:
    """How many weavings came after one."""
    return int(connection.execute(text("SELECT count(*) FROM weaving WHERE id > :number"), {"number": number}).scalar_one())
