"""Timing of one thing several times, and what a process used."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self


def timed(work: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds: median, least and most of so many runs after one that does not count."""
    work()
    found = sorted(_once(work) for _ in range(times))
    return {"median": found[len(found) // 2], "least": found[0], "most": found[-1]}


def _once(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def peak() -> int:
    """The greatest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Peak:
    """The greatest memory of this process's own, in MB, while the block lasts; pages of mapped files do not count."""

    def __init__(self) -> None:
        self.own = 0
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.own = max(self.own, resident()["own"])


def resident() -> dict[str, int]:
    """Resident memory of this process now, in MB: its own, and pages of mapped files, which processes share."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return {name: int(told[key].split()[0]) // 1024 for name, key in (("own", "RssAnon"), ("mapped", "RssFile"))}
