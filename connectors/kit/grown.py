"""Documents made by a rule when they are asked for, so that a simulated company may have a million of them.

What is written stays: a document that was taken out to be changed is kept as it is from then on, new ones are kept behind the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableSequence
from typing import Any, SupportsIndex, overload

Document = dict[str, Any]


class Grown(MutableSequence[Document]):
    """`size` documents, the n-th of which `make(n)` makes and `first + n` is the key; documents of the rule cannot be removed."""

    def __init__(self, size: int, make: Callable[[int], Document], first: int) -> None:
        self.size = size
        self.first = first
        self._make = make
        self._changed: dict[int, Document] = {}
        self._added: list[Document] = []
        self._dropped: set[int] = set()

    def __len__(self) -> int:
        return self.size + len(self._added)

    @overload
    def __getitem__(self, at: SupportsIndex) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> list[Document]: ...
    def __getitem__(self, at: Any) -> Any:
        """A document as it is now; what the reader changes in it is kept."""
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        if place >= self.size:
            return self._added[place - self.size]
        return self._changed.setdefault(place, self._make(place))

    def __setitem__(self, at: Any, document: Any) -> None:
        place = range(len(self))[at]
        if place < self.size:
            self._changed[place] = document
        else:
            self._added[place - self.size] = document

    def __delitem__(self, at: Any) -> None:
        place = range(len(self))[at]
        if place < self.size:
            raise ValueError("a document made by the rule cannot be removed")
        del self._added[place - self.size]

    def insert(self, index: int, value: Document) -> None:
        """Keep a new document; always behind those of the rule."""
        del index
        self._added.append(value)

    def __iter__(self) -> Iterator[Document]:
        return self.beyond(None)

    def beyond(self, floor: int | None, keys: Collection[Any] | None = None) -> Iterator[Document]:
        """Documents in the order of their keys, from a key on, or of some keys alone; those of the rule are made for the reader alone."""
        start = 0 if floor is None else max(0, floor - self.first)
        chosen = range(start, self.size) if keys is None else sorted(int(key) - self.first for key in keys)
        for place in chosen:
            if start <= place < self.size and place not in self._dropped:
                yield self._changed.get(place) or self._make(place)
        yield from self._added

    def keyed(self, key: int) -> Document | None:
        """The document of the rule with that key."""
        place = key - self.first
        return self[place] if 0 <= place < self.size and place not in self._dropped else None

    def drop(self, key: int) -> None:
        """Let there be no document of that key of the rule any more; the places of the others stay."""
        self._dropped.add(key - self.first)
