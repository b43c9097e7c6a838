"""What the genealogy asks of a store: documents by the keys they touch. Both stores offer it; every rule works on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document about `thing` that waits for a person or for another document, and why."""

    thing: ThingId
    kind: str
    key: str
    reason: str


class Documents(Protocol):
    """Current documents, or those known at a past time: one per (plant, kind, key), the highest accepted revision, none withdrawn."""

    def find(self, keys: Collection[str]) -> Iterable[Document]:
        """Every document that touches at least one of the keys (see `touches`), each once, in any order."""

    def waiting(self, things: Collection[ThingId]) -> Iterable[Waiting]:
        """Documents in quarantine, or parked for a missing unit, that name one of the things."""
