"""Workers are killed while a scheduled run compares and mends: what was lost and altered here is whole again, and nothing else moved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from arena.disturb import kill_at, left_at
from arena.judge import Sentence, held, judged, rehearsed
from arena.site import Arena, arena, until
from sqlalchemy import text

from lotweave.bootstrap import opened
from lotweave.schedules import named, run
from lotweave.timetable_editing import change

pytestmark = pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it")

TIMES = 5
LOSE = "DELETE FROM inbox WHERE id % 5 = 0"
ALTER = "UPDATE inbox SET content = md5(content), stamp = stamp - 1000 WHERE id % 5 = 1"
INBOX = "SELECT connection, kind, key, content FROM inbox WHERE latest AND NOT deleted ORDER BY 1, 2, 3"
MENDED = "SELECT count(*) FROM run WHERE reconcile AND state = 'done' AND findings <> '[]'"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Arena]:
    with arena(tmp_path) as made:
        yield rehearsed(made)


def contents(stage: Arena) -> list[tuple[str, ...]]:
    with stage.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(INBOX))]


def test_what_is_compared_and_mended_by_killed_workers_is_whole(stage: Arena) -> None:
    stage.reset()
    stage.sync()
    assert stage.settle(120)
    before = contents(stage)
    with stage.engine.begin() as connection:
        touched = connection.execute(text(LOSE)).rowcount + connection.execute(text(ALTER)).rowcount
    kill_at(stage, "reconcile", TIMES)

    names = [name for name, one in stage.site.connections.items() if name != "hz-masters" or one.kinds]
    for name in names:
        change(stage.site, "schedule", f"compare {name}", {"connection": name, "cron": "0 0 1 1 *", "reconcile": True})
    with opened(stage.site) as house:
        for name in names:
            run(house, named(house, f"compare {name}"), kinds=())
    until(lambda: stage.asked("SELECT count(*) FROM run WHERE reconcile AND state <> 'done'") == (0,), 300, "all is compared")
    assert stage.settle(120)

    assert touched > 50
    assert left_at(stage, "reconcile") == 0
    assert stage.asked(MENDED)[0] > 0
    assert contents(stage) == before
    now = held(stage)
    assert judged(stage, now) == Sentence(0, 0, 0, 0)
    assert now.mark() == stage.reference.mark()
