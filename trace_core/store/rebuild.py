"""Proof that what is derived is what the documents say: postings, events and links made anew and compared with those stored.

Errors in what is derived would make answers wrong in silence; this is how an operator, or a nightly job, knows that there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import is_plain, of_document, of_order, of_shipment
from trace_core.documents.envelope import Document
from trace_core.events import Event, event_of, named_things
from trace_core.identifiers import ThingId
from trace_core.store.batch import Batch
from trace_core.store.judge import document_of
from trace_core.store.link_sets import LinkSet, derived
from trace_core.store.log import log_events, numbers_of, row_of
from trace_core.store.postings import IDS, key_hash, put_postings
from trace_core.store.staleness import Change, stale_origins
from trace_core.store.view import StoreView
from trace_core.store.weavings import IN_ORDER, log_weaving
from trace_core.touches import touches

PIECE = 2000
"""Documents in memory at a time."""
_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_PIECE = text(
    "SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body, state, current FROM document"
    " WHERE id > :after ORDER BY id LIMIT :piece"
)
_EVENTS = text(
    "SELECT document_id, at, type, plant, order_number, shipment, plain, inputs, outputs, lots FROM event WHERE document_id = ANY(:ids)"
).bindparams(_IDS)
_SETS = text("SELECT origin, weaving, starts, ends, at, until FROM link_set WHERE origin = ANY(:origins)").bindparams(
    bindparam("origins", type_=ARRAY(Text))
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that is not what the documents say: `what` is touch, event or link_set, `about` a document or an origin."""

    what: str
    about: str
    problem: str

    def as_json(self) -> dict[str, str]:
        """As the verb shows it."""
        return {"what": self.what, "about": self.about, "problem": self.problem}


def differences(documents: StoreView) -> Iterator[Difference]:
    """Every difference; `documents` reads one database snapshot as of now. Memory is bounded by the piece."""
    connection = documents.connection
    _begin_postings(connection)
    for held, counting in _pieces(connection):
        _expect_postings(connection, held)
        yield from _events(connection, held, counting)
        yield from _links_of_documents(documents, {id_: held[id_] for id_ in counting})
    yield from _postings(connection)
    yield from _links_of_groups(documents)


def remake(connection: Connection, now: datetime) -> int:
    """Make everything derived anew from the documents and leave all links stale; how many origins of links that are.

    In the caller's transaction, during which nothing is woven. Snapshots made before are of no use afterwards.
    """
    connection.execute(text(IN_ORDER))
    connection.execute(text("LOCK TABLE document IN EXCLUSIVE MODE"))
    connection.execute(text("TRUNCATE touch, event, link_set, stale"))
    for held, counting in _pieces(connection):
        put_postings(connection, held, Batch.of_documents(held))
        log_events(connection, Batch.of_documents({id_: held[id_] for id_ in counting}), new=held)
    origins: set[str] = set()
    for held, counting in _pieces(connection):
        plain = {id_ for id_ in counting if (event := event_of(held[id_])) and is_plain(event)}
        origins |= stale_origins(connection, Change({id_: held[id_] for id_ in counting}, {}, plain))
    log_weaving(connection, {}, sorted(origins), now)
    return len(origins)


def _pieces(connection: Connection) -> Iterator[tuple[dict[int, Document], set[int]]]:
    """All versions, and which of them count."""
    after = 0
    while rows := connection.execute(_PIECE, {"after": after, "piece": PIECE}).all():
        yield {row.id: document_of(row) for row in rows}, {row.id for row in rows if row.current and not row.deleted}
        after = rows[-1].id


def _begin_postings(connection: Connection) -> None:
    connection.execute(text("CREATE TEMP TABLE expected (document bigint, key bigint) ON COMMIT DROP"))
    connection.execute(
        text(f"CREATE TEMP TABLE posted ON COMMIT DROP AS SELECT {IDS} AS document, key FROM touch, unnest(documents) r")  # noqa: S608 - of this house
    )


