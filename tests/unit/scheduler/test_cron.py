"""Cron in a plant's own time, on ordinary days and on those on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.cron import ahead, back, read_cron

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def day(text: str, zone: ZoneInfo, month: int, number: int) -> list[str]:
    """The times of one day of 2026, in UTC."""
    start, end = datetime(2026, month, number, tzinfo=zone), datetime(2026, month, number + 1, tzinfo=zone)
    found = ahead(read_cron(text), zone, datetime.fromtimestamp(start.timestamp() - 1, UTC))
    times = []
    for at in found:
        if at >= end:
            return times
        times.append(f"{at:%H:%M}")
    return times


def test_fields_are_lists_ranges_steps_and_names() -> None:
    cron = read_cron("0,30 8-10/2 */10 Jan-Mar mon,7")

    assert cron.minutes == (0, 30)
    assert cron.hours == (8, 10)
    assert cron.days == {1, 11, 21, 31}
    assert cron.months == {1, 2, 3}
    assert cron.weekdays == {1, 7}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("* * * *", "has 4 fields"),
        ("60 * * * *", "minute '60' must lie within 0 and 59"),
        ("* 5-3 * * *", "hour '5-3' ends before it begins"),
        ("* * * foo *", "month 'foo' is no number and none of jan"),
        ("*/0 * * * *", "minute '\\*/0' is none of"),
        ("0 0 30 feb *", "no day ever matches"),
    ],
)
def test_what_is_no_cron_is_refused_with_the_field(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_cron(text)


def test_either_day_is_enough_where_both_are_limited() -> None:
    cron = read_cron("0 0 13 * fri")

    assert [at.day for at in islice(ahead(cron, ZoneInfo("UTC"), datetime(2026, 3, 1, tzinfo=UTC)), 4)] == [6, 13, 20, 27]
    assert [at.day for at in islice(ahead(cron, ZoneInfo("UTC"), datetime(2026, 4, 1, tzinfo=UTC)), 3)] == [3, 10, 13]


def test_a_time_that_does_not_exist_runs_at_the_first_moment_after_the_gap() -> None:
    assert day("30 2 * * *", BERLIN, 3, 29) == ["01:00"]
    assert day("30 2 * * *", NEW_YORK, 3, 8) == ["07:00"]
    assert day("*/30 1-3 * * *", BERLIN, 3, 29) == ["00:00", "00:30", "01:00", "01:30"]


def test_a_time_that_comes_twice_runs_once_at_its_first_coming() -> None:
    assert day("30 2 * * *", BERLIN, 10, 25) == ["00:30"]
    assert day("30 1 * * *", NEW_YORK, 11, 1) == ["05:30"]


def test_a_day_that_a_zone_left_out_runs_at_the_next_days_beginning() -> None:
    apia = ZoneInfo("Pacific/Apia")

    found = list(islice(ahead(read_cron("0 8 30 12 *"), apia, datetime(2011, 12, 29, tzinfo=UTC)), 1))

    assert found == [datetime(2011, 12, 31, tzinfo=apia)]


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["*/20 * * * *", "30 2 * * *", "15 0,1,2,3 * * sun"]),
    st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Santiago")]),
    st.integers(1, 365 * 24 * 60),
)
def test_times_before_and_after_are_the_same_sequence(text: str, zone: ZoneInfo, minute: int) -> None:
    cron = read_cron(text)
    now = datetime.fromtimestamp(1767225600 + minute * 60, UTC)

    later = list(islice(ahead(cron, zone, now), 30))
    again = list(islice(back(cron, zone, later[-1]), 30))

    assert again[::-1] == later
    assert sorted(set(later)) == later
    assert later[0] > now
