"""Doing something again and again beside a piece of work for as long as it lasts: what is held by a process that died is not renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beating(beat: Callable[[], None], every: float) -> Iterator[None]:
    """Call `beat` every so many seconds in a thread of its own until the block ends; after it, it is not called again."""
    ended = threading.Event()

    def beats() -> None:
        while not ended.wait(every):
            beat()

    thread = threading.Thread(target=beats, name="beating", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