def _expect_postings(connection: Connection, held: Mapping[int, Document]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy("COPY expected (document, key) FROM STDIN") as copy:
        for id_, document in held.items():
            for key in touches(document):
                copy.write(f"{id_}\t{key_hash(key)}\n")
    cursor.close()


def _postings(connection: Connection) -> Iterator[Difference]:
    for have, lack, problem in (("expected", "posted", "is not found by a key"), ("posted", "expected", "is found by a wrong key")):
        statement = f"SELECT document, count(*) AS n FROM (SELECT * FROM {have} EXCEPT SELECT * FROM {lack}) d GROUP BY 1 ORDER BY 1"  # noqa: S608 - of this house
        for row in connection.execute(text(statement)):
            yield Difference("touch", str(row.document), f"{problem} ({row.n} of them)")


def _events(connection: Connection, held: Mapping[int, Document], counting: set[int]) -> Iterator[Difference]:
    stored = {row.document_id: tuple(row)[1:] for row in connection.execute(_EVENTS, {"ids": list(held)})}
    events = {id_: event for id_, document in held.items() if (event := event_of(document))}
    numbers = numbers_of(connection, {thing for id_ in stored for thing in _things(events.get(id_))})
    for id_, event in events.items():
        if id_ not in stored and id_ in counting:
            yield Difference("event", str(id_), "is missing")
        if id_ in stored and any(thing not in numbers for thing in _things(event)):
            yield Difference("event", str(id_), "names a thing that has no number")
        elif id_ in stored and stored[id_] != row_of(event, numbers):
            yield Difference("event", str(id_), "is another one than the document states")
    for id_ in stored.keys() - events.keys():
        yield Difference("event", str(id_), "is of a document that states none")


def _things(event: Event | None) -> set[ThingId]:
    return set(named_things(event)) if event else set()


def _links_of_documents(documents: StoreView, counting: Mapping[int, Document]) -> Iterator[Difference]:
    """Links that a document states: as derived, or, where nothing is stored, its inputs to its outputs."""
    events = {id_: event for id_, document in counting.items() if (event := event_of(document))}
    wanted = {of_document(id_): id_ for id_ in events}
    stored, stale = _stored(documents.connection, list(wanted))
    rows = {row.document_id: row for row in documents.connection.execute(_EVENTS, {"ids": list(events)})}
    for one in derived(documents.connection, documents, dict.fromkeys(wanted.keys() - stale, 0)):
        id_ = wanted[one.origin]
        if one.origin in stored:
            if _as_set(one.links) != stored[one.origin]:
                yield Difference("link_set", one.origin, "is not what the documents say")
        elif id_ in rows and {(s, e) for s, e, _, _ in _as_set(one.links)} != _plainly(rows[id_], plain=is_plain(events[id_])):
            yield Difference("link_set", one.origin, "is missing: the document's links are not its inputs to its outputs")


def _plainly(row: object, *, plain: bool) -> set[tuple[int, int]]:
    inputs, outputs, lots = row.inputs, row.outputs, row.lots  # type: ignore[attr-defined]
    joined = {(output, lot) for output, lot in zip(outputs, lots, strict=False) if lot}
    through = {(start, end) for start in inputs for end in outputs if start != end}
    return through | joined if plain else set()


def _links_of_groups(documents: StoreView) -> Iterator[Difference]:
    """Links through the pools of orders and the journeys of shipments."""
    connection = documents.connection
    orders = connection.execute(text("SELECT DISTINCT plant, order_number FROM event WHERE type = 'issue' AND order_number IS NOT NULL"))
    origins = [of_order(row.plant, row.order_number) for row in orders]
    shipments = connection.execute(
        text("SELECT DISTINCT shipment FROM event WHERE type IN ('transfer_out', 'transfer_in') AND shipment > ''")
    )
    origins += [of_shipment(row.shipment) for row in shipments]
    for start in range(0, len(origins), PIECE):
        piece = origins[start : start + PIECE]
        stored, stale = _stored(connection, piece)
        for one in derived(connection, documents, {origin: 0 for origin in piece if origin not in stale}):
            if _as_set(one.links) != stored.get(one.origin, set()):
                yield Difference("link_set", one.origin, "is not what the documents say")


Rows = set[tuple[int, int, int, int]]


def _stored(connection: Connection, origins: list[str]) -> tuple[dict[str, Rows], set[str]]:
    """Stored links by origin, and the origins that are known to be stale, which prove nothing."""
    found = {row.origin: _as_set(LinkSet(*tuple(row)[2:])) for row in connection.execute(_SETS, {"origins": origins})}
    statement = text("SELECT origin FROM stale WHERE origin = ANY(:origins)").bindparams(bindparam("origins", type_=ARRAY(Text)))
    return found, {row.origin for row in connection.execute(statement, {"origins": origins})}


def _as_set(links: LinkSet) -> Rows:
    return set(zip(links.starts, links.ends, links.at, links.until, strict=True))
