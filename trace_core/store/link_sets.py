"""Derived links as rows: deriving the stale ones anew, and proving that what is stored is what the documents say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import document_links, order_links, parse_origin, shipment_links
from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, Link, Node
from trace_core.ports import Documents
from trace_core.store.judge import document_of
from trace_core.store.log import numbers_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 2**62
"""`until` of a link that nothing was removed from."""


@dataclass(frozen=True, slots=True)
class LinkSet:
    """Links of one origin as columns. Things by their numbers; pools and journeys are -1, -2, … within the set; times in microseconds."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    at: tuple[int, ...]
    until: tuple[int, ...]


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly; `FOR_EVER` is `NEVER`."""
    return NEVER if moment == FOR_EVER else (moment - EPOCH) // timedelta(microseconds=1)


def _derive(documents: Documents, held: Mapping[int, Document], origin: str) -> list[Link]:
    """The links of an origin as the documents say now; `held` are the documents that count."""
    named = parse_origin(origin)
    if named.sort == "O":
        return order_links(documents, named.plant, named.order)
    if named.sort == "S":
        return shipment_links(documents, named.shipment)
    return document_links(documents, held[named.document]) if named.document in held else []


def _held(connection: Connection, origins: Iterable[str]) -> dict[int, Document]:
    """The documents among the origins that count."""
    ids = [named.document for origin in origins if (named := parse_origin(origin)).sort == "E"]
    statement = text(
        "SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body FROM document"
        " WHERE id = ANY(:ids) AND current AND NOT deleted"
    ).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    return {row.id: document_of(row) for row in connection.execute(statement, {"ids": ids})} if ids else {}


def link_set(links: Sequence[Link], numbers: Mapping[ThingId, int]) -> LinkSet:
    """Links as columns, in an order that does not depend on how they were found."""
    inner = {node: -at for at, node in enumerate(sorted({n for link in links for n in _inner(link)}, key=repr), 1)}

    def number(node: Node) -> int:
        return numbers[node] if isinstance(node, ThingId) else inner[node]

    rows = sorted({(number(link.start), number(link.end), micros(link.at), micros(link.ends())) for link in links})
    columns = tuple(zip(*rows, strict=True)) or ((), (), (), ())
    return LinkSet(*columns)


def _inner(link: Link) -> Iterator[Node]:
    return (node for node in (link.start, link.end) if not isinstance(node, ThingId))


def things_in(links: Iterable[Link]) -> set[ThingId]:
    """Every thing that a link starts or ends at."""
    return {node for link in links for node in (link.start, link.end) if isinstance(node, ThingId)}


@dataclass(frozen=True, slots=True)
class Derived:
    """The links of an origin, and the number of the weaving up to which they hold."""

    origin: str
    weaving: int
    links: LinkSet


def due(connection: Connection, limit: int) -> dict[str, int]:
    """Stale origins, the longest waiting first, with the last weaving that touched each."""
    statement = text("SELECT origin, weaving FROM stale ORDER BY weaving, origin LIMIT :limit")
    return {row.origin: row.weaving for row in connection.execute(statement, {"limit": limit})}


def stale(connection: Connection, among: Sequence[str] | None = None) -> dict[str, int]:
    """All stale origins, or those among some."""
    statement = text("SELECT origin, weaving FROM stale WHERE :all OR origin = ANY(:among) ORDER BY origin").bindparams(
        bindparam("among", type_=ARRAY(Text))
    )
    return {row.origin: row.weaving for row in connection.execute(statement, {"all": among is None, "among": list(among or ())})}


def derived(connection: Connection, documents: Documents, origins: Mapping[str, int]) -> list[Derived]:
    """The links of the origins. `documents` and `connection` read one database snapshot."""
    held = _held(connection, origins)
    links = {origin: _derive(documents, held, origin) for origin in origins}
    numbers = numbers_of(connection, things_in(link for found in links.values() for link in found))
    return [Derived(origin, origins[origin], link_set(found, numbers)) for origin, found in links.items()]


def keep(connection: Connection, found: Iterable[Derived]) -> None:
    """Store derived links, each unless newer ones are stored, and take their origins off the stale ones unless touched meanwhile."""
    found = list(found)
    if found:
        connection.execute(_STORE, [_row(one) for one in found])
        connection.execute(_DONE, {"origins": [one.origin for one in found], "numbers": [one.weaving for one in found]})


_DONE = text(
    "DELETE FROM stale s USING unnest(:origins, :numbers) AS d(origin, weaving) WHERE s.origin = d.origin AND s.weaving = d.weaving"
).bindparams(bindparam("origins", type_=ARRAY(Text)), bindparam("numbers", type_=ARRAY(BigInteger)))
_STORE = text(
    "INSERT INTO link_set AS l (origin, document_id, weaving, starts, ends, at, until)"
    " VALUES (:origin, :document, :weaving, :starts, :ends, :at, :until) ON CONFLICT (origin) DO UPDATE SET"
    " weaving = excluded.weaving, starts = excluded.starts, ends = excluded.ends, at = excluded.at, until = excluded.until"
    " WHERE l.weaving <= excluded.weaving"
)


def _row(one: Derived) -> dict[str, Any]:
    named = parse_origin(one.origin)
    links = {name: list(getattr(one.links, name)) for name in ("starts", "ends", "at", "until")}
    return {"origin": one.origin, "document": named.document if named.sort == "E" else None, "weaving": one.weaving} | links
