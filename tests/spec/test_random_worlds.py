"""Random worlds: both stores answer alike, whatever the order of arrival, and backward is forward read from the other end."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from random_world import NOW, START, roots, world

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.memory import MemoryStore
from trace_core.walk import QUESTIONS


def answers(view: Any, at: datetime, question: str, some: int = 1) -> dict[tuple[str, str], Any]:
    """Both directions for every root, or for every `some`th."""
    return {
        (direction, root.uri): trace(view, root, direction=direction, now=NOW, at=at, question=question)
        for root in roots()[::some]
        for direction in ("forward", "backward")
    }


@pytest.mark.parametrize("seed", range(3))
def test_both_stores_answer_alike_in_any_order_of_arrival(house: House, seed: int) -> None:
    rng = random.Random(seed)
    told = world(rng)
    at = START + timedelta(hours=rng.randrange(10, 45))
    store = MemoryStore()
    shuffled = rng.sample(told, len(told))
    load([orjson.dumps(one) for one in shuffled[:30]], begin=house.begin, now=lambda: NOW)
    load([orjson.dumps(one) for one in shuffled[30:]], begin=house.begin, now=lambda: NOW)
    for one in told:
        store.add(read_document(one))

    for question in QUESTIONS:
        with house.view() as view:
            found = answers(view, at, question, some=4)
        expected = answers(store.view(), at, question, some=4)
        for asked, answer in expected.items():
            mine = found[asked]
            assert mine["things"] == answer["things"], asked
            assert mine["links"] == answer["links"], asked


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("question", QUESTIONS)
def test_backward_is_forward_read_from_the_other_end(seed: int, question: str) -> None:
    rng = random.Random(1000 + seed)
    view = MemoryStore(read_document(told) for told in world(rng)).view()
    at = START + timedelta(hours=45)
    found = answers(view, at, question)
    things = {root.uri for root in roots() if not root.is_container}

    down = {(root, told["id"]) for (way, root), answer in found.items() if way == "forward" and root in things for told in answer["things"]}
    up = {(told["id"], root) for (way, root), answer in found.items() if way == "backward" and root in things for told in answer["things"]}

    assert down == up
