"""What failing units have in common, as verbs ask it: from the closures where there are any, else from the documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from trace_core.commonality import Finding, causes, reached_units
from trace_core.errors import Misconfigured
from trace_core.identifiers import ThingId
from trace_core.index.closures import Closures, load_closures
from trace_core.index.snapshot import Snapshot, current, load
from trace_core.index.unusable import Unusable
from trace_core.reach import product_of
from trace_core.store.things import all_things
from trace_core.store.view import StoreView
from trace_core.walk import Asked

WALKED = 5000
"""Units whose genealogy is walked by the rules at most; more need closures."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Findings with the numbers behind them. `served_by` is `closures`, which know lots, or `documents`, which know machines too."""

    findings: list[Finding]
    failing: int
    population: int
    served_by: str

    def as_json(self) -> dict[str, Any]:
        """As the verb shows it."""
        told = {"failing": self.failing, "population": self.population, "served_by": self.served_by}
        return told | {"suspects": [one.as_json() for one in self.findings]}


def suspects(documents: StoreView, home: Path, failing: Sequence[ThingId], now: datetime, *, by_documents: bool = False) -> Suspects:
    """What the failing units share beyond chance, among all units of their items.

    Errors: `Misconfigured` when there are too many units to walk and no closures.
    """
    if not by_documents:
        try:
            base = load(home)
            return _by_closures(base, load_closures(current(home)), failing)
        except Unusable:
            pass
    return _by_documents(documents, failing, now)


def _by_closures(base: Snapshot, closures: Closures, failing: Sequence[ThingId]) -> Suspects:
    names = base.names
    products = {product_of(thing.uri) for thing in failing}
    wanted = np.array([product in products for product in names.products], bool)
    population = BitMap(np.flatnonzero(wanted[names.label]).astype(np.uint32))
    numbers = {names.of(number): number for number in population}
    failed = BitMap(numbers[thing.uri] for thing in failing if thing.uri in numbers)
    reached = ((source, closures.of(source)) for source in closures.sources.tolist())
    candidates = {names.of(source): units for source, units in reached if units.intersect(failed)}
    return Suspects(causes(candidates, failed, population), len(failed), len(population), "closures")


def _by_documents(documents: StoreView, failing: Sequence[ThingId], now: datetime) -> Suspects:
    products, units = {product_of(thing.uri) for thing in failing}, list[ThingId]()
    for batch in all_things(documents.connection):
        units += [thing for thing in batch if product_of(thing.uri) in products]
        if len(units) > WALKED:
            said = f"more than {WALKED} units to compare with; build closures first: lotweave index build --closures"
            raise Misconfigured(said, code="no_closures")
    reached = reached_units(documents, units, Asked(now))
    failed = BitMap(place for place, unit in enumerate(units) if unit in set(failing))
    return Suspects(causes(reached, failed, BitMap(range(len(units)))), len(failed), len(units), "documents")
