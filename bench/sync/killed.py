"""The whole journey while processes that work are killed every half second, and whether its genealogy is that of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress
from typing import Any

from bench.sync.ours import counted, running, synced, workers
from lotweave.settings import Site

EVERY, CALLER = 0.5, 40
"""Seconds between two kills; so many of them take a process that interprets, then one takes the process that calls the system."""


def killed(site: Site) -> dict[str, Any]:
    """A journey with kills from its first half second to its end; how many there were."""
    with running(site) as house:
        kills, ended = [0], threading.Event()
        killer = threading.Thread(target=_kill, args=(site, kills, ended))
        killer.start()
        try:
            seconds = synced(site, house)
        finally:
            ended.set()
            killer.join()
        return counted(house) | {"seconds": seconds, "kills": kills[0]}


def _kill(site: Site, kills: list[int], ended: threading.Event) -> None:
    choice = random.Random(7)  # noqa: S311 - a choice that comes again
    while not ended.wait(EVERY):
        parents = {pid: parent for pid, parent, _ in workers(site)}
        children = sorted(pid for pid, parent in parents.items() if parent in parents)
        callers = sorted(pid for pid, parent in parents.items() if parent not in parents and pid not in parents.values())
        victims = callers if kills[0] % CALLER == CALLER - 1 else children
        with suppress(ProcessLookupError):
            if victims:
                os.kill(choice.choice(victims), signal.SIGKILL)
                kills[0] += 1
