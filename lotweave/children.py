"""A process of a site that is started again whenever it ends: at once when it lived a while, ever later when it keeps ending."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lotweave.embedded.privileges import die_with_parent

SETTLED, LONGEST = 20.0, 8.0
"""Seconds after which a process counts as running well, and at most between two starts."""


class Backoff:
    """When something that ended may be started again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started, self._falls = clock(), 0
        self._not_before = clock()

    def started(self) -> None:
        """It runs from now on."""
        self._started = self._clock()

    def ended(self) -> float:
        """It has ended; seconds until it may be started again: none after a long life, else 0.25, 0.5, 1 … `LONGEST`."""
        lived = self._clock() - self._started
        self._falls = 0 if lived >= SETTLED else self._falls + 1
        wait = min(LONGEST, 0.125 * 2**self._falls) if self._falls else 0.0
        self._not_before = self._clock() + wait
        return wait

    def due(self) -> bool:
        """Whether the wait is over."""
        return self._clock() >= self._not_before


class Child:
    """One process with a log of its own; it ends with this one, however this one ends."""

    def __init__(self, name: str, command: list[str], *, log: Path, env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = log
        self._command, self._env, self._folder = command, dict(env), folder
        self._backoff = Backoff()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # a banner; what is to be known is logged on standard error
                stderr=stream,
                env=self._env,
                cwd=self._folder,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only at this point
            )
        self._backoff.started()

    def looked_after(self) -> str:
        """Start it again when it has ended and its wait is over; what there is to say of it, nothing mostly."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return ""
            self._process = None
            wait = self._backoff.ended()
            return f"{self.name} ended ({_named(status)}), starting it again" + (f" in {wait:g} s; {self.log} says why" if wait > 1 else "")
        if self._backoff.due():
            self.start()
        return ""

    def end(self) -> None:
        """Ask it to end."""
        if self._process is not None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended; end it and all it started by force when it does not."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _named(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"
