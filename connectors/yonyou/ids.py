"""IDs of organisations and users by code: looked up once a process, since U9 never gives a code another ID."""

from __future__ import annotations

from collections.abc import Callable


class IdShelf:
    """What this process has looked up."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, ...], int] = {}

    def take(self, what: tuple[str, ...], look_up: Callable[[], int]) -> int:
        """The ID held, or that of `look_up`; two threads that look up together find the same. Errors: those of `look_up`."""
        if what not in self._held:
            self._held[what] = look_up()
        return self._held[what]


IDS = IdShelf()
"""The IDs of this process."""
