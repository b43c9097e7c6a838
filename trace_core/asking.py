"""Documents that remember what they were asked for: an answer can change only with a document that is found under one of these keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from trace_core.documents.envelope import Document
from trace_core.identifiers import ThingId
from trace_core.ports import Documents, Waiting
from trace_core.touches import by_packing, by_thing


class Remembering:
    """Passes every question on; `keys` are those of `trace_core.touches` that were asked for so far. Implements `ports.Documents`."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.keys: set[str] = set()

    def find(self, keys: Collection[str]) -> Iterable[Document]:
        """As the documents behind it."""
        self.keys.update(keys)
        return self.documents.find(keys)

    def waiting(self, things: Collection[ThingId]) -> Iterable[Waiting]:
        """As the documents behind it; what waits is found by the things it names."""
        for key in (by_thing, by_packing):
            self.keys.update(key(thing) for thing in things)
        return self.documents.waiting(things)
