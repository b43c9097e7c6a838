"""One clock for all processes of a site: the database's, carried on by this process's own steady clock.

Leases and retries are compared between machines. Their own clocks differ and are stepped; two of them would take each other's work away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

FRESH = 30.0
"""Seconds after which the database is asked again."""


class SteadyClock:
    """Now, aware, in UTC. While the database does not answer, time goes on from its last answer, at first from this machine's clock."""

    def __init__(
        self, ask: Callable[[], datetime | None], *, machine: Callable[[], datetime], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._machine, self._steady = ask, machine, steady
        self._guard = threading.Lock()
        self._told: datetime | None = None
        self._at, self._asked = 0.0, float("-inf")

    def __call__(self) -> datetime:
        """The time now."""
        with self._guard:
            here = self._steady()
            if self._told is None:
                self._took(self._ask() or self._machine(), here)
            elif here - self._asked >= FRESH:
                self._took(self._ask() or self._now(), here)
            return self._now()

    def _took(self, told: datetime, here: float) -> None:
        self._told, self._at, self._asked = told, self._steady(), here

    def _now(self) -> datetime:
        return (self._told or self._machine()) + timedelta(seconds=self._steady() - self._at)
