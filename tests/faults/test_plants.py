"""A plant that is slow, silent or flooded delays no other plant."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from arena.judge import Sentence, held, judged, rehearsed
from arena.site import Arena, arena, until
from sqlalchemy import text

LONG = pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it")
FLOOD = 150_000
LAST = "SELECT plant, max(finished_at) AS at, bool_and(state = 'done') AS done FROM run GROUP BY plant"
WATER = """
WITH kept AS (INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
SELECT 'hz-masters', 'HZ', 'BD_Supplier', 'flood-' || n, 'flood-' || n,
       convert_to(json_build_object('FSupplierId', n, 'FNumber', 'F' || n, 'FName', '水')::text, 'UTF8'),
       1, false, now(), true
FROM generate_series(1, :many) AS n RETURNING plant, id, key
)
INSERT INTO uninterpreted (plant, lane, id) SELECT plant, abs(hashtext(key) % 8), id FROM kept
"""
POISON = """
WITH kept AS (INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
SELECT 'hz-kingdee', 'HZ', kind, key, key, convert_to(payload, 'UTF8'), 1, false, now(), true
FROM (VALUES
    ('PRD_MO', 'poison-1', 'no JSON at all'),
    ('PRD_MO', 'poison-2', '[[[[1e400]]]]'),
    ('PRD_INSTOCK', 'poison-3', '{"FBillNo": 7, "FDocumentStatus": "C", "FEntity": "rows"}'),
    ('NO_SUCH_KIND', 'poison-4', '{}')
) AS poison(kind, key, payload) RETURNING plant, id, key
)
INSERT INTO uninterpreted (plant, lane, id) SELECT plant, abs(hashtext(key) % 8), id FROM kept
"""
WAITING = "SELECT count(*) FROM uninterpreted WHERE plant = 'HZ'"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    folder: Path = tmp_path_factory.mktemp("plants")
    with arena(folder) as made:
        yield rehearsed(made)


def done(stage: Arena, plant: str) -> bool:
    with stage.engine.connect() as connection:
        found = {row.plant: row for row in connection.execute(text(LAST))}
    return plant in found and bool(found[plant].done)


def test_a_plant_whose_system_says_nothing_keeps_no_other_waiting(stage: Arena) -> None:
    stage.reset()
    silent = stage.erps["HZ"].process
    assert silent is not None
    os.kill(silent.pid, signal.SIGSTOP)
    try:
        stage.sync()
        until(lambda: done(stage, "SU"), 90, "SU is done while HZ's system says nothing")
        assert not done(stage, "HZ")
    finally:
        os.kill(silent.pid, signal.SIGCONT)

    assert stage.settle(240)
    stage.done()
    assert judged(stage, held(stage)) == Sentence(0, 0, 0, 0)


def test_poison_stops_nothing_but_itself(stage: Arena) -> None:
    stage.reset()
    with stage.engine.begin() as connection:
        connection.execute(text(POISON))
    stage.sync()
    assert stage.settle(240)
    stage.done()

    assert judged(stage, held(stage)) == Sentence(0, 0, 0, 0)
    poisoned = stage.asked("SELECT array_agg(source_key ORDER BY source_key) FROM quarantine WHERE state = 'waiting'")
    assert poisoned is not None
    assert poisoned[0] == ["poison-1", "poison-4"]  # of the two others, which state nothing, nothing comes


@LONG
def test_a_flooded_plant_delays_no_other_by_more_than_a_batch(stage: Arena) -> None:
    stage.reset()
    with stage.engine.begin() as connection:
        connection.execute(
            text(WATER),
            {"many": FLOOD},
        )
    stage.sync()
    until(lambda: done(stage, "SU"), 120, "SU is done while HZ is flooded")
    left = stage.asked(WAITING)

    assert left is not None
    assert left[0] > 0
    stage.done()
    assert stage.settle(300)
