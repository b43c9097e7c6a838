"""A lease renewed for as long as its holder works, so that it can be short: what a dead worker held is free within seconds.

A page of a slow system may take longer than a lease, and a lease as long as the slowest page would keep the work of a dead worker waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from connectors.kit.beating import beating
from pipelines.ports import Plumbing
from pipelines.state.database import Fault, Transaction

BEAT = 3.0
"""Seconds between two renewals; a lease outlives the loss of two."""


@contextmanager
def holding(plumbing: Plumbing, renew: Callable[[Transaction, datetime], None]) -> Iterator[None]:
    """Renew a lease until the block ends. A renewal that fails is made up for by the next one; the fencing token decides in the end."""

    def beat() -> None:
        try:
            with plumbing.begin() as connection:
                renew(connection, plumbing.now())
        except Fault:
            return

    with beating(beat, BEAT):
        yield
