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
from trace_core.index.index import Index
from trace_core.index.laid import Overlay
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


@pytest.mark.parametrize("seed", range(6))
def test_the_index_answers_like_the_rules(house: House, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    told = rng.sample(found := world(rng), len(found))
    half = len(told) // 2
    take(house, told[:half])
    settle(house)
    with house.view() as view:
        write_snapshot(view.connection, tmp_path)  # type: ignore[attr-defined]
    base = load_snapshot(tmp_path)
    index = Index(base, Overlay(base, base.weaving))
    compare(house, index)

    for at in range(half, len(told), 7):
        take(house, told[at : at + 7])
        compare(house, index)
