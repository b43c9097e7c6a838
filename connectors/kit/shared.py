"""What all workers of a site know together about a company's system: who called when, whether it is down, which session is open.

A small store of values that expire, and counted calls. `LocalShared` serves one process (verbs, tests); with workers it lies in Redis or
Valkey (`shared_redis`). Losing all of it costs a login and at most one span of a quota, never a record.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from connectors.kit.limits import Rate

Window = tuple[str, Rate]
"""The name under which calls are counted, and how many of them are allowed."""


class Shared(Protocol):
    """Names, values and spans; every operation is atomic. Errors: `Unreachable` when the store does not answer."""

    def take(self, windows: Sequence[Window]) -> float:
        """Count one call in every window and return 0, or count none and return the seconds until there is room in all."""

    def look(self, *names: str) -> list[bytes | None]:
        """The values held under the names."""

    def put(self, name: str, value: bytes, seconds: float) -> None:
        """Hold a value for so long."""

    def put_new(self, name: str, value: bytes, seconds: float) -> bool:
        """Hold a value where there is none; whether it was so."""

    def drop(self, name: str, value: bytes | None = None) -> None:
        """Forget a value; with `value` only while it is that one."""

    def count(self, name: str, seconds: float) -> int:
        """Add one to a number that is forgotten `seconds` after it was last added to; the new number."""

    def left(self, name: str) -> float:
        """Seconds until the value is forgotten, 0 when there is none."""


class LocalShared:
    """The store of one process, for all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._held: dict[str, tuple[bytes, float]] = {}
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def take(self, windows: Sequence[Window]) -> float:
        """As `Shared.take`."""
        with self._guard:
            now, wait = self._clock(), 0.0
            for name, rate in windows:
                calls = self._calls[name]
                if len(calls) >= rate.calls:
                    wait = max(wait, calls[-rate.calls] + rate.seconds - now)
            if wait > 0:
                return wait
            for name, most in remembered(windows).items():
                self._calls[name].append(now)
                while len(self._calls[name]) > most:
                    self._calls[name].popleft()
            return 0.0

    def look(self, *names: str) -> list[bytes | None]:
        """As `Shared.look`."""
        with self._guard:
            return [self._value(name) for name in names]

    def put(self, name: str, value: bytes, seconds: float) -> None:
        """As `Shared.put`."""
        with self._guard:
            self._held[name] = value, self._clock() + seconds

    def put_new(self, name: str, value: bytes, seconds: float) -> bool:
        """As `Shared.put_new`."""
        with self._guard:
            if self._value(name) is not None:
                return False
            self._held[name] = value, self._clock() + seconds
            return True

    def drop(self, name: str, value: bytes | None = None) -> None:
        """As `Shared.drop`."""
        with self._guard:
            if value is None or self._value(name) == value:
                self._held.pop(name, None)

    def count(self, name: str, seconds: float) -> int:
        """As `Shared.count`."""
        with self._guard:
            number = int(self._value(name) or 0) + 1
            self._held[name] = str(number).encode(), self._clock() + seconds
            return number

    def left(self, name: str) -> float:
        """As `Shared.left`."""
        with self._guard:
            return self._held[name][1] - self._clock() if self._value(name) is not None else 0.0

    def _value(self, name: str) -> bytes | None:
        value, until = self._held.get(name, (b"", float("-inf")))
        if until <= self._clock():
            self._held.pop(name, None)
            return None
        return value


def remembered(windows: Sequence[Window]) -> dict[str, int]:
    """How many calls each name must remember."""
    found: dict[str, int] = {}
    for name, rate in windows:
        found[name] = max(found.get(name, 0), rate.calls)
    return found
