"""A system of one kind that holds what a test puts there, and the plumbing of a site that reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.kit.contract import Page, RawDocument, Window
from lotweave.bootstrap import House
from pipelines.ports import Line, Plumbing
from trace_core.errors import Misconfigured, Unreachable

LINE = Line("mes", "HZ", "acme", UTC, {"Lot": 10})


def at(text: str) -> int:
    """A time in UTC as Unix milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class System:
    """`held` maps keys to stamp and text. A survey ends after `told` of them, silently or, when `counts`, with the fault that says so.

    Reading by key tells `more` than lists do.
    """

    def __init__(self, held: Mapping[str, tuple[int | None, str]]) -> None:
        self.held = dict(held)
        self.told: int | None = None
        self.counts = False
        self.repeats = False
        self.more = ""
        self.asked: list[list[str]] = []

    def pull(self, kind: str, cursor: Any, *, full: bool = False) -> Iterator[Page]:
        yield Page(tuple(self._raw(kind, key) for key in self.held), {})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        self.asked.append(list(keys))
        return (self._raw(kind, key, self.more) for key in keys if key in self.held)

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        yield from islice(((key, stamp) for key, (stamp, _) in self.held.items()), self.told)
        if self.repeats:
            yield from ((key, stamp) for key, (stamp, _) in self.held.items())
        if self.counts and self.told is not None:
            raise Unreachable(f"{self.told} rows came, but there are {len(self.held)}: the list ended short", code="short")

    def close(self) -> None:
        """Nothing is open."""

    def _raw(self, kind: str, key: str, more: str = "") -> RawDocument:
        stamp, text = self.held[key]
        return RawDocument("mes", kind, key, stamp, (text + more).encode(), datetime.now(UTC))


class Windowed(System):
    """The same where it can be asked for a period; `windows` are those it was asked for."""

    def __init__(self, held: Mapping[str, tuple[int | None, str]]) -> None:
        super().__init__(held)
        self.windows: list[Window] = []
        self.dated = True

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        return ((key, stamp) for key, stamp in super().survey(kind) if within is None or self._in(stamp, within))

    def within(self, kind: str, since: datetime, until: datetime) -> Iterator[Page]:
        if not self.dated:
            raise Misconfigured(f"{kind} has no change time: pull all of it", code="window")
        self.windows.append((since, until))
        yield Page(tuple(self._raw(kind, key) for key, (stamp, _) in self.held.items() if self._in(stamp, (since, until))), {})

    @staticmethod
    def _in(stamp: int | None, window: Window) -> bool:
        return stamp is not None and window[0].timestamp() * 1000 <= stamp < window[1].timestamp() * 1000


def plumbing(house: House, system: System, folder: Path) -> Plumbing:
    """Pipelines without mappings: what is interpreted goes into quarantine."""
    return Plumbing(
        begin=house.begin,
        view=house.view,
        now=lambda: datetime.now(UTC),
        lines={"mes": LINE},
        connector=lambda _: system,  # type: ignore[arg-type, return-value]
        mapper=lambda _line, _kind: None,
        outward=lambda _line: None,
        wake=lambda _task, _argument, _plant: None,
        snapshots=folder,
    )
