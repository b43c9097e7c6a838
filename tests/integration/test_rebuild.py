"""What is derived is what the documents say; where it is not, `rebuild` names it and can make it so."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from lotweave.bootstrap import House, clock
from pipelines.steps.load import load
from pipelines.steps.settle import settle
from tests.spec.random_world import NOW, world
from trace_core.store.rebuild import Difference, differences, remake


def fill(house: House, seed: int) -> None:
    rng = random.Random(seed)
    told = world(rng)
    rng.shuffle(told)
    for at in range(0, len(told), 40):
        load([orjson.dumps(one) for one in told[at : at + 40]], begin=house.begin, now=lambda: NOW)
    settle(house.begin, house.view)


def found(house: House) -> list[Difference]:
    with house.view() as documents:
        return list(differences(documents))


def change(house: House, statement: str, **told: Any) -> None:
    with house.begin() as connection:
        assert connection.execute(text(statement), told).rowcount > 0


@pytest.mark.parametrize("seed", range(4))
def test_what_was_woven_in_pieces_equals_what_is_derived_anew(house: House, seed: int) -> None:
    fill(house, seed)

    assert found(house) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE event SET inputs = inputs || inputs[1] WHERE type = 'operation' AND plain", "event"),
        ("DELETE FROM event WHERE type = 'ship'", "event"),
        ("DELETE FROM touch WHERE key IN (SELECT key FROM touch LIMIT 3)", "touch"),
        ("UPDATE touch SET documents = documents + '{[9999,10000)}' WHERE key = (SELECT min(key) FROM touch)", "touch"),
        ("UPDATE link_set SET until[1] = 5 WHERE origin IN (SELECT origin FROM link_set WHERE starts <> '{}' LIMIT 1)", "link_set"),
        ("DELETE FROM link_set WHERE starts <> '{}' AND origin LIKE 'O:%'", "link_set"),
    ],
)
def test_a_change_in_what_is_stored_is_named_and_can_be_cured(house: House, statement: str, what: str) -> None:
    fill(house, 1)
    change(house, statement)

    assert what in {one.what for one in found(house)}

    with house.begin() as connection:
        remake(connection, clock())
    settle(house.begin, house.view)
    assert found(house) == []
