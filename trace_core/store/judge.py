"""Whether a document can be woven now: its units convert, and what it reverses has arrived.

A verdict is a function of the documents held, never of their order: when an item's units change, everything counted in them is judged
again, and when a movement arrives, the reversals that wait for it are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.documents.envelope import Document
from trace_core.errors import Problem
from trace_core.events import Flow, measured
from trace_core.quantity import REC20, ItemUnits
from trace_core.store.batch import Batch
from trace_core.store.postings import FOUND, key_hashes
from trace_core.touches import by_item, by_movement, by_use_of_item
from trace_core.world import units_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state that a document version is in: woven, parked (awaiting a key) or rejected (with problems), and the state before."""

    name: tuple[str, str, str]
    revision: int
    state: str
    before: str = ""
    awaits: str | None = None
    problems: tuple[Problem, ...] = ()


def wakes(connection: Connection, documents: Sequence[Document]) -> dict[int, tuple[Document, str]]:
    """Earlier versions, with their states, whose verdict may change because of these.

    They are those counted in units of a changed item, and reversals of an arrived movement.
    """
    items = [by_use_of_item(document.plant, str(document.body["item"])) for document in documents if _is_item(document)]
    gone = [document for document in documents if document.kind == "item" and document.deleted]
    items += [key for document in gone for key in _items_of(connection, document)]
    movements = [by_movement(document.plant, document.key) for document in documents if document.kind == "movement"]
    if not items and not movements:
        return {}
    found = connection.execute(
        text(
            "SELECT d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body, d.state"  # noqa: S608 - of this house
            f" FROM ({FOUND}) p JOIN document d ON d.id = p.id WHERE d.state IN ('woven', 'parked', 'rejected') AND NOT d.deleted"
            " UNION ALL SELECT id, plant, kind, key, revision, recorded_at, deleted, content, body, state FROM document"
            " WHERE state = 'parked' AND awaits = ANY(:movements)"
        ).bindparams(bindparam("keys", type_=ARRAY(BigInteger)), bindparam("movements", type_=ARRAY(Text))),
        {"keys": key_hashes(items), "movements": movements},
    )
    return {row.id: (document_of(row), row.state) for row in found}


def _is_item(document: Document) -> bool:
    return document.kind == "item" and not document.deleted


def _items_of(connection: Connection, document: Document) -> Iterable[str]:
    told = text("SELECT DISTINCT body->>'item' FROM document WHERE plant = :plant AND kind = 'item' AND key = :key AND NOT deleted")
    return [by_use_of_item(document.plant, row[0]) for row in connection.execute(told, {"plant": document.plant, "key": document.key})]


def judge(
    connection: Connection, new: Mapping[int, Document], batch: Batch, woken: Mapping[int, tuple[Document, str]]
) -> dict[int, Judgement]:
    """Verdicts in the light of all documents held, these included; the `new` versions without one are woven. `batch` holds their events."""
    old = {id_: document for id_, (document, _) in woken.items() if id_ not in new}
    counted = {(thing.plant, thing.item) for document in old.values() for _, thing, _ in measured(document)}
    items = _items(connection, counted | {(flow.thing.plant, flow.thing.item) for flow in batch.flows if _is_measured(flow)})
    doubted = old | {id_: new[id_] for id_ in _doubtful(batch, items)}
    reversed_ = {(d.plant, str(d.body["reverses"])) for d in doubted.values() if d.kind == "movement" and "reverses" in d.body}
    arrived = _arrived(connection, reversed_)
    states = {id_: state for id_, (_, state) in woken.items() if id_ in old}
    return {id_: _verdict(document, items, arrived, states.get(id_, "")) for id_, document in doubted.items()}


def _is_measured(flow: Flow) -> bool:
    return bool(flow.uom) and not flow.thing.is_container


