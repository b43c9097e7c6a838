"""Does what we hold equal what the system holds? Keys of both sides compared, kind by kind, every difference named."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.contract import Connector
from pipelines.ports import Line, Plumbing
from pipelines.state.reconciliation import Side, ours

LISTED = 50
"""Differences of one sort listed by key; more are counted."""


@dataclass(slots=True)
class Difference:
    """What one kind of a connection holds here and there."""

    connection: str
    kind: str
    here: int = 0
    there: int = 0
    missing_here: list[str] = field(default_factory=list)
    missing_there: list[str] = field(default_factory=list)
    changed_there: list[str] = field(default_factory=list)
    waiting: int = 0
    quarantined: int = 0

    @property
    def count(self) -> int:
        """How many documents differ."""
        return len(self.missing_here) + len(self.missing_there) + len(self.changed_there) + self.waiting

    def as_json(self) -> dict[str, Any]:
        """Counts and the first keys of each sort of difference."""
        told: dict[str, Any] = {"connection": self.connection, "kind": self.kind, "here": self.here, "there": self.there}
        for name in ("missing_here", "missing_there", "changed_there"):
            keys = getattr(self, name)
            told |= {name: len(keys), f"{name}_keys": sorted(keys)[:LISTED]} if keys else {name: 0}
        return told | {"waiting": self.waiting, "quarantined": self.quarantined, "differences": self.count}


def reconcile(line: Line, plumbing: Plumbing, *, kinds: tuple[str, ...] = ()) -> list[Difference]:
    """Compare all kinds of a connection, or the given ones. Reads keys and change times only, no bodies, where the system allows."""
    with closing(plumbing.connector(line.name)) as connector:
        return [_compare(line, kind, connector, plumbing) for kind in kinds or sorted(line.kinds, key=lambda kind: line.kinds[kind])]


def _compare(line: Line, kind: str, connector: Connector, plumbing: Plumbing) -> Difference:
    there = dict(connector.survey(kind))
    with plumbing.begin() as connection:
        here: Side = ours(connection, line.name, kind)
    found = Difference(line.name, kind, here=len(here.stamps), there=len(there), waiting=here.waiting, quarantined=here.quarantined)
    found.missing_here = [key for key in there if key not in here.stamps]
    found.missing_there = [key for key in here.stamps if key not in there]
    for key, stamp in there.items():
        held = here.stamps.get(key)
        if key in here.stamps and stamp is not None and held is not None and stamp > held:
            found.changed_there.append(key)
    return found
