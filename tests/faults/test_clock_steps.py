"""The clock of a site's machine jumps while it syncs: ten minutes ahead, an hour back, a day ahead; nothing is lost, doubled or given up.

The workers, the beat and the console see the steps; the database does not, as with a database on another machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from arena.disturb import Disturber, disturbed
from arena.judge import Sentence, held, judged, rehearsed
from arena.site import Arena, arena

COMPILER = shutil.which("cc")
SOURCE = Path(__file__).parent / "arena" / "clock.c"
pytestmark = [
    pytest.mark.skipif(COMPILER is None, reason="there is no C compiler to make the stepped clock with (Debian: gcc)"),
    pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it"),
]
STEPS = (600, -3600, 0, 90_000, -600, 0)
"""Seconds that the time of day is off, one after the other; right in the end, or the ERPs refuse what is signed with it."""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arena]:
    """A site whose processes take the time of day as a file says it."""
    subprocess.run([str(COMPILER), "-shared", "-fPIC", "-O2", "-o", str(tmp_path / "clock.so"), str(SOURCE), "-ldl"], check=True)
    monkeypatch.setenv("STEPPED_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("LD_PRELOAD", str(tmp_path / "clock.so"))
    step(tmp_path, 0)
    with arena(tmp_path / "arena") as made:
        monkeypatch.delenv("LD_PRELOAD")  # the tester and the verbs are on another machine
        yield rehearsed(made)


def step(folder: Path, seconds: int) -> None:
    """Let the clock jump; the file is replaced at once, so that nobody reads half of it."""
    (folder / "clock.new").write_text(str(seconds), "ascii")
    (folder / "clock.new").replace(folder / "clock")


def test_steps_of_the_clock_lose_and_double_nothing(stage: Arena, tmp_path: Path) -> None:
    steps = cycle(STEPS)
    stage.reset()
    stepping = Disturber(lambda: step(tmp_path, next(steps)), times=12, every=1.5, first=0.5)
    with disturbed(stepping):
        stage.sync()
        settled = stage.settle(240, disturbing=stepping.at_it)
    left = "" if settled else stage.left()
    stage.done()

    assert settled, left
    assert judged(stage, held(stage)) == Sentence(0, 0, 0, 0)
    assert stage.stall < 30
    assert "Traceback" not in stage.said.read_text("utf-8")
