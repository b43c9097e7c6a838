"""Canonical documents from a file: one JSON object a line, through the same weave and quarantine as every connector.

Lines are taken in batches, each in one transaction with its quarantine. A line that cannot be used stops nothing but itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from pipelines.state import quarantine
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from pipelines.steps.standing import Loaded, Tracker
from pipelines.steps.weave import Woven, things_named, weave
from pipelines.uncollected import uncollected
from trace_core.errors import Rejected
from trace_core.reading import Reader
from trace_core.store.take import Outcome, Provenance

BATCH = 4000
CONNECTION = "load"
Begin = Callable[[], AbstractContextManager[Transaction]]


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
    tracker, reader = Tracker(), Reader()
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    kept = ((number, line) for number, line in numbered if line)
    with uncollected():
        while batch := [_read(reader, number, line) for number, line in islice(kept, BATCH)]:
            with begin() as connection:
                outcomes = _keep(connection, batch, now())
            tracker.refused((line.number, str(line.told.get("key") or ""), line.rejected.problems) for line in batch if line.rejected)
            tracker.took([line.number for line in batch if line.woven], outcomes)
            if progress:
                progress(batch[-1].number)
    return tracker.result()


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
