"""What one process knows of the open platform: the token of each application, renewed under a lock, and each tenant's data centre."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Identity: TypeAlias = tuple[str, str, str]
"""Address of the token service, key of the application, tenant."""
EARLY = 60.0
"""Seconds before its end at which a token is renewed."""


class Token(NamedTuple):
    """A token and its life in seconds."""

    text: str
    seconds: float


class Addresses(NamedTuple):
    """Where a tenant's data centre answers."""

    gateway: str
    token: str


@dataclass
class _Slot:
    guard: threading.Lock = field(default_factory=threading.Lock)
    text: str = field(default="", repr=False)
    until: float = 0.0


class Shelf:
    """Tokens and addresses that this process holds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._slots: dict[Identity, _Slot] = {}
        self._addresses: dict[tuple[str, str], Addresses] = {}

    def token(self, who: Identity, fetch: Callable[[], Token], *, refused: str = "") -> str:
        """The token held if it is young and not the one just `refused`, otherwise that of `fetch`, whose errors leave the slot empty."""
        with self._guard:
            slot = self._slots.setdefault(who, _Slot())
        with slot.guard:
            if not slot.text or slot.text == refused or time.monotonic() >= slot.until:
                slot.text = ""
                told = fetch()
                slot.text, slot.until = told.text, time.monotonic() + max(told.seconds - EARLY, told.seconds / 2)
            return slot.text

    def addresses(self, where: tuple[str, str], look_up: Callable[[], Addresses]) -> Addresses:
        """The addresses held, or those of `look_up`; a failure is not remembered."""
        if where not in self._addresses:
            self._addresses[where] = look_up()
        return self._addresses[where]


SHELF = Shelf()
"""What this process holds."""
