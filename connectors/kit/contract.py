"""What a connector is: six methods between one system's wire and the rest of the house.

A connector returns raw documents as the system gave them and knows nothing of the genealogy. Every fault leaves as one of the
five verdicts of `trace_core.errors`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

Json: TypeAlias = Any
"""A value that `json` can carry; numbers with a fraction are `decimal.Decimal`, never `float`."""


Window: TypeAlias = tuple[datetime, datetime]
"""From when (included) to when (excluded), aware."""


class RawDocument(NamedTuple):
    """One document as a system handed it over.

    `kind` is the system's own name of the object, `key` identifies the document within (connection, kind), `stamp` is the system's
    change time as Unix milliseconds when it has one, `payload` is JSON in UTF-8, `fetched_at` is aware. `deleted` says that the
    system reports the document as gone.
    """

    connection: str
    kind: str
    key: str
    stamp: int | None
    payload: bytes
    fetched_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Documents fetched together, and the cursor from which a pull may go on once they are kept.

    `cursor` is a small JSON object that only the connector reads. After the last page it is the watermark of the next run.
    """

    documents: tuple[RawDocument, ...]
    cursor: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a connection test: what was tried, whether it worked, and what to do if not.

    `verdict` is the name of the verdict that a failed attempt ended with, such as `Unreachable`.
    """

    subject: str
    ok: bool
    sentence: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Fields to be written into one existing document of the system.

    `fields` maps the system's own field names to text values. `idempotency_key` is the same for every attempt of one push.
    """

    kind: str
    key: str
    fields: Mapping[str, str]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The system's answer to a write: its number for the document and the time of the answer."""

    kind: str
    key: str
    number: str
    at: datetime
    notes: tuple[str, ...] = field(default=())


class Connector(Protocol):
    """The whole contract between a system and the pipelines."""

    def check(self) -> Sequence[Finding]:
        """Log in and try what the configuration needs; one finding per thing tried. Raises nothing but a bug."""

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Yield pages of documents changed since `cursor` (all when None or `full`), with the system's overlap window applied."""

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """Yield what the system holds now of these keys, each once and in any order, in as few calls as its API allows.

        A key that is not yielded does not exist there. Used before and after a push, and by reconciliation.
        """

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """Yield (key, stamp) of every document that the system holds now, without their bodies. Used by reconciliation.

        A connector that is `Windowed` yields of a period only those with a change time in it; others yield all the same. Errors:
        `Unreachable` with the code `short` when fewer came than the system said there are.
        """

    def push(self, request: PushRequest) -> Receipt:
        """Write the fields, once. `Unreachable(sent=True)` means that the outcome is unknown: `read` before trying again."""

    def close(self) -> None:
        """Give back sessions and sockets; safe to call twice."""


@runtime_checkable
class Windowed(Protocol):
    """What a connector can besides whose manifest says `windows = true` in `[limits]`: read what last changed within a range of time."""

    def within(self, kind: str, since: datetime, until: datetime) -> Iterator[Page]:
        """Yield pages of documents with a change time from `since` to before `until` (aware). Cursors of the pages mean nothing.

        A document may come in more than one window. Errors: `Misconfigured` for a kind that has no change time in this system.
        """
