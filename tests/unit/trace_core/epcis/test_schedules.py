"""Schedules of standing queries: what is read, what is refused, and that the next time is the first one that matches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_core.epcis.schedules import FIELDS, next_time, read_schedule
from trace_core.errors import Rejected

AFTER = datetime(2026, 3, 6, 10, 15, 20, 500_000, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"second": "0", "minute": "0"}, "2026-03-06T11:00:00"),
        ({"second": "0", "minute": "30", "hour": "2"}, "2026-03-07T02:30:00"),
        ({"second": "0", "minute": "0", "hour": "9", "dayOfWeek": "[1-5]"}, "2026-03-09T09:00:00"),
        ({"hour": "10"}, "2026-03-06T10:15:21"),
        ({"hour": "1", "minute": "5"}, "2026-03-07T01:05:00"),
        ({"second": 20}, "2026-03-06T10:16:20"),
        ({"second": "0,[20-21],45"}, "2026-03-06T10:15:21"),
        ({"second": "0", "minute": "0", "hour": "0", "dayOfMonth": "29", "month": "2"}, "2028-02-29T00:00:00"),
        ({"second": "0", "minute": "0", "hour": "0", "dayOfMonth": "31"}, "2026-03-31T00:00:00"),
        ({"second": "0", "minute": "0", "hour": "0", "dayOfMonth": "1", "dayOfWeek": "7"}, "2026-11-01T00:00:00"),
    ],
)
def test_the_next_time_is_found(told: dict[str, Any], found: str) -> None:
    assert next_time(read_schedule(told), AFTER) == datetime.fromisoformat(f"{found}+00:00")


@pytest.mark.parametrize(
    ("told", "paths"),
    [
        (None, ["schedule"]),
        ({}, ["schedule"]),
        ("0 0 * * *", ["schedule"]),
        (
            {"second": "60", "minute": "[5-3]", "hour": "0/30", "weekday": "1"},
            ["schedule.weekday", "schedule.second", "schedule.minute", "schedule.hour"],
        ),
        ({"second": "*"}, ["schedule.second"]),
        ({"second": ""}, ["schedule.second"]),
        ({"second": "1,"}, ["schedule.second"]),
        ({"second": True}, ["schedule.second"]),
        ({"second": -1}, ["schedule.second"]),
        ({"second": "٣"}, ["schedule.second"]),
        ({"dayOfWeek": "0"}, ["schedule.dayOfWeek"]),
        ({"dayOfMonth": "30", "month": "2"}, ["schedule"]),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(told: Any, paths: list[str]) -> None:
    with pytest.raises(Rejected) as fault:
        read_schedule(told)

    assert [problem.path for problem in fault.value.problems] == paths


def elements(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(sorted).map(lambda two: f"[{two[0]}-{two[1]}]")
    return st.lists(number.map(str) | pair, min_size=1, max_size=3).map(",".join)


SCHEDULES = st.fixed_dictionaries(
    {}, optional={name: elements(*span) for name, span in FIELDS.items() if name not in {"dayOfMonth", "month"}}
)
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn


def matches(told: dict[str, str], at: datetime) -> bool:
    """The rule of the standard, word for word."""
    parts = {
        "second": at.second,
        "minute": at.minute,
        "hour": at.hour,
        "dayOfMonth": at.day,
        "month": at.month,
        "dayOfWeek": at.isoweekday(),
    }
    for name, text in told.items():
        spans = [one.strip("[]").split("-") for one in text.split(",")]
        if not any(int(span[0]) <= parts[name] <= int(span[-1]) for span in spans):
            return False
    return True


@given(SCHEDULES.filter(bool), TIMES)
def test_the_next_time_matches_and_lies_ahead(told: dict[str, str], after: datetime) -> None:
    found = next_time(read_schedule(told), after)

    assert found is not None
    assert found.utcoffset() == timedelta(0)
    assert found > after
    assert found.microsecond == 0
    assert matches(told, found)


@given(SCHEDULES.filter(bool), TIMES, st.integers(1, 5000))
def test_no_time_between_is_left_out(told: dict[str, str], after: datetime, seconds: int) -> None:
    found = next_time(read_schedule(told), after)
    start = after.astimezone(UTC).replace(microsecond=0)
    between = next((at for n in range(1, seconds) if matches(told, at := start + timedelta(seconds=n))), None)

    assert found is not None
    assert found == between if between else found >= start + timedelta(seconds=seconds)


@given(SCHEDULES.filter(bool), TIMES)
def test_from_just_before_a_time_it_is_found_again(told: dict[str, str], after: datetime) -> None:
    schedule = read_schedule(told)
    found = next_time(schedule, after)

    assert found is not None
    assert next_time(schedule, found - timedelta(microseconds=1)) == found
