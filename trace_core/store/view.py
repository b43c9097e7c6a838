"""Reading documents by what they touch: as of now, or as known at a past time. Implements `ports.Documents`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId
from trace_core.ports import Waiting
from trace_core.store.judge import document_of
from trace_core.store.postings import FOUND, key_hashes
from trace_core.touches import touches

_DOCUMENTS = (
    "SELECT d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"  # noqa: S608 - of this house
    f" FROM ({FOUND}) p JOIN document d ON d.id = p.id"
)
_KEYS = bindparam("keys", type_=ARRAY(BigInteger))
_NOW = text(f"{_DOCUMENTS} WHERE d.current AND NOT d.deleted").bindparams(_KEYS)
_THEN = text(
    f"{_DOCUMENTS} WHERE d.state = 'woven' AND NOT d.deleted AND d.recorded_at <= :known"
    " AND NOT EXISTS (SELECT FROM document n WHERE n.plant = d.plant AND n.kind = d.kind AND n.key = d.key"
    " AND n.revision > d.revision AND n.state = 'woven' AND n.recorded_at <= :known)"
).bindparams(_KEYS)
_PARKED = text(
    "SELECT d.id, d.kind, d.key, d.plant, d.revision, d.recorded_at, d.deleted, d.content, d.body, d.awaits"  # noqa: S608 - of this house
    f" FROM ({FOUND}) p JOIN document d ON d.id = p.id WHERE d.state = 'parked' AND d.awaits LIKE 'I:%'"
).bindparams(_KEYS)

CHUNK = 5000
"""Keys in one look-up."""
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
        hashes = key_hashes(keys)
        for start in range(0, len(hashes), CHUNK):
            told: dict[str, Any] = {"keys": hashes[start : start + CHUNK]}
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
        named = {f"{sort}:{thing.uri}": thing for thing in things for sort in "TP"}
        hashes = key_hashes(named)
        rows = [row for at in range(0, len(hashes), CHUNK) for row in self.connection.execute(_PARKED, {"keys": hashes[at : at + CHUNK]})]
        for row in {row.id: row for row in rows}.values():
            about = {named[touch] for touch in touches(document_of(row)) if touch in named}
            for thing in sorted(about):
                yield Waiting(thing, row.kind, row.key, f"its unit is not known while item {row.awaits[2:]} is missing")
