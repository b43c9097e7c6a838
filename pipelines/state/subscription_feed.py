"""What becomes visible, in the order in which it does: captured events by id, documents by the weaving that told them first.

Captures are taken in under one lock, weavings are numbered under another, both held to the commit: what is read up to a number is all that
there will ever be up to it (ADR 0020). Memory is bounded by the piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Text

from pipelines.state.subscriptions import END, Place

PIECE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows a reading; empty and None narrow nothing.

    `groups` are terms of captured events of which one of each must be there. What was known up to `known` counts from the record time
    `since` on alone. `by_id` says that the query asks by eventID.
    """

    plants: Sequence[str]
    types: Sequence[str]
    groups: Sequence[Sequence[str]]
    since: datetime | None
    known: Place
    by_id: bool = False


_ANY = "(cardinality(CAST(:{0} AS text[])) = 0 OR {1} = ANY(:{0}))"
_SINCE = "(CAST(:since AS timestamptz) IS NULL OR {0} > :known OR {1} >= :since)"
_TYPES = (bindparam("plants", type_=ARRAY(Text)), bindparam("since", type_=DateTime(timezone=True)))


def captured(connection: Connection, wanted: Wanted, after: int, upto: int) -> list[Any]:
    """The next captured events behind an id, at most `PIECE`: rows with id, event_id, aliases, record_time and body."""
    told: dict[str, Any] = {"plants": list(wanted.plants), "types": list(wanted.types), "since": wanted.since}
    told |= {"known": wanted.known.event, "after": after, "upto": upto, "piece": PIECE}
    told |= {f"group{at}": list(group) for at, group in enumerate(wanted.groups)}
    groups = "".join(f" AND terms && :group{at}" for at in range(len(wanted.groups)))
    statement = text(
        "SELECT id, event_id, aliases, record_time, body FROM captured_event WHERE id > :after AND id <= :upto"  # noqa: S608 - of this house
        f" AND {_ANY.format('plants', 'plant')} AND {_ANY.format('types', 'type')} AND {_SINCE.format('id', 'record_time')}{groups}"
        " ORDER BY id LIMIT :piece"
    ).bindparams(*_TYPES, *(bindparam(name, type_=ARRAY(Text)) for name in told if name == "types" or name.startswith("group")))
    return list(connection.execute(statement, told))


_RANGES = text(
    "SELECT w.id, lower(r) AS first, upper(r) AS end FROM weaving w CROSS JOIN LATERAL unnest(w.told) r"
    " WHERE w.id >= :weaving AND w.id <= :upto AND (w.id > :weaving OR upper(r) - 1 > :document) ORDER BY w.id, lower(r) LIMIT :piece"
)
_OWN = text(
    "SELECT d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"  # noqa: S608 - of this house
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:weavings AS bigint[])) AS t(id, weaving) JOIN document d ON d.id = t.id"
    f" WHERE NOT d.deleted AND d.connection <> 'epcis' AND {_ANY.format('plants', 'd.plant')}"
    f" AND {_SINCE.format('t.weaving', 'd.recorded_at')}"
).bindparams(*_TYPES)


def own(connection: Connection, wanted: Wanted, after: Place, upto: int) -> tuple[list[tuple[Place, Any]], Place]:
    """Of the next `PIECE` documents behind a place those that did not come by EPCIS, each with its place; and the place behind all of them.

    That is the end of weaving `upto` once nothing is left.
    """
    places = _told(connection, after, upto)
    told: dict[str, Any] = {"plants": list(wanted.plants), "since": wanted.since, "known": wanted.known.weaving}
    told |= {"ids": [place.document for place in places], "weavings": [place.weaving for place in places]}
    rows = {row.id: row for row in connection.execute(_OWN, told)} if places else {}
    end = places[-1] if len(places) == PIECE else replace(after, weaving=upto, document=END)
    return [(place, rows[place.document]) for place in places if place.document in rows], end


def _told(connection: Connection, after: Place, upto: int) -> list[Place]:
    """The next places of documents, whatever these are; a place a document."""
    asked = {"weaving": after.weaving, "document": after.document, "upto": upto, "piece": PIECE}
    ranges = connection.execute(_RANGES, asked)
    every = (
        replace(after, weaving=row.id, document=document)
        for row in ranges
        for document in range(max(row.first, after.document + 1) if row.id == after.weaving else row.first, row.end)
    )
    return list(islice(every, PIECE))
