"""The reference store: documents in memory, and the rule by which revisions supersede each other. It specifies the PostgreSQL store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId
from trace_core.ports import Waiting
from trace_core.touches import touches


class MemoryStore:
    """All documents received, and views of them as of now or as known at a past time. `recorded_at` must be set on every document."""

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self.versions: dict[tuple[str, str, str], dict[int, Document]] = defaultdict(dict)
        self.waiting_about: list[Waiting] = []
        for document in documents:
            self.add(document)

    def add(self, document: Document) -> str:
        """Take a document in: `accepted`, `unchanged`, or `rejected` when the same revision already says something else."""
        revisions = self.versions[document.name]
        held = revisions.get(document.revision)
        if held is None:
            revisions[document.revision] = document
            return "accepted"
        earlier = _known_since(document) < _known_since(held)
        if held.content == document.content:
            if earlier:
                revisions[document.revision] = document
            return "unchanged"
        if earlier:
            revisions[document.revision] = document
        return "rejected"

    def view(self, as_known_at: datetime | None = None) -> MemoryView:
        """The documents that count now, or that counted with what was recorded by `as_known_at`."""
        current = []
        for revisions in self.versions.values():
            known = [d for d in revisions.values() if as_known_at is None or _known_since(d) <= as_known_at]
            if known:
                current.append(max(known, key=lambda document: document.revision))
        return MemoryView([document for document in current if not document.deleted], self.waiting_about)


class MemoryView:
    """One state of the documents, indexed by what they touch. Implements `ports.Documents`."""

    def __init__(self, current: Iterable[Document], waiting: Iterable[Waiting] = ()) -> None:
        self._index: dict[str, list[Document]] = defaultdict(list)
        self._waiting = list(waiting)
        for document in current:
            for touch in touches(document):
                self._index[touch].append(document)

    def find(self, keys: Collection[str]) -> Iterable[Document]:
        """Every document that touches one of the keys, each once."""
        return {document.name: document for key in keys for document in self._index.get(key, ())}.values()

    def waiting(self, things: Collection[ThingId]) -> Iterable[Waiting]:
        """What waits about the things."""
        return [waiting for waiting in self._waiting if waiting.thing in set(things)]


def _known_since(document: Document) -> datetime:
    if document.recorded_at is None:
        raise ValueError("a stored document has the time since when it is known")
    return document.recorded_at
