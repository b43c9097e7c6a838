"""Does what we hold equal what the system holds? Both sides of a kind compared in the database, every difference named.

The system's keys and change times are brought here, or with `deep` the hashes of its documents, which shows also what changed without a
change time. A survey that fails or ends short proves nothing, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.contract import Connector, Window
from pipelines.ports import Line, Plumbing
from pipelines.state import reconciliation as state
from pipelines.state import reconciliation_compare as compare
from pipelines.steps.reconcile_confirm import confirm_different, confirm_gone
from pipelines.steps.reconcile_survey import survey
from trace_core.errors import Unreachable, Verdict

LISTED = 50
"""Differences of one sort listed by key; more are counted, and can be exported."""
PAGE = 1000
OLD_NAMES = {state.DIFFERENT: "changed_there"}
"""Sorts that are also told under a name that they had."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one kind of a connection holds here and there; `fault` is why it proves nothing. `id` is the comparison's number."""

    connection: str
    kind: str
    id: int
    here: int = 0
    there: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, list[str]] = field(default_factory=dict)
    fault: Mapping[str, str] | None = None
    deep: bool = False
    window: Window | None = None

    @property
    def count(self) -> int:
        """How many documents differ."""
        return sum(number for sort, number in self.counts.items() if sort != state.QUARANTINED)

    @property
    def proven(self) -> bool:
        """Whether both sides are known to hold the same."""
        return self.fault is None and not self.count

    def as_json(self) -> dict[str, Any]:
        """Counts and the first keys of each sort of difference."""
        told: dict[str, Any] = {"connection": self.connection, "kind": self.kind, "here": self.here, "there": self.there}
        for sort in state.SORTS:
            for name in filter(None, (sort, OLD_NAMES.get(sort))):
                told |= {name: self.counts.get(sort, 0)} | ({f"{name}_keys": self.keys[sort]} if self.keys.get(sort) else {})
        window = [at.isoformat() for at in self.window] if self.window else None
        return told | {"differences": self.count, "proven": self.proven, "fault": self.fault, "deep": self.deep, "window": window}


def reconcile(
    line: Line, plumbing: Plumbing, *, kinds: tuple[str, ...] = (), deep: bool = False, window: Window | None = None
) -> list[Difference]:
    """Compare all kinds of a connection, or the given ones; of a period where one is given.

    Reads keys and change times alone where the system allows, with `deep` whole documents page by page. Keeps none.
    """
    with closing(plumbing.connector(line.name)) as connector:
        chosen = kinds or sorted(line.kinds, key=lambda kind: line.kinds[kind])
        return [_compared(line, kind, connector, plumbing, deep=deep, window=window) for kind in chosen]


def _compared(line: Line, kind: str, connector: Connector, plumbing: Plumbing, *, deep: bool, window: Window | None) -> Difference:
    since, until = (int(at.timestamp() * 1000) for at in window) if window else (None, None)
    began = plumbing.now()
    with plumbing.begin() as connection:
        id_ = state.begin(connection, line.name, kind, now=began, deep=deep, window=(since, until))
    what = compare.Compared(id_, line.name, kind, began, deep, since, until, str(line.zone))
    sums: list[compare.Sum] = []
    fault: Verdict | None = None
    try:
        rows = survey(connector, kind, id_, plumbing, deep=deep, window=window)
        with plumbing.begin() as connection:
            sums = compare.sums(connection, what, rows=rows)
            compare.drill(connection, what, sums)
        left_out = confirm_gone(connector, line.name, kind, id_, plumbing)
        confirm_different(connector, line.name, kind, id_, plumbing)
        if left_out and window is None:
            said = f"{left_out} document(s) that it did not name are there when they are asked for"
            fault = Unreachable(f"the survey of {kind} ended short: {said}", code="short")
    except Verdict as verdict:
        fault = verdict
    return _ended(line, what, sums, fault, plumbing, window)


def _ended(
    line: Line, what: compare.Compared, sums: list[compare.Sum], fault: Verdict | None, plumbing: Plumbing, window: Window | None
) -> Difference:
    """What was found, written down; of a comparison that proves nothing only what concerns us alone."""
    told = _told(fault) if fault else None
    with plumbing.begin() as connection:
        if fault is None:
            compare.prove(connection, what, sums)
        else:
            state.forget(connection, what.id)
        compare.unused(connection, what)
        counts = state.counts_of(connection, what.id)
        months = [one for one in sums if not one.bucket.startswith("#")]
        both = {"here": sum(one.here for one in months), "there": sum(one.there for one in months)}
        keys = {sort: [row.key for row in state.keys_of(connection, what.id, [sort], limit=LISTED)] for sort in counts}
        state.end(connection, what.id, now=plumbing.now(), counts=both | counts, fault=told)
    return Difference(line.name, what.kind, what.id, **both, counts=counts, keys=keys, fault=told, deep=what.deep, window=window)


def _told(fault: Verdict) -> dict[str, str]:
    return {"verdict": type(fault).__name__, "code": fault.code, "message": "; ".join([fault.message, *map(str, fault.problems)])}


def differences(found: Difference, plumbing: Plumbing, sorts: tuple[str, ...] = state.SORTS) -> Iterator[Any]:
    """All differences of a comparison, sort by sort and by key; read in pages, so that there may be any number."""
    place = ("", "")
    while True:
        with plumbing.begin() as connection:
            rows = state.keys_of(connection, found.id, sorts, after=place, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        place = (rows[-1].sort, rows[-1].key)
