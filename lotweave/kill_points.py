"""Named moments at which a fault test may end a process as a power cut would; without a test nothing happens there.

The test names a folder in `LOTWEAVE_KILL_POINTS`. A file `MOMENT@K.ANYTHING` in it ends the first process that reaches the moment for the
K-th time, and is used up thereby. Moments: `plan`, `fetch`, `keep`, `decode`, `map`, `stage`, `apply`, `verify`, `push.planned`,
`push.sent`, `push.told`, `push.confirmed`, `reconcile`, and before and after every commit, `commit.before` and `commit.after`.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pipelines.state.database import Transaction

VARIABLE = "LOTWEAVE_KILL_POINTS"
Begin = Callable[[], AbstractContextManager[Transaction]]


def nowhere(_moment: str) -> None:
    """Nothing happens."""


class KillPoints:
    """The moments that a folder names."""

    def __init__(self, folder: Path, end: Callable[[], None] | None = None) -> None:
        self._folder = folder
        self._end = end or _power_cut
        self._reached: Counter[str] = Counter()

    def __call__(self, moment: str) -> None:
        """End this process if a file says so."""
        self._reached[moment] += 1
        for file in sorted(self._folder.glob(f"{moment}@*")):
            if self._reached[moment] >= int(file.name.rpartition("@")[2].partition(".")[0]) and _used_up(file):
                self._end()

    def around(self, begin: Begin) -> Begin:
        """The same transactions, each with a moment before its commit and one after."""

        @contextmanager
        def begun() -> Iterator[Transaction]:
            with begin() as connection:
                yield connection
                self("commit.before")
            self("commit.after")

        return begun


def _used_up(file: Path) -> bool:
    """Whether it was there for us: two processes may come at once."""
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True


def _power_cut() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
