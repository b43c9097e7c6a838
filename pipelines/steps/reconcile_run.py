"""A scheduled run that compares instead of pulling: what differs is read again, what is gone is withdrawn, and the run tells what it found.

So a deletion, or a change that left no change time behind, is found without a person.
"""

from __future__ import annotations

from typing import Any

from pipelines.ports import Plumbing
from pipelines.state import runs
from pipelines.steps.reconcile import Difference, reconcile
from pipelines.steps.repair import Repaired, repair
from trace_core.errors import Misconfigured, Problem, Unreachable


def compare_and_mend(row: Any, plumbing: Plumbing) -> None:
    """Carry out a run. Errors: the verdict that ended the comparison: of one that proves nothing nothing follows."""
    line = plumbing.lines.get(row.connection)
    if line is None:
        raise Misconfigured(f"the site has no connection {row.connection} any more", code="connection")
    found = reconcile(line, plumbing, kinds=(row.kind,))[0]
    if found.fault is not None:
        verdict = Misconfigured if found.fault["verdict"] == "Misconfigured" else Unreachable
        raise verdict(found.fault["message"], code=found.fault["code"])
    plumbing.reached("reconcile")
    mended = repair(line, [found], plumbing)
    with plumbing.begin() as connection:
        runs.note(connection, row.id, _told(found, mended))


def _told(found: Difference, mended: list[Repaired]) -> list[dict[str, str]]:
    """What people read of it; nothing where both sides agreed."""
    if not found.count:
        return []
    counts = ", ".join(f"{number} {sort.replace('_', ' ')}" for sort, number in found.counts.items())
    done = "; ".join(f"{one.read_again} read again, {one.withdrawn} withdrawn, {one.held_back} held back for a person" for one in mended)
    return [Problem(found.kind, f"differed: {counts}; {done}").as_json()]
