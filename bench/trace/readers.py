"""Several processes that read one mapped snapshot at once: what each core loses against one reader alone."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

from bench.trace.engines import NOW
from trace_core.index.index import Index
from trace_core.index.overlay import Overlay
from trace_core.index.snapshot import load

ROUNDS = 5


def _read(home: Path, roots: list[int], ready: Any, seconds: Any) -> None:
    base = load(home)
    index = Index(base, Overlay(base, base.weaving))
    for root in roots:
        index.reach([root], "forward", NOW)
    ready.wait()
    start = time.perf_counter()
    for _ in range(ROUNDS):
        for root in roots:
            index.reach([root], "forward", NOW)
    seconds.put(time.perf_counter() - start)


def rounds_per_second(home: Path, roots: list[int], readers: int) -> float:
    """Rounds through all questions in a second, all readers together."""
    context = multiprocessing.get_context("spawn")
    ready, seconds = context.Barrier(readers), context.Queue()
    processes = [context.Process(target=_read, args=(home, roots, ready, seconds)) for _ in range(readers)]
    for process in processes:
        process.start()
    slowest = max(seconds.get() for _ in processes)
    for process in processes:
        process.join()
    return readers * ROUNDS / slowest


def loss_of_four(home: Path, roots: list[int]) -> dict[str, float]:
    """What four readers lose per core against one that has a core for itself."""
    cores = min(4, os.cpu_count() or 1)
    alone, together = (rounds_per_second(home, roots, readers) for readers in (1, 4))
    return {"alone": alone, "four": together, "cores": cores, "loss_per_core": 1 - together / cores / alone}
