"""When a snapshot of the index is worth its while; asked often, so that the index itself is loaded only where there is one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipelines.state.database import Transaction
from trace_core.index.unusable import Unusable
from trace_core.store.things import most_things
from trace_core.store.weavings import count_since

MANY = 10_000
"""Things that make the first snapshot worth its while; fewer are asked of the documents in no time."""
DUE = 2000
"""Weavings after which a newer snapshot is worth its while: until then they are laid over the old one."""


def is_due(connection: Transaction, home: Path) -> bool:
    """Whether a snapshot is worth its while: there is none that can be used and many things are known, or much came since the last."""
    weaving = _newest(home) if home.is_dir() else None
    return most_things(connection) >= MANY if weaving is None else count_since(connection, weaving) >= DUE


def _newest(home: Path) -> int | None:
    """Up to where the current snapshot goes; None where it cannot be used."""
    from trace_core.index.snapshot import stamp  # numba with it, which takes a while to load

    try:
        return _weaving_of(stamp(home), home)
    except Unusable:
        return None


@lru_cache(maxsize=8)
def _weaving_of(_stamp: object, home: Path) -> int:
    """Up to where the current snapshot goes; read once for each snapshot."""
    from trace_core.index.snapshot import load

    return load(home).weaving
