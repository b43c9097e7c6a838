"""Due runs: a pure function of schedule, last nominal time and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.due import Schedule, due, interval

EVERY_FIVE = Schedule("hz", timedelta(minutes=5))


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, second, tzinfo=UTC)


def test_the_first_time_is_the_newest_multiple() -> None:
    assert due(EVERY_FIVE, None, at(8, 7)) == at(8, 5)


def test_nothing_is_due_before_the_next_multiple() -> None:
    assert due(EVERY_FIVE, at(8, 5), at(8, 9, 59)) is None
    assert due(EVERY_FIVE, at(8, 5), at(8, 10)) == at(8, 10)


def test_missed_times_are_caught_up_by_one() -> None:
    assert due(EVERY_FIVE, at(8, 5), at(11, 31)) == at(11, 30)


def test_a_clock_that_goes_back_makes_nothing_due() -> None:
    assert due(EVERY_FIVE, at(8, 10), at(8, 6)) is None


@pytest.mark.parametrize("text", ["5", "m", "0m", "5 minutes", "-1h", ""])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no interval"):
        interval(text)
