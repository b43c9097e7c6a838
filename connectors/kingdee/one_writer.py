"""One writer at a time for an account set, in this process by a lock and on this machine by a lock on a file.

Source: several installations report lost rows and row locks under parallel writers; the connector's manifest says `parallel_writes = 1`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from trace_core.errors import Unreachable

PATIENCE = 10.0
"""Seconds to wait for a writer of this process."""
LATER = 8.0


@contextmanager
def one_writer(base: str, acct_id: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the account set for writing. Errors: `Unreachable` (nothing was sent) while another holds it."""
    name = hashlib.sha256(f"{base.lower()} {acct_id}".encode()).hexdigest()[:20]
    lock = _lock(name)
    if not lock.acquire(timeout=patience):
        raise _busy(acct_id)
    try:
        path = Path(tempfile.gettempdir()) / f"lotweave-kingdee-{name}.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            _hold(handle, acct_id)
            yield
        finally:
            os.close(handle)
    finally:
        lock.release()


def _hold(handle: int, acct_id: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise _busy(acct_id) from fault


def _busy(acct_id: str) -> Unreachable:
    return Unreachable(f"another writer is at work on account set {acct_id}: one at a time", code="writing", retry_after=LATER)


@cache
def _lock(_: str) -> threading.Lock:
    return threading.Lock()
