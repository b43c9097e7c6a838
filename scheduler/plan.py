"""Due schedules become runs: one for each kind, with the nominal time in its key, so that two beats make one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.ports import Line, Plumbing
from pipelines.state import runs, schedule_runs
from pipelines.state.database import Transaction
from pipelines.state.runs import Due
from pipelines.tracing import span, traceparent
from scheduler.adaptive import LOOK_BACK, adapted
from scheduler.cron import Cron
from scheduler.due import due
from scheduler.nominal import delay
from scheduler.schedule import Schedule
from scheduler.store import marks
from scheduler.timetable import Timetable


def runs_of(line: Line, nominal: datetime, *, kinds: Sequence[str] = (), full: bool = False) -> list[Due]:
    """The runs that a sync of a connection consists of, masters first."""
    wanted = [kind for kind in line.kinds if not kinds or kind in kinds]
    return [Due(line.name, line.plant, kind, line.kinds[kind], nominal, full) for kind in sorted(wanted, key=lambda kind: line.kinds[kind])]


def scheduled(schedule: Schedule, line: Line, nominal: datetime, *, start: datetime | None = None, full: bool = False) -> list[Due]:
    """The runs of one nominal time of a schedule, not to start before `start`; a trace begins with them."""
    found = runs_of(line, nominal, kinds=schedule.kinds, full=full)
    with span("schedule", schedule=schedule.name, connection=line.name, plant=line.plant, runs=len(found)):
        trace, at = traceparent(), start or nominal
        return [replace(one, schedule=schedule.name, start_at=at, reconcile=schedule.reconcile, trace=trace) for one in found]


def make_due_runs(timetable: Timetable, plumbing: Plumbing) -> list[int]:
    """Make the runs of every due schedule; ids of those that exist now for the nominal times. The sweep wakes the workers."""
    known = {one.name: one for one in timetable.schedules if one.connection in plumbing.lines}
    if not known:
        return []
    with plumbing.begin() as connection:
        held = marks.locked(connection, list(known))
        now = plumbing.now()  # after a beat that was waited for
        every = intervals(connection, list(known.values()))
        dues: list[Due] = []
        moved: dict[str, datetime] = {}
        for name, schedule in known.items():
            if held[name].paused_at is not None:
                continue
            found = due(schedule, held[name].last_nominal, now, every=every.get(name), blackouts=timetable.blackouts)
            for nominal in found.nominals:
                line = plumbing.lines[schedule.connection]
                dues += scheduled(schedule, line, nominal, start=nominal + delay(schedule, nominal))
            if found.mark is not None:
                moved[name] = found.mark
        made = runs.create(connection, dues, now=now)
        marks.move(connection, moved)
    return made


def intervals(connection: Transaction, schedules: Sequence[Schedule]) -> Mapping[str, timedelta]:
    """The present interval of each schedule that is adaptive."""
    changing = {one.name: (one.when, *one.adaptive) for one in schedules if one.adaptive and not isinstance(one.when, Cron)}
    changes = schedule_runs.changes(connection, list(changing), LOOK_BACK) if changing else {}
    return {name: adapted(*bounds, changes.get(name, [])) for name, bounds in changing.items()}
