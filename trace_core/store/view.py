"""Reading documents by what they touch: as of now, or as known at a past time. Implements `ports.Documents`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId
from trace_core.ports import Waiting
from trace_core.store.judge import document_of

_NOW = text(
    "SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body FROM document"
    " WHERE current AND NOT deleted AND touches && :keys"
).bindparams(bindparam("keys", type_=ARRAY(Text)))
_THEN = text(
    "SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body FROM document d"
    " WHERE state = 'woven' AND NOT deleted AND touches && :keys AND recorded_at <= :known"
    " AND NOT EXISTS (SELECT FROM document n WHERE n.plant = d.plant AND n.kind = d.kind AND n.key = d.key"
    " AND n.revision > d.revision AND n.state = 'woven' AND n.recorded_at <= :known)"
).bindparams(bindparam("keys", type_=ARRAY(Text)))

CHUNK = 400
"""Keys in one look-up: every row found is compared with all of them again, so that the cost of a look-up grows with their square."""
WaitingAbout = Callable[[Collection[ThingId]], Iterable[Waiting]]


class StoreView:
    """One state of the documents in PostgreSQL, within the caller's transaction.

    `waiting_about` tells what waits in quarantine about things; the quarantine belongs to the pipelines, not to the genealogy.
    """

    def __init__(self, connection: Connection, *, as_known_at: datetime | None = None, waiting_about: WaitingAbout | None = None) -> None:
        self.connection = connection
        self.as_known_at = as_known_at
        self.waiting_about = waiting_about

    def find(self, keys: Collection[str]) -> Iterable[Document]:
        """Every document that touches one of the keys, each once; one statement for each chunk of keys."""
        found: dict[int, Document] = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), CHUNK):
            told: dict[str, Any] = {"keys": ordered[start : start + CHUNK]}
            rows = (
                self.connection.execute(_THEN, told | {"known": self.as_known_at})
                if self.as_known_at
                else self.connection.execute(_NOW, told)
            )
            found |= {row.id: document_of(row) for row in rows if row.id not in found}
        return found.values()

    def waiting(self, things: Collection[ThingId]) -> Iterable[Waiting]:
        """Documents in quarantine or parked for a missing unit that name one of the things."""
        yield from self._parked(things)
        if self.waiting_about is not None:
            yield from self.waiting_about(things)

    def _parked(self, things: Collection[ThingId]) -> Iterable[Waiting]:
        named = {thing.uri: thing for thing in things}
        statement = text(
            "SELECT id, kind, key, awaits, touches FROM document WHERE state = 'parked' AND awaits LIKE 'I:%' AND touches && :keys"
        ).bindparams(bindparam("keys", type_=ARRAY(Text)))
        keys = [f"{sort}:{uri}" for uri in named for sort in "TP"]
        rows = [row for at in range(0, len(keys), CHUNK) for row in self.connection.execute(statement, {"keys": keys[at : at + CHUNK]})]
        for row in {row.id: row for row in rows}.values():
            for uri in sorted({touch[2:] for touch in row.touches} & named.keys()):
                yield Waiting(named[uri], row.kind, row.key, f"its unit is not known while item {row.awaits[2:]} is missing")
