"""What one process knows of a U9 server: tokens, one per organisation and renewed under a lock, and IDs of codes.

A new login for the same client and user kills the older token (WebAPI manual V6.0), so two threads must never log in side by side.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Identity: TypeAlias = tuple[str, str, str, str, str]
"""Base address, client, enterprise, user, organisation."""


@dataclass
class _Slot:
    guard: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    born: float = 0.0


class TokenShelf:
    """The tokens this process holds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._slots: dict[Identity, _Slot] = {}

    def take(self, who: Identity, login: Callable[[], str], *, max_age: float, refused: str = "") -> str:
        """The token of `who`: the one held if it is young and not the one U9 has just `refused`, otherwise that of a new login.

        `max_age` is in seconds. Errors: those of `login`; the slot is then empty.
        """
        with self._guard:
            slot = self._slots.setdefault(who, _Slot())
        with slot.guard:
            fresh = slot.token and slot.token != refused and time.monotonic() - slot.born < max_age
            if not fresh:
                slot.token = ""
                slot.token = login()
                slot.born = time.monotonic()
            return slot.token


class IdShelf:
    """IDs of organisations and users by code, looked up once a process; U9 never gives a code another ID."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, ...], int] = {}

    def take(self, what: tuple[str, ...], look_up: Callable[[], int]) -> int:
        """The ID held, or that of `look_up`; two threads that look up together find the same. Errors: those of `look_up`."""
        if what not in self._held:
            self._held[what] = look_up()
        return self._held[what]


SHELF = TokenShelf()
"""The tokens of this process."""
IDS = IdShelf()
"""The IDs of this process."""
