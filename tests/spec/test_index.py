"""The index answers like the rules on random worlds: as a snapshot, and with half of the documents committed after it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from random_world import NOW, START, roots, world
from sqlalchemy import select

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.documents.envelope import Document
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.index.build import NEVER
from trace_core.index.closures import write_closures
from trace_core.index.index import Index
from trace_core.index.overlay import Overlay
from trace_core.index.snapshot import load as load_snapshot
from trace_core.memory import MemoryView
from trace_core.ports import Documents
from trace_core.store.export import write_snapshot
from trace_core.store.fresh import catch_up
from trace_core.store.judge import document_of
from trace_core.store.link_sets import derived, due, keep, micros
from trace_core.store.log import numbers_of
from trace_core.store.tables import document as table
from trace_core.walk import QUESTIONS, Asked, backward, forward

DATES = [START + timedelta(hours=hours) for hours in (5, 17, 30, 45)]
Answer = dict[str, tuple[int, int | None]]


def take(house: House, told: Sequence[dict[str, Any]]) -> None:
    load([orjson.dumps(one) for one in told], begin=house.begin, now=lambda: NOW)


def settle(house: House) -> None:
    with house.view() as view:
        found = derived(view.connection, view, due(view.connection, 10_000))  # type: ignore[attr-defined]
    with house.begin() as connection:
        keep(connection, found)


def by_rules(documents: Documents, root: ThingId, direction: str, asked: Asked) -> Answer:
    graph = Graph(documents)
    walked = (forward if direction == "forward" else backward)(graph, [root], asked)
    things = [thing for thing in walked.things() if thing != root]
    return {thing.uri: (walked.depth[thing], micros(walked.since[thing])) for thing in things}


def by_index(index: Index, numbers: dict[ThingId, int], root: ThingId, direction: str, asked: Asked) -> Answer:
    names = {number: thing for thing, number in numbers.items()}
    found = index.reach([numbers[root]], direction, micros(asked.at), asked.question)
    rows = zip(found.numbers.tolist(), found.depths.tolist(), found.since.tolist(), strict=True)
    return {names[number].uri: (depth, since) for number, depth, since in rows if names[number] != root}


def compare(house: House, index: Index) -> None:
    """Every thing, both directions, all questions, several dates; the rules read the same database snapshot."""
    things = [root for root in roots() if not root.is_container]
    with house.view() as view:
        connection = view.connection  # type: ignore[attr-defined]
        catch_up(connection, view, index.overlay)
        numbers = numbers_of(connection, things)
        everything = MemoryView(every_document(connection))
    for asked in (Asked(at, question) for question in QUESTIONS for at in DATES):
        for root in numbers:
            for direction in ("forward", "backward"):
                expected = by_rules(everything, root, direction, asked)
                assert by_index(index, numbers, root, direction, asked) == expected, (root.uri, direction, asked)


def every_document(connection: Any) -> list[Document]:
    return [document_of(row) for row in connection.execute(select(table).where(table.c.current, ~table.c.deleted))]


def reports(rng: random.Random) -> list[dict[str, Any]]:
    """Reports alone, on times that repeat and come in any order: nothing but plain events."""
    parts = [{"kind": "lot", "item": item, "number": f"{item}{n}"} for item in "ABC" for n in (1, 2)]
    units = [{"kind": "serial", "item": "S", "number": f"S{n}"} for n in (1, 2, 3, 4)]
    told = []
    for number in range(60):
        inputs = [{"thing": thing, "quantity": "1", "uom": "H87"} for thing in rng.sample([*parts, *units], 2)]
        outputs = [{"thing": thing} for thing in rng.sample([*parts, *units], rng.choice([1, 1, 2]))]
        at = (START + timedelta(hours=rng.randrange(20), minutes=rng.randrange(4))).isoformat()
        body = {"order": "O1", "operation": "X", "at": at, "outputs": outputs, "inputs": inputs}
        told.append({"kind": "operation", "plant": "HZ", "key": str(number), "revision": 1, "body": body})
    return told


@pytest.mark.parametrize("seed", range(3))
def test_plain_events_are_added_to_what_lies_over_a_snapshot(house: House, tmp_path: Path, seed: int) -> None:
    told = reports(random.Random(seed))
    take(house, told[:20])
    with house.view() as view:
        write_snapshot(view, tmp_path)  # type: ignore[arg-type]
    base = load_snapshot(tmp_path)
    index = Index(base, Overlay(base, base.weaving))

    for at in range(20, len(told), 8):
        take(house, told[at : at + 8])
        compare(house, index)


@pytest.mark.parametrize("seed", range(6))
def test_the_index_answers_like_the_rules(house: House, tmp_path: Path, seed: int) -> None:
    """Also where links were stale when the snapshot was built, which on a busy day they always are."""
    rng = random.Random(seed)
    told = rng.sample(found := world(rng), len(found))
    half = len(told) // 2
    take(house, told[: half // 2])
    settle(house)
    take(house, told[half // 2 : half])
    if seed % 2:
        settle(house)
    with house.view() as view:
        write_snapshot(view, tmp_path)  # type: ignore[arg-type]
    base = load_snapshot(tmp_path)
    index = Index(base, Overlay(base, base.weaving))
    compare(house, index)

    for at in range(half, len(told), 7):
        take(house, told[at : at + 7])
        compare(house, index)


@pytest.mark.parametrize("seed", range(3))
def test_closures_hold_the_units_that_a_search_finds(house: House, tmp_path: Path, seed: int) -> None:
    take(house, world(random.Random(seed)))
    settle(house)
    with house.view() as view:
        base = write_snapshot(view, tmp_path)  # type: ignore[arg-type]
    closures, index = write_closures(base), Index(base, Overlay(base, base.weaving))

    for number in range(1, len(base.names)):
        reached = index.reach([number], "forward", NEVER - 1).numbers.tolist()
        units = {n for n in reached if "/serial/" in base.names.of(n) and not len(index.reach([n], "forward", NEVER - 1).numbers[1:])}
        lot = "/lot/" in base.names.of(number)
        assert set(closures.of(number)) == ({n for n in units if n != number} if lot else set()), base.names.of(number)
    assert [count for _, count in closures.largest(3)] == sorted(closures.counts.tolist(), reverse=True)[:3]
