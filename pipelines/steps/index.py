"""Building the index: settle what is stale, write a snapshot beside the current one, let it be the current one, delete older ones."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.steps.index_due import is_due
from pipelines.steps.settle import Begin, View, settle
from trace_core.index.closures import write_closures
from trace_core.index.snapshot import current, load, sweep
from trace_core.index.unusable import Unusable
from trace_core.store.export import nobody_builds, write_snapshot
from trace_core.store.weavings import count_since


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that was built."""

    weaving: int
    things: int
    links: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """As the verb shows it."""
        return {"weaving": self.weaving, "things": self.things, "links": self.links, "seconds": round(self.seconds, 3)}


def build(begin: Begin, view: View, home: Path, *, closures: bool = False) -> Built:
    """Build a snapshot in `home` from one database snapshot; with `closures` also which units each lot reaches. Readers go on."""
    start = time.monotonic()
    home.mkdir(parents=True, exist_ok=True)
    settle(begin, view)
    with view() as documents:
        made = write_snapshot(documents, home)
    if closures:
        write_closures(made)
    sweep(home)
    return Built(made.weaving, made.graph.things - 1, len(made.graph.out.links), time.monotonic() - start)


def build_when_due(begin: Begin, view: View, home: Path) -> Built | None:
    """Build a snapshot when one is due and nobody else builds one now."""
    with begin() as connection:
        alone = nobody_builds(connection)
        return build(begin, view, home, closures=True) if alone and is_due(connection, home) else None


def status(begin: Begin, home: Path) -> dict[str, Any]:
    """What snapshot there is, and how many weavings came after it; `problem` says why it cannot be used."""
    try:
        found = load(home)
    except Unusable as fault:
        return {"snapshot": None, "weaving": 0, "behind": 0, "problem": str(fault)}
    with begin() as connection:
        behind = count_since(connection, found.weaving)
    told = {"snapshot": current(home).name, "weaving": found.weaving, "behind": behind, "problem": None}
    return told | {"things": found.graph.things - 1, "links": len(found.graph.out.links)}
