"""Nominal times of intervals and cron on the days of a calendar, and the delay that jitter gives each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Calendar
from scheduler.cron import read_cron
from scheduler.nominal import ahead, back, delay
from scheduler.schedule import Only, Schedule

HZ = ZoneInfo("Asia/Shanghai")
NATIONAL = Calendar("cn", {date(2026, 10, day): day == 10 for day in (1, 2, 3, 4, 5, 6, 7, 10)})


def on(text: str, only: Only) -> Schedule:
    when = timedelta(hours=int(text)) if text.isdigit() else read_cron(text)
    return Schedule("hz", "hz", HZ, when, only=only, calendar=NATIONAL)


def days(schedule: Schedule, count: int) -> list[int]:
    return [at.astimezone(HZ).day for at in islice(ahead(schedule, datetime(2026, 9, 29, 16, tzinfo=UTC)), count)]


def test_working_days_leave_out_holidays_and_keep_make_up_days() -> None:
    assert days(on("0 6 * * *", "working-days"), 5) == [30, 8, 9, 10, 12]


def test_holidays_are_the_other_days() -> None:
    assert days(on("0 6 * * *", "holidays"), 9) == [1, 2, 3, 4, 5, 6, 7, 11, 17]


def test_an_interval_keeps_to_the_days_of_the_plant_too() -> None:
    assert days(on("12", "working-days"), 5) == [30, 30, 8, 8, 9]


def test_times_back_are_those_ahead() -> None:
    for text in ("3", "15 7 * * *"):
        schedule = on(text, "working-days")
        later = list(islice(ahead(schedule, datetime(2026, 9, 25, tzinfo=UTC)), 40))

        assert list(islice(back(schedule, later[-1]), 40)) == later[::-1]


@given(st.integers(0, 10**9), st.integers(0, 3600))
def test_a_delay_lies_within_the_jitter_and_is_the_same_for_all(second: int, jitter: int) -> None:
    schedule = Schedule("hz", "hz", HZ, timedelta(minutes=5), jitter=timedelta(seconds=jitter))
    nominal = datetime.fromtimestamp(second, UTC)

    found = delay(schedule, nominal)

    assert timedelta(0) <= found <= schedule.jitter
    assert found == delay(schedule, nominal.astimezone(HZ))
