"""Captured events are read anew when the item of a GTIN that they name comes later, changes or goes.

Their documents get a next revision where they then say something else, and are withdrawn where they say nothing more, so that the genealogy
is the same whatever came first. Pieces are transactions of their own, under the lock of captures: a capture that did not see an item ends
before the events that name it are looked for. Source: ADR 0012.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.state import captures, item_changes, quarantine
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from pipelines.steps.capture import Begin, with_items
from pipelines.steps.refused import CONNECTION, quarantined, taken
from pipelines.steps.weave import Woven, weave
from trace_core.documents.envelope import Document, content_hash, read_document
from trace_core.epcis.checks import Judged
from trace_core.epcis.inward import WITHDRAWN, meaning
from trace_core.epcis.reading import read
from trace_core.epcis.things import Ground
from trace_core.errors import Rejected
from trace_core.store.sources import current_of_sources
from trace_core.store.take import Provenance

PIECE = 500
"""Events in memory at a time."""
MOST_CHANGES = 1000
Name = tuple[str, str, str]


@dataclass(slots=True)
class _Piece:
    woven: list[Woven] = field(default_factory=list)
    fine: set[tuple[str, str]] = field(default_factory=set)
    refused: list[Quarantined] = field(default_factory=list)


def reinterpret(begin: Begin, now: Callable[[], datetime], ground: Ground) -> int:
    """Read anew what changes of items ask for, piece after piece, until nothing is left; how many events were read."""
    done = 0
    while (count := _one_piece(begin, now(), ground)) is not None:
        done += count
    return done


def _one_piece(begin: Begin, now: datetime, ground: Ground) -> int | None:
    with begin() as connection:
        captures.one_at_a_time(connection)
        changes = item_changes.next_changes(connection, most=MOST_CHANGES)
        if not changes:
            return None
        rows = item_changes.events(connection, changes, most=PIECE)
        piece = _read_anew(connection, rows, ground)
        quarantine.put(connection, piece.refused, now=now)
        taken(connection, piece.fine)
        weave(connection, piece.woven, now=now)
        item_changes.followed(connection, changes, rows[-1].id if len(rows) == PIECE else None)
    return len(rows)


def _read_anew(connection: Transaction, rows: list[Any], ground: Ground) -> _Piece:
    events = {row.id: read(row.body.encode(), "application/ld+json").events[0] for row in rows}
    here = with_items(connection, ground, [one.event for one in events.values() if one.event])
    held: dict[tuple[str, str], dict[Name, Any]] = {}
    for name, version in current_of_sources(connection, [(CONNECTION, row.type, row.content) for row in rows]).items():
        held.setdefault((version.source_kind, version.source_key), {})[name] = version
    errors = _errors(connection, rows)
    piece = _Piece()
    for row in rows:
        if not any(ground.own_parts(alias, "event") for alias in row.aliases):
            _read_one(row, events[row.id], here, held.get((row.type, row.content), {}), errors, piece)
    return piece


def _errors(connection: Transaction, rows: list[Any]) -> set[str]:
    """Contents of events, and names of them, that were declared to be errors."""
    names = {alias for row in rows for alias in row.aliases if not alias.startswith("ni:")}
    declared = [one for one in captures.held(connection, {row.content for row in rows}, names) if one.declares]
    return {one.content for one in declared} | {alias for one in declared for alias in one.aliases}


def _read_one(row: Any, judged: Judged, ground: Ground, held: Mapping[Name, Any], errors: set[str], piece: _Piece) -> None:
    """What the event says now against what is held of it."""
    if judged.event is None:
        raise AssertionError(f"captured event {row.id} does not read back: {judged.problems}")
    origin = Provenance(CONNECTION, row.type, row.content)
    said: dict[Name, Document] = {}
    if row.content not in errors and errors.isdisjoint(row.aliases):
        try:
            found = meaning(judged.event, ground)
            said = {one.name: one for told in found.documents for one in [read_document(told)]} if found.plant == row.plant else {}
        except Rejected as fault:
            piece.refused.append(quarantined(judged, row.plant, ground, fault.problems, row.job))
            return
        if found.plant != row.plant:
            return
    piece.fine.add((row.type, row.content))
    payload = row.body.encode()
    piece.woven += [Woven(document, origin, payload) for document in _next_versions(said, held)]


def _next_versions(said: Mapping[Name, Document], held: Mapping[Name, Any]) -> Iterator[Document]:
    for name, document in said.items():
        version = held.get(name)
        if version is None:
            yield document
        elif version.revision < WITHDRAWN and (version.deleted or version.content != document.content):
            yield document.revised(version.revision + 1)
    for (plant, kind, key), version in held.items():
        if (plant, kind, key) not in said and not version.deleted:
            body: dict[str, Any] = {}
            gone = content_hash(kind, deleted=True, body=body)
            yield Document(kind, plant, key, version.revision + 1, None, deleted=True, body=body, content=gone)
