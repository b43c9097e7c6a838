"""Where a running site's services are: written by the supervisor, read by every other process of the site."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "up.json"


@dataclass(frozen=True, slots=True)
class Up:
    """A running site: its supervisor (process id, start time as the kernel counts it), broker, console's port, and since when."""

    pid: int
    started: int
    broker_url: str
    port: int
    since: datetime


def started_at(pid: int) -> int:
    """The kernel's start time of a process (clock ticks since boot), 0 when it does not run; with it a reused id is not mistaken."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[19])
    return 0


def write(state: Path, broker_url: str, port: int) -> None:
    """Say that this process supervises the site."""
    pid = os.getpid()
    path = state / FILE
    told = asdict(Up(pid, started_at(pid), broker_url, port, datetime.now(UTC)))
    path.write_text(json.dumps(told, default=str), "utf-8")
    path.chmod(0o600)


def read(state: Path) -> Up | None:
    """The running site, None when it is not up (a file left behind by a killed supervisor does not count)."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads((state / FILE).read_text("utf-8"))
        up = Up(**told | {"since": datetime.fromisoformat(told["since"])})
        if up.started == started_at(up.pid):
            return up
    return None


def clear(state: Path) -> None:
    """The site is down."""
    (state / FILE).unlink(missing_ok=True)
