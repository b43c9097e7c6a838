"""Do the documents of a system still carry the results that were confirmed? Read back in batches, and pushed again where they do not.

Pushing again goes through the outbox as ever: planned anew, with the limits of what may change at once, and nothing foreign overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from connectors.kit.asking import read_surely
from connectors.kit.contract import Connector, RawDocument
from pipelines.ports import Line, Plumbing
from pipelines.state import reconciliation as state
from pipelines.state import reconciliation_results as results
from pipelines.steps.plan import held_in
from pipelines.steps.reconcile import LISTED
from trace_core.errors import Verdict

PAGE = 500


@dataclass(slots=True)
class Carried:
    """What became of the results in one kind of a connection: `differing` are (sort, key, outbox row) of those not carried as confirmed."""

    connection: str
    kind: str
    results: int = 0
    differing: list[tuple[str, str, int]] = field(default_factory=list)
    fault: dict[str, str] | None = None

    @property
    def count(self) -> int:
        """How many results are not there as they were confirmed."""
        return len(self.differing)

    def as_json(self) -> dict[str, Any]:
        """Counts and the first keys of each sort."""
        told: dict[str, Any] = {"connection": self.connection, "kind": self.kind, "results": self.results}
        for sort in (state.DIFFERENT, state.MISSING_THERE):
            keys = [key for name, key, _ in self.differing if name == sort]
            told |= {sort: len(keys)} | ({f"{sort}_keys": sorted(keys)[:LISTED]} if keys else {})
        return told | {"differences": self.count, "fault": self.fault}


def reconcile_results(line: Line, plumbing: Plumbing, *, kinds: Sequence[str] = ()) -> list[Carried]:
    """Read back what stands confirmed in a connection's documents, of all kinds or the given ones."""
    found: dict[str, Carried] = {}
    with closing(plumbing.connector(line.name)) as connector:
        for kind, rows in _confirmed(line, kinds, plumbing):
            carried = found.setdefault(kind, Carried(line.name, kind))
            if carried.fault is None:
                try:
                    _look(carried, rows, connector)
                except Verdict as fault:
                    carried.fault = {"verdict": type(fault).__name__, "code": fault.code, "message": fault.message}
    return list(found.values())


def push_again(found: Sequence[Carried], plumbing: Plumbing) -> int:
    """Send on their way again the results that are not carried; how many. The caller lets the outbox be pushed."""
    ids = [id_ for carried in found for _, _, id_ in carried.differing]
    with plumbing.begin() as connection:
        return results.push_again(connection, ids, now=plumbing.now())


def _confirmed(line: Line, kinds: Sequence[str], plumbing: Plumbing) -> Iterator[tuple[str, list[Any]]]:
    after = 0
    while True:
        with plumbing.begin() as connection:
            rows = results.confirmed(connection, line.name, kinds, after=after, limit=PAGE)
        for kind, group in groupby(sorted(rows, key=lambda row: row.target_kind), key=lambda row: row.target_kind):
            yield str(kind), list(group)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _look(carried: Carried, rows: Sequence[Any], connector: Connector) -> None:
    held: dict[str, RawDocument] = {}
    for one in read_surely(connector, carried.kind, [row.target_key for row in rows]):
        if isinstance(one, RawDocument):
            held[one.key] = one
    carried.results += len(rows)
    for row in rows:
        document = held.get(row.target_key)
        if document is None:
            carried.differing.append((state.MISSING_THERE, row.target_key, row.id))
        elif held_in(document, row.fields, row) != row.fields:
            carried.differing.append((state.DIFFERENT, row.target_key, row.id))
