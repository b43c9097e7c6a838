"""Due schedules become runs: one for each kind, with the nominal time in its key, so that two beats make one run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipelines.ports import Line, Plumbing
from pipelines.state import runs
from pipelines.state.runs import Due
from scheduler.due import Schedule, due
from scheduler.store.marks import last_nominal, mark


def runs_of(line: Line, nominal: datetime, *, kinds: Sequence[str] = (), full: bool = False) -> list[Due]:
    """The runs that a sync of a connection consists of, masters first."""
    wanted = [kind for kind in line.kinds if not kinds or kind in kinds]
    return [Due(line.name, line.plant, kind, line.kinds[kind], nominal, full) for kind in sorted(wanted, key=lambda kind: line.kinds[kind])]


def make_due_runs(schedules: Sequence[Schedule], plumbing: Plumbing) -> list[int]:
    """Make the runs of every due schedule; ids of those that exist now for the nominal times. The sweep wakes the workers."""
    made: list[int] = []
    for schedule in schedules:
        now = plumbing.now()
        with plumbing.begin() as connection:
            nominal = due(schedule, last_nominal(connection, schedule.name), now)
            if nominal is not None and schedule.connection in plumbing.lines:
                made += runs.create(connection, runs_of(plumbing.lines[schedule.connection], nominal), now=now)
                mark(connection, schedule.name, nominal)
    return made
