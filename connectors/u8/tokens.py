"""The OpenAPI tokens this process holds, one per application and account, renewed under a lock five minutes before their end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Identity: TypeAlias = tuple[str, str, str]
"""Address, account of the developer, key of the application."""
EARLY = 300.0


@dataclass
class _Slot:
    guard: threading.Lock = field(default_factory=threading.Lock)
    text: str = field(default="", repr=False)
    until: float = 0.0


class Shelf:
    """Tokens."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._slots: dict[Identity, _Slot] = {}

    def take(self, who: Identity, fetch: Callable[[], tuple[str, float]], *, refused: str = "") -> str:
        """The token held if it is young and not the one just `refused`; otherwise what `fetch` gives with its life in seconds."""
        with self._guard:
            slot = self._slots.setdefault(who, _Slot())
        with slot.guard:
            if not slot.text or slot.text == refused or time.monotonic() >= slot.until:
                slot.text = ""
                text, seconds = fetch()
                slot.text, slot.until = text, time.monotonic() + max(seconds - EARLY, seconds / 2)
            return slot.text


SHELF = Shelf()
"""The tokens of this process."""
