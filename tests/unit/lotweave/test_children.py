"""A process that ended comes again: at once after a long life, ever later when it keeps ending."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from lotweave.children import LONGEST, SETTLED, Backoff, Child


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_lived_a_while_is_started_again_at_once() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    backoff.started()
    clock.now += SETTLED

    assert backoff.ended() == 0
    assert backoff.due()


def test_what_keeps_ending_waits_ever_longer_but_is_never_given_up() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    waits = []
    for _ in range(12):
        backoff.started()
        waits.append(backoff.ended())
        assert not backoff.due()
        clock.now += waits[-1]
        assert backoff.due()

    assert waits[:4] == [0.25, 0.5, 1, 2]
    assert waits[-1] == LONGEST


def test_a_killed_process_runs_again(tmp_path: Path) -> None:
    child = Child(
        "one",
        [sys.executable, "-c", "import os, signal, sys; print(os.getpid(), file=sys.stderr, flush=True); signal.pause()"],
        log=tmp_path / "one.log",
        env=os.environ,
        folder=tmp_path,
    )
    child.start()
    first = pids(tmp_path, 1)[0]
    os.kill(first, signal.SIGKILL)
    said = [one for one in look(child, tmp_path, until=2) if one]

    assert said == ["one ended (SIGKILL), starting it again"]
    assert pids(tmp_path, 2)[1] != first
    child.end()
    child.wait(10)


def look(child: Child, folder: Path, *, until: int) -> list[str]:
    said, waiting = [], threading.Event()
    for _ in range(1000):
        said.append(child.looked_after())
        if len((folder / "one.log").read_text().split()) >= until:
            return said
        waiting.wait(0.01)
    return said


def pids(folder: Path, wanted: int) -> list[int]:
    waiting = threading.Event()
    for _ in range(1000):
        found = (folder / "one.log").read_text().split()
        if len(found) >= wanted:
            return [int(one) for one in found]
        waiting.wait(0.01)
    return []
