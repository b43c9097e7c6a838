"""The disk of a site runs full in the middle of a sync: everything waits, and goes on by itself when there is room again."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from arena.disturb import Disturber, disturbed
from arena.judge import Sentence, held, judged, rehearsed
from arena.site import Arena, arena

pytestmark = pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it")
SIZE = "320m"
FULL_FOR = 25.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Arena]:
    """A site whose state lies on a small disk of its own."""
    state = tmp_path / "arena" / "disk"
    state.mkdir(parents=True)
    if (
        os.geteuid() != 0
        or subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(state)], check=False).returncode
    ):
        pytest.skip("a small disk can only be made by root, where mounting is allowed")
    try:
        with arena(tmp_path / "arena", state=state) as made:
            yield rehearsed(made)
    finally:
        subprocess.run(["/bin/umount", "-l", str(state)], check=True)


def test_a_full_disk_loses_nothing_and_work_goes_on_by_itself(stage: Arena) -> None:
    stage.reset()
    pause, ballast = threading.Event(), stage.site.state / "ballast"

    def fill() -> None:
        with suppress(OSError), ballast.open("wb") as file:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        pause.wait(FULL_FOR)
        ballast.unlink()

    filling = Disturber(fill, times=1, every=1.0, first=3.0)
    with disturbed(filling):
        stage.sync()
        settled = stage.settle(300, disturbing=filling.at_it)
    stage.done()

    assert settled
    assert filling.done == 1
    assert judged(stage, held(stage)) == Sentence(0, 0, 0, 0)
    assert "Traceback" not in stage.said.read_text("utf-8")
