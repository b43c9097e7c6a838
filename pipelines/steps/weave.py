"""Canonical documents into the genealogy: take them in, put what cannot be used into quarantine, release what is cured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from pipelines.state import changes, item_changes, quarantine
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from trace_core.documents.envelope import Document
from trace_core.identifiers import ItemCode, PlantCode, ThingId
from trace_core.store.take import Outcome, Provenance, take
from trace_core.touches import waiting_things


class Woven(NamedTuple):
    """A canonical document with its provenance, and the payload to keep should it be rejected."""

    document: Document
    origin: Provenance
    payload: bytes


def weave(
    connection: Transaction, batch: Sequence[Woven], *, now: datetime, after: Callable[[list[Outcome]], None] | None = None
) -> list[Outcome]:
    """Take a batch in, and note what changed.

    Outcomes say what became of each document, and of earlier ones whose state changed because of it.
    """
    outcomes = take(connection, [one.document for one in batch], [one.origin for one in batch], now=now)
    put_away = [_quarantined(outcome, batch) for outcome in outcomes if outcome.state == "rejected"]
    quarantine.put(connection, put_away, now=now)
    fine = [(*outcome.name, outcome.revision) for outcome in outcomes if outcome.state in {"accepted", "parked"}]
    quarantine.resolve(connection, fine)
    changes.note(connection, {outcome.name for outcome in outcomes if outcome.state != "unchanged"})
    items = [outcome for outcome in outcomes if outcome.name[1] == "item" and outcome.state != "unchanged"]
    item_changes.note(connection, {(one.name[0], one.name[2], one.revision) for one in items})
    if after is not None:
        after(outcomes)
    return outcomes


def _quarantined(outcome: Outcome, batch: Sequence[Woven]) -> Quarantined:
    plant, kind, key = outcome.name
    one = batch[outcome.at] if outcome.at is not None else None
    conflict = any(problem.path == "revision" for problem in outcome.problems)
    origin = one.origin if one else Provenance("-", kind, key)
    told: Any = dict(one.document.body) if one else {}
    return Quarantined(
        connection=origin.connection,
        plant=plant,
        source_kind=origin.source_kind,
        source_key=origin.source_key,
        stage="conflict" if conflict else "weave",
        problems=outcome.problems,
        payload=one.payload if one else orjson.dumps({"plant": plant, "kind": kind, "key": key, "revision": outcome.revision}),
        document_kind=kind,
        document_key=key,
        revision=outcome.revision,
        things=frozenset(things_named(kind, plant, told)),
    )


def things_named(kind: object, plant: str, body: Any) -> set[ThingId]:
    """Things that a document's body names, as far as it can be read; for a pack also its container, for a lot document the lot."""
    found = waiting_things(body, plant)
    told = body if isinstance(body, dict) else {}
    if kind == "pack" and isinstance(told.get("container"), str):
        found.add(ThingId(PlantCode(plant), "container", ItemCode(""), told["container"]))
    if kind == "lot" and isinstance(told.get("item"), str) and isinstance(told.get("lot"), str):
        found.add(ThingId(PlantCode(plant), "lot", ItemCode(told["item"]), told["lot"]))
    return found