def _doubtful(batch: Batch, items: Mapping[tuple[str, str], ItemUnits]) -> list[int]:
    """Documents that reverse another or count in a unit that is not known to convert: these are judged one by one."""
    fine: dict[tuple[str, str, str], bool] = {}
    odd = np.zeros(len(batch.flows), bool)
    for place, flow in enumerate(batch.flows):
        if _is_measured(flow):
            name = (flow.thing.plant, flow.thing.item, flow.uom)
            if name not in fine:
                units = items.get(name[:2])
                fine[name] = flow.uom in REC20 if units is None else _converts(flow.uom, units)
            odd[place] = not fine[name]
    doubted = {place for place, event in enumerate(batch.events) if event.reverses is not None}
    if odd.any():
        doubted |= set(np.unique(batch.occurrences()[odd[batch.of]]).tolist())
    return [int(batch.ids[place]) for place in sorted(doubted)]


def _verdict(document: Document, items: Mapping[tuple[str, str], ItemUnits], arrived: set[tuple[str, str]], before: str) -> Judgement:
    problems: list[Problem] = []
    awaits: str | None = None
    for path, thing, uom in measured(document):
        units = items.get((thing.plant, thing.item))
        if units is None:
            if uom not in REC20:
                awaits = by_item(thing.plant, thing.item)
        elif not _converts(uom, units):
            known = ", ".join((units.base_uom, *units.per_base))
            said = f"is no unit of item {thing.item} and does not convert to one; known are {known}: correct it or declare it on the item"
            problems.append(Problem(path, said, uom))
    target = document.body.get("reverses") if document.kind == "movement" else None
    if target is not None and (document.plant, target) not in arrived:
        awaits = by_movement(document.plant, str(target))
    state = "rejected" if problems else "parked" if awaits else "woven"
    return Judgement(document.name, document.revision, state, before, awaits if state == "parked" else None, tuple(problems))


def _converts(uom: str, units: ItemUnits) -> bool:
    if uom == units.base_uom or uom in units.per_base:
        return True
    return uom in REC20 and units.base_uom in REC20 and REC20[uom][0] == REC20[units.base_uom][0]


def _items(connection: Connection, needed: set[tuple[str, str]]) -> dict[tuple[str, str], ItemUnits]:
    """Units of items by the highest revision of their documents that is not withdrawn."""
    if not needed:
        return {}
    keys = [by_item(*item) for item in needed]
    found = connection.execute(
        text(
            "SELECT DISTINCT ON (d.plant, d.key) d.plant, d.key, d.body, d.deleted FROM document d"  # noqa: S608 - of this house
            " WHERE d.kind = 'item' AND d.state <> 'conflict' AND (d.plant, d.key) IN"
            f" (SELECT i.plant, i.key FROM ({FOUND}) p JOIN document i ON i.id = p.id WHERE i.kind = 'item')"
            " ORDER BY d.plant, d.key, d.revision DESC"
        ).bindparams(bindparam("keys", type_=ARRAY(BigInteger))),
        {"keys": key_hashes(keys)},
    )
    live = sorted((row for row in found if not row.deleted), key=lambda row: row.key)
    return {(row.plant, row.body["item"]): units_of(row.body) for row in live}


def _arrived(connection: Connection, movements: set[tuple[str, str]]) -> set[tuple[str, str]]:
    if not movements:
        return set()
    plants, keys = zip(*sorted(movements), strict=True)
    found = connection.execute(
        text(
            "SELECT DISTINCT d.plant, d.key FROM unnest(:plants, :keys) AS asked(plant, key)"
            " JOIN document d ON d.plant = asked.plant AND d.kind = 'movement' AND d.key = asked.key"
            " WHERE d.state IN ('woven', 'parked') AND NOT d.deleted"
        ).bindparams(bindparam("plants", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text))),
        {"plants": list(plants), "keys": list(keys)},
    )
    return {(row.plant, row.key) for row in found}


def document_of(row: Any) -> Document:
    """The document that a row of the table holds."""
    return Document(row.kind, row.plant, row.key, row.revision, row.recorded_at, row.deleted, row.body, row.content)
