"""Reading events for EPCIS queries, in order, a piece at a time: those captured from others, and our own documents.

What comes back may still not fulfil the query; nothing that fulfils it is left out. Memory is bounded by the piece.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.documents.envelope import Document
from trace_core.store.judge import document_of
from trace_core.store.postings import FOUND, key_hashes

PIECE = 200


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a reading goes on: strictly beyond (time, id) in its direction."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows a reading. Empty lists and None narrow nothing; `plants` empty is all of them.

    `groups` are terms of captured events, `numbers` keys of `trace_core.touches` for documents: of each group one must be there.
    `own_documents` are the ids of the only documents of ours that are wanted.
    """

    plants: Sequence[str] = ()
    by_record_time: bool = False
    descending: bool = True
    event_from: datetime | None = None
    event_to: datetime | None = None
    record_from: datetime | None = None
    record_to: datetime | None = None
    types: Sequence[str] = ()
    actions: Sequence[str] = ()
    steps: Sequence[str] = ()
    dispositions: Sequence[str] = ()
    ids: Sequence[str] = ()
    groups: Sequence[Sequence[str]] = ()
    numbers: Sequence[Sequence[str]] = ()
    own_types: Sequence[str] = ()
    own_plants: Sequence[str] = ()
    own_partners: Sequence[str] = ()
    own_documents: Sequence[int] | None = None


def captured(connection: Connection, asked: Asked, edge: Edge | None) -> Iterator[Any]:
    """Captured events in the order asked for: rows with id, at, event_id, aliases, plant, record_time and body."""
    where = _Where("c.record_time" if asked.by_record_time else "c.event_time", "c.id", asked, edge)
    where.times("c.event_time", "c.record_time")
    where.any_of("c.plant", asked.plants)
    for column in ("type", "action", "biz_step", "disposition"):
        values = {"type": asked.types, "action": asked.actions, "biz_step": asked.steps, "disposition": asked.dispositions}[column]
        where.any_of(f"c.{column}", values)
    for group in asked.groups:
        where.overlapping("c.terms", group)
    if asked.ids:
        where.overlapping("c.aliases", asked.ids)
    columns = f"c.id, {where.order_column} AS at, c.event_id, c.aliases, c.plant, c.record_time, c.body"
    yield from where.pieces(connection, f"SELECT {columns} FROM captured_event c")  # noqa: S608 - of this house


def own(connection: Connection, asked: Asked, edge: Edge | None) -> Iterator[tuple[datetime, int, Document]]:
    """Current event documents that did not come by EPCIS, in the order asked for: (time of the order, id, document)."""
    order, id_ = ("d.recorded_at", "d.id") if asked.by_record_time else ("e.at", "e.document_id")
    where = _Where(order, id_, asked, edge)
    where.parts.append("d.current AND NOT d.deleted AND d.connection <> 'epcis'")
    where.times("e.at", "d.recorded_at")
    where.any_of("e.plant", asked.plants)
    where.any_of("e.type", asked.own_types)
    where.any_of("e.plant", asked.own_plants)
    where.any_of("d.body->>'partner'", asked.own_partners)
    if asked.own_documents is not None:
        where.add("e.document_id = ANY(?)", list(asked.own_documents), ARRAY(BigInteger))
    for keys in asked.numbers:
        where.touching(keys)
    columns = "d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"
    source = f"SELECT {columns}, {where.order_column} AS at FROM event e JOIN document d ON d.id = e.document_id"  # noqa: S608 - of this house
    for row in where.pieces(connection, source):
        yield row.at, row.id, document_of(row)


def ids_of(connection: Connection, names: Sequence[tuple[str, str, str]]) -> list[int]:
    """Ids of the current documents of these names (plant, kind, key)."""
    statement = text(
        "SELECT d.id FROM unnest(:plants, :kinds, :keys) AS asked(plant, kind, key)"
        " JOIN document d USING (plant, kind, key) WHERE d.current"
    ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("plants", "kinds", "keys")))
    plants, kinds, keys = (list(column) for column in zip(*names, strict=True)) if names else ([], [], [])
    return list(connection.execute(statement, {"plants": plants, "kinds": kinds, "keys": keys}).scalars())


class _Where:
    """Conditions of one statement, gathered with their parameters."""

    def __init__(self, order_column: str, id_column: str, asked: Asked, edge: Edge | None) -> None:
        self.order_column = order_column
        self.id_column = id_column
        self.asked = asked
        self.edge = edge
        self.parts: list[str] = []
        self.told: dict[str, Any] = {}
        self.types: dict[str, Any] = {}

    def add(self, part: str, value: Any, sort: Any = None) -> None:
        name = f"p{len(self.told)}"
        self.parts.append(part.replace("?", f":{name}"))
        self.told[name] = value
        if sort is not None:
            self.types[name] = sort

    def times(self, event: str, record: str) -> None:
        for column, sign, value in (
            (event, ">=", self.asked.event_from),
            (event, "<", self.asked.event_to),
            (record, ">=", self.asked.record_from),
            (record, "<", self.asked.record_to),
        ):
            if value is not None:
                self.add(f"{column} {sign} ?", value)

    def any_of(self, column: str, values: Collection[str]) -> None:
        if values:
            self.add(f"{column} = ANY(?)", list(values), ARRAY(Text))

    def overlapping(self, column: str, values: Collection[str]) -> None:
        self.add(f"{column} && ?", list(values), ARRAY(Text))

    def touching(self, keys: Collection[str]) -> None:
        self.add(f"d.id IN ({FOUND.replace(':keys', '?')})", key_hashes(keys), ARRAY(BigInteger))

    def pieces(self, connection: Connection, source: str) -> Iterator[Any]:
        edge, sign, way = self.edge, *(("<", "DESC") if self.asked.descending else (">", "ASC"))
        fixed = " AND ".join(self.parts) or "true"
        order = f"{self.order_column} {way}, {self.id_column} {way} LIMIT {PIECE}"
        while True:
            beyond = f" AND ({self.order_column}, {self.id_column}) {sign} (:at, :id)" if edge else ""
            statement = text(f"{source} WHERE {fixed}{beyond} ORDER BY {order}")
            statement = statement.bindparams(*(bindparam(name, type_=sort) for name, sort in self.types.items()))
            rows = list(connection.execute(statement, self.told | ({"at": edge.at, "id": edge.id} if edge else {})))
            yield from rows
            if len(rows) < PIECE:
                return
            edge = Edge(rows[-1].at, rows[-1].id)
