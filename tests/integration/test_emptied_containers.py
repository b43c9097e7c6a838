"""A removal that names no contents takes everything out: the same on both stores, and what is derived stays what the documents say."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from lotweave.bootstrap import House
from pipelines.steps.load import load
from pipelines.steps.settle import settle
from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.memory import MemoryStore
from trace_core.store.rebuild import differences

sys.path.append(str(Path(__file__).parents[1] / "spec"))

from random_world import CARTONS, NOW, START, roots, world  # isort: skip


def emptying(rng: random.Random, number: int) -> dict[str, Any]:
    at = (START + timedelta(hours=rng.randrange(40))).isoformat()
    body = {"container": rng.choice(CARTONS), "at": at, "action": "remove", "contents": []}
    return {"plant": rng.choice(["HZ", "SU"]), "kind": "pack", "key": f"E{number}", "revision": 1, "recorded_at": at, "body": body}


@pytest.mark.parametrize("seed", range(4))
def test_both_stores_and_what_is_derived_agree(house: House, seed: int) -> None:
    rng = random.Random(7000 + seed)
    told = [*world(rng), *(emptying(rng, number) for number in range(8))]
    rng.shuffle(told)
    for part in (told[:30], told[30:50], told[50:]):
        load([orjson.dumps(one) for one in part], begin=house.begin, now=lambda: NOW)
        settle(house.begin, house.view)
    store = MemoryStore()
    for one in told:
        store.add(read_document(one))

    at = START + timedelta(hours=rng.randrange(10, 45))
    with house.view() as view:
        for root in roots():
            for direction in ("forward", "backward"):
                asked: dict[str, Any] = {"direction": direction, "now": NOW, "at": at}
                mine, wanted = trace(view, root, **asked), trace(store.view(), root, **asked)
                assert (mine["things"], mine["links"]) == (wanted["things"], wanted["links"])
        assert [one.as_json() for one in differences(view)] == []
