"""Due runs: a pure function of schedule, last nominal time and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.blackout import Blackout, read_window
from scheduler.cron import read_cron
from scheduler.due import GRACE, due
from scheduler.nominal import back
from scheduler.schedule import CatchUp, Schedule

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
EVERY_FIVE = Schedule("hz", "hz", BERLIN, timedelta(minutes=5))
START = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = (Blackout("weekend", *read_window("sat 22:00 - sun 06:00")), Blackout("closing", *read_window("last day 18:00 - first day 12:00")))


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, second, tzinfo=UTC)


def cron(text: str, zone: ZoneInfo = BERLIN, catch_up: CatchUp = "latest", limit: int = 1000) -> Schedule:
    return Schedule("hz", "hz", zone, read_cron(text), catch_up=catch_up, catch_up_limit=limit)


def nudged(
    schedule: Schedule, times: list[datetime], last: datetime, blackouts: tuple[Blackout, ...] = ()
) -> tuple[list[datetime], datetime]:
    """What nudges at these times make, one after the other, and the mark in the end."""
    made: list[datetime] = []
    for now in times:
        found = due(schedule, last, now, blackouts=blackouts)
        made += found.nominals
        last = found.mark or last
    return made, last


def test_an_interval_begins_with_its_newest_multiple() -> None:
    assert due(EVERY_FIVE, None, at(8, 7)).nominals == (at(8, 5),)


def test_cron_begins_with_its_next_time() -> None:
    found = due(cron("0 2 * * *"), None, at(8, 7))

    assert (found.nominals, found.mark) == ((), at(8, 7))


def test_nothing_is_due_before_the_next_multiple() -> None:
    assert due(EVERY_FIVE, at(8, 5), at(8, 9, 59)).nominals == ()
    assert due(EVERY_FIVE, at(8, 5), at(8, 10)).nominals == (at(8, 10),)


@pytest.mark.parametrize(
    ("catch_up", "limit", "expected"),
    [("latest", 9, [at(8, 30)]), ("none", 9, []), ("all", 9, [at(8, 15), at(8, 20), at(8, 25), at(8, 30)]), ("all", 1, [at(8, 30)])],
)
def test_missed_times_are_made_up_for_as_the_policy_says(catch_up: CatchUp, limit: int, expected: list[datetime]) -> None:
    schedule = Schedule("hz", "hz", BERLIN, timedelta(minutes=5), catch_up=catch_up, catch_up_limit=limit)

    found = due(schedule, at(8, 10), at(8, 33))

    assert list(found.nominals) == expected
    assert found.mark == at(8, 30)


def test_a_clock_that_goes_back_makes_nothing_due() -> None:
    assert due(EVERY_FIVE, at(8, 10), at(8, 6)).nominals == ()


@pytest.mark.parametrize("policy", ["latest", "none"])
def test_what_is_due_in_a_blackout_waits_and_runs_once_after_it(policy: CatchUp) -> None:
    schedule = Schedule("hz", "hz", BERLIN, timedelta(minutes=5), catch_up=policy)
    before, within, after = (datetime(2026, 3, day, hour, 1, tzinfo=BERLIN) for day, hour in ((7, 21), (8, 5), (8, 6)))

    made, _ = nudged(schedule, [within, after], before.astimezone(UTC), CLOSED)

    assert made == [datetime(2026, 3, 8, 6, tzinfo=BERLIN)]


moments = st.integers(0, 60 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))
whens = st.sampled_from(["*/7 * * * *", "30 2 * * *", "0 6 * * mon-fri", "15,45 1-3 * * sun", "0 0 1 * *"])
closings: st.SearchStrategy[tuple[Blackout, ...]] = st.sampled_from([(), CLOSED[:1], CLOSED])


@settings(deadline=None, max_examples=150)
@given(whens, st.sampled_from([BERLIN, NEW_YORK]), st.lists(moments, min_size=1, max_size=12), closings)
def test_any_nudges_make_the_same_runs_as_one_where_all_are_caught_up(
    text: str, zone: ZoneInfo, times: list[datetime], blackouts: tuple[Blackout, ...]
) -> None:
    schedule = cron(text, zone, "all", 100_000)
    ordered = sorted(times)

    several, _ = nudged(schedule, [*ordered, *ordered[-1:]], START, blackouts)
    # a last nudge in a blackout makes nothing; what was made before it is what one nudge at the last open time makes
    opened = [now for now in ordered if due(schedule, START, now, blackouts=blackouts).mark]
    single, _ = nudged(schedule, opened[-1:], START, blackouts)

    assert several == single
    assert len(set(several)) == len(several)


@settings(deadline=None, max_examples=150)
@given(whens, st.sampled_from([BERLIN, NEW_YORK]), st.lists(moments, min_size=1, max_size=12))
def test_any_nudges_end_at_the_same_latest_run_as_one(text: str, zone: ZoneInfo, times: list[datetime]) -> None:
    schedule = cron(text, zone)
    ordered = sorted(times)

    several, mark = nudged(schedule, [now for now in ordered for _ in range(2)], START)
    single, single_mark = nudged(schedule, ordered[-1:], START)

    assert several[-1:] == single
    assert mark == single_mark
    assert len(set(several)) == len(several)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 5000), moments, st.integers(1, 40))
def test_no_time_is_lost_over_downtime_within_the_limit(every: int, now: datetime, limit: int) -> None:
    schedule = Schedule("hz", "hz", BERLIN, timedelta(seconds=every), catch_up="all", catch_up_limit=limit)

    found = due(schedule, START, now)

    expected = list(takewhile(lambda one: one > START, (one for _, one in zip(range(limit), back(schedule, now), strict=False))))
    assert list(found.nominals) == expected[::-1]


def test_a_time_is_missed_after_a_minute_where_none_is_caught_up() -> None:
    schedule = cron("0 8 * * *", ZoneInfo("UTC"), "none")

    assert due(schedule, at(7, 0), at(8, 0) + GRACE).nominals == (at(8, 0),)
    assert due(schedule, at(7, 0), at(8, 0) + GRACE + timedelta(seconds=1)).nominals == ()
