"""A sync of two plants disturbed in every way: the same genealogy as undisturbed, hash for hash, and every result in the ERPs once.

The judge asks the simulators what they themselves noted. All scenes run with `make faults`; every test run takes the first few.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from arena.disturb import disturbed, kill_at, left_at
from arena.judge import Sentence, held, judged, rehearsed
from arena.scenes import Scene, scenes
from arena.site import Arena, arena

ALL = os.environ.get("LOTWEAVE_FAULTS") == "all"
SCENES = [scene for scene in scenes() if ALL or scene.short]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """The site, with what an undisturbed sync ends in."""
    folder: Path = tmp_path_factory.mktemp("arena")
    with arena(folder) as made:
        yield rehearsed(made)


@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_a_disturbed_sync_ends_as_an_undisturbed_one(stage: Arena, scene: Scene, record_property: Any) -> None:
    assert stage.reference.results
    assert len(stage.reference.documents) > 200
    stage.reset()
    for moment, times in scene.moments.items():
        kill_at(stage, moment, times)
    for plant, orders in scene.faults.items():
        stage.erps[plant].order(*map(dict, orders))
    disturbers = [one(stage) for one in scene.disturbers]

    with disturbed(*disturbers):
        stage.sync()
        settled = stage.settle(scene.patience, disturbing=lambda: any(one.at_it() for one in disturbers))
    left = "" if settled else stage.left()
    stage.done()
    now = held(stage)
    sentence = judged(stage, now)

    killed = sum(times - left_at(stage, moment) for moment, times in scene.moments.items()) + sum(one.done for one in disturbers)
    told = {"scene": scene.name, "disturbed": killed, "stall": round(stage.stall, 1), "may": scene.stall, "asked again": stage.resyncs}
    record_property("fault", told | dict(zip(("lost", "doubled", "disordered", "unbalanced"), astuple(sentence), strict=True)))
    assert settled, left
    assert "Traceback" not in stage.said.read_text("utf-8")
    assert sentence == Sentence(0, 0, 0, 0)
    assert now.mark() == stage.reference.mark()
    assert killed > 0 or scene.faults
    assert all(left_at(stage, moment) == 0 for moment in scene.moments) or not scene.short
