"""Due schedules become runs, once, however many beats ask."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.ports import Line, Plumbing
from scheduler.due import Schedule
from scheduler.plan import make_due_runs


def plumbing(house: House, now: datetime) -> Plumbing:
    line = Line("hz", "HZ", "kingdee", ZoneInfo("Asia/Shanghai"), {"ENG_BOM": 30, "BD_MATERIAL": 10})
    nothing = lambda *_: None  # noqa: E731 - a port that is not used here
    return Plumbing(house.begin, nullcontext, lambda: now, {"hz": line}, nothing, nothing, nothing, nothing, Path())  # type: ignore[arg-type]


def test_two_beats_make_one_run_of_each_kind(house: House) -> None:
    schedule, now = [Schedule("hz", timedelta(minutes=5))], datetime(2026, 3, 1, 8, 7, tzinfo=UTC)

    first = make_due_runs(schedule, plumbing(house, now))
    second = make_due_runs(schedule, plumbing(house, now))
    later = make_due_runs(schedule, plumbing(house, now + timedelta(minutes=5)))

    with house.begin() as connection:
        kinds = [row.kind for row in connection.execute(text("SELECT kind FROM run ORDER BY nominal_at, rank"))]
    assert (len(first), len(second), len(later)) == (2, 0, 2)
    assert kinds == ["BD_MATERIAL", "ENG_BOM"] * 2
