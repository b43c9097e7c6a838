"""How long a task works before it lets others go first, and how many documents a batch takes, by what the last ones cost."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

TURN = 0.5
"""Seconds of a task's turn; it ends with the batch under way, so that a flooded plant delays no other by more than a batch."""
TARGET = 0.5
"""Seconds that a batch should take: long enough for its commit not to count, short enough for little to be lost with a dead worker."""
FEWEST, MOST, FIRST = 50, 2000, 500


class Turn:
    """The turn of one task, from now on; without seconds it never ends."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._end = time.monotonic() + seconds

    def over(self) -> bool:
        """Whether others should go first now."""
        return time.monotonic() >= self._end


@dataclass(slots=True)
class Pace:
    """The size of the next batch of one plant."""

    size: int = FIRST

    def took(self, documents: int, seconds: float) -> None:
        """Learn from a batch: half way to the size that would have taken `TARGET`; one that was not full does not make them larger."""
        wanted = documents * TARGET / max(seconds, 1e-6)
        if documents >= self.size or wanted < self.size:
            self.size = round(min(MOST, max(FEWEST, (self.size + wanted) / 2)))
