"""Closing runs whose documents are all interpreted, and holding what they came to against what their mappings expect."""

from __future__ import annotations

from mappings.engine.expect import unmet
from pipelines.ports import Plumbing
from pipelines.state import run_counts, runs
from pipelines.state.database import Transaction
from trace_core.errors import Misconfigured


def finish(connection: Transaction, plumbing: Plumbing) -> None:
    """Close pulled runs none of whose documents wait any more; what is not as expected is noted on the run."""
    for row in runs.finish(connection, now=plumbing.now()):
        plumbing.reached("verify")
        if row.reconcile:
            continue  # it pulled nothing, and says itself what it found
        line = plumbing.lines.get(row.connection)
        try:
            mapper = plumbing.mapper(line, row.kind) if line else None
        except Misconfigured:
            continue  # its documents are in quarantine, with the reason
        if mapper is not None and mapper.told.expect:
            found = list(unmet(mapper.told.expect, run_counts.of_run(connection, row.id)))
            if found:
                runs.note(connection, row.id, [problem.as_json() for problem in found])
