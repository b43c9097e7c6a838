"""Asking so that nothing that is there counts as gone: documents by their keys, and lists to the end that the system itself says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Protocol, TypeVar

from connectors.kit.contract import Connector, RawDocument
from trace_core.errors import Unreachable

AT_ONCE = 1000
"""Keys handed to a connector together; it divides them further as its API allows."""


def read_one(connector: Connector, kind: str, key: str) -> RawDocument | None:
    """The document of that key as the system holds it now, None when it holds none."""
    return next(iter(connector.read(kind, [key])), None)


def read_surely(connector: Connector, kind: str, keys: Iterable[str]) -> Iterator[RawDocument | str]:
    """The document of every key, or the key itself where the system holds none.

    An answer may have been cut short: what is missing from it is asked for once more, by itself, before it counts as gone.
    """
    for part in batches(keys, AT_ONCE):
        missing = dict.fromkeys(part)
        for document in connector.read(kind, part):
            missing.pop(document.key, None)
            yield document
        for key in missing:
            yield read_one(connector, kind, key) or key


def batches(keys: Iterable[str], most: int, *, characters: int | None = None) -> Iterator[Sequence[str]]:
    """The keys, each once, in parts of at most `most` keys and, where that is given, of about so many `characters`.

    >>> list(batches(["a", "b", "a", "c"], 2))
    [['a', 'b'], ['c']]
    """
    part: list[str] = []
    length = 0
    for key in dict.fromkeys(keys):
        if part and (len(part) >= most or (characters is not None and length + len(key) > characters)):
            yield part
            part, length = [], 0
        part.append(key)
        length += len(key) + 3  # a comma and quotes
    if part:
        yield part


class Counted(Protocol):
    """A page of a list: its rows, its number from 1, and how many rows the system says the list has; -1 where it does not say."""

    @property
    def rows(self) -> Sized: ...  # noqa: D102 - said above
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def count(self) -> int: ...  # noqa: D102


Sheet = TypeVar("Sheet", bound=Counted)


def to_the_end(sheets: Iterable[Sheet], what: str) -> Iterator[Sheet]:
    """The pages as they come; a first page begins anew. Errors: `Unreachable` when in the end fewer rows came than there are."""
    seen, count = 0, -1
    for sheet in sheets:
        seen = len(sheet.rows) + (0 if sheet.number == 1 else seen)
        count = sheet.count
        yield sheet
    not_short(seen, count, what)


def not_short(seen: int, count: int, what: str) -> None:
    """Errors: `Unreachable` when fewer rows came than the system said there are."""
    if seen < count:
        raise Unreachable(f"{what}: {seen} rows came, but there are {count}: the list ended short", code="short")
