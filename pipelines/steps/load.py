"""Canonical documents from a file: one JSON object a line, through the same weave and quarantine as every connector.

Lines are taken in batches, each in one transaction with its quarantine. A line that cannot be used stops nothing but itself.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from pipelines.state import quarantine
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from pipelines.steps.weave import Woven, things_named, weave
from trace_core.errors import Problem, Rejected
from trace_core.reading import Reader
from trace_core.store.take import Outcome, Provenance

BATCH = 4000
CONNECTION = "load"
Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(slots=True)
class Loaded:
    """What became of every line of a load: the answer of contract section 2."""

    accepted: int = 0
    unchanged: int = 0
    parked: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Counts, and every rejection with its line, key and problems."""
        counts = {"accepted": self.accepted, "unchanged": self.unchanged, "parked": self.parked, "rejected": len(self.rejections)}
        return counts | {"rejections": sorted(self.rejections, key=lambda told: told["line"] or 0)}


@dataclass(slots=True)
class _Line:
    number: int
    text: bytes
    woven: Woven | None = None
    rejected: Rejected | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What a line says as far as it can be read; asked for only where it was rejected."""
        with suppress(orjson.JSONDecodeError):
            told = orjson.loads(self.text)
            return told if isinstance(told, dict) else {}
        return {}


def load(lines: Iterable[bytes], *, begin: Begin, now: Callable[[], datetime], progress: Callable[[int], None] | None = None) -> Loaded:
    """Load NDJSON. `begin` opens a transaction; `progress` is told the number of lines done after each batch."""
    tracker, reader = _Tracker(), Reader()
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    kept = ((number, line) for number, line in numbered if line)
    with _uncollected():
        while batch := [_read(reader, number, line) for number, line in islice(kept, BATCH)]:
            with begin() as connection:
                tracker.took(batch, _keep(connection, batch, now()))
            if progress:
                progress(batch[-1].number)
    return tracker.result()


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage in cycles: reading makes none, and the search takes a fifth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _read(reader: Reader, number: int, text: bytes) -> _Line:
    line = _Line(number, text)
    try:
        document = reader.read(text)
        line.woven = Woven(document, Provenance(CONNECTION, document.kind, f"{document.plant}/{document.kind}/{document.key}"), text)
    except Rejected as fault:
        line.rejected = fault
    return line


def _keep(connection: Transaction, batch: list[_Line], now: datetime) -> list[Outcome]:
    rows = [_put_away(line) for line in batch if line.rejected]
    quarantine.put(connection, rows, now=now)
    return weave(connection, [line.woven for line in batch if line.woven], now=now)


def _put_away(line: _Line) -> Quarantined:
    told = line.told
    plant = told.get("plant") if isinstance(told.get("plant"), str) else ""
    kind, key, revision = told.get("kind"), told.get("key"), told.get("revision")
    return Quarantined(
        connection=CONNECTION,
        plant=plant or "-",
        source_kind=kind if isinstance(kind, str) else "-",
        source_key=key if isinstance(key, str) else hashlib.sha256(line.text).hexdigest()[:16],
        stage="interpret",
        problems=line.rejected.problems if line.rejected else (),
        payload=line.text,
        document_kind=kind if isinstance(kind, str) else None,
        document_key=key if isinstance(key, str) else None,
        revision=revision if isinstance(revision, int) else None,
        things=frozenset(things_named(kind, plant or "-", told.get("body"))) if plant else frozenset(),
    )


class _Tracker:
    """Where every line stands, also when a later line releases or spoils it."""

    def __init__(self) -> None:
        self.loaded = Loaded()
        self.lines: dict[tuple[str, str, str, int], list[int]] = {}
        self.state: dict[int, tuple[str, str, tuple[Problem, ...]]] = {}
        self.extra: list[Outcome] = []

    def took(self, batch: list[_Line], outcomes: list[Outcome]) -> None:
        woven = [line for line in batch if line.woven]
        for line in batch:
            if line.rejected:
                self.state[line.number] = ("rejected", str(line.told.get("key") or ""), line.rejected.problems)
        for outcome in outcomes:
            name = (*outcome.name, outcome.revision)
            if outcome.at is not None:
                number = woven[outcome.at].number
                self.state[number] = (outcome.state, outcome.name[2], outcome.problems)
                if outcome.state in {"accepted", "parked", "rejected"}:
                    self.lines.setdefault(name, []).append(number)
            elif name in self.lines:
                self._changed(name, outcome)
            elif outcome.state == "rejected":
                self.extra.append(outcome)

    def _changed(self, name: tuple[str, str, str, int], outcome: Outcome) -> None:
        """A line of this load changed its state because of a later one."""
        for number in self.lines[name]:
            before, key, problems = self.state[number]
            conflicted = any(problem.path == "revision" for problem in problems)
            if before != "unchanged" and not conflicted:
                self.state[number] = (outcome.state, key, outcome.problems)
                return

    def result(self) -> Loaded:
        for number, (state, key, problems) in self.state.items():
            if state == "rejected":
                told = [problem.as_json() for problem in problems]
                self.loaded.rejections.append({"line": number, "key": key, "problems": told})
            else:
                setattr(self.loaded, state, getattr(self.loaded, state) + 1)
        for outcome in self.extra:
            told = [problem.as_json() for problem in outcome.problems]
            self.loaded.rejections.append({"line": None, "key": outcome.name[2], "problems": told})
        return self.loaded
