"""Windows in which due runs wait, weekly and monthly, in the plant's time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.blackout import Blackout, closed_until, read_window

HZ = ZoneInfo("Asia/Shanghai")
WEEKEND = Blackout("weekend", *read_window("sat 22:00 - sun 06:00"))
CLOSING = Blackout("closing", *read_window("last day 18:00 - first day 12:00"), connections=frozenset({"hz"}))
COUNT = Blackout("count", *read_window("day 15 08:00 - day 15 20:00"))


def until(*told: int, blackouts: tuple[Blackout, ...] = (WEEKEND, CLOSING, COUNT), connection: str = "hz") -> str | None:
    found = closed_until(blackouts, connection, HZ, datetime(2026, *told, tzinfo=HZ))  # type: ignore[arg-type, misc]
    return found and f"{found.astimezone(HZ):%Y-%m-%d %H:%M}"


def test_a_weekly_window_is_closed_from_its_beginning_to_before_its_end() -> None:
    assert until(3, 7, 21, 59) is None
    assert until(3, 7, 22, 0) == "2026-03-08 06:00"
    assert until(3, 8, 5, 59) == "2026-03-08 06:00"
    assert until(3, 8, 6, 0) is None


def test_a_monthly_window_reaches_over_the_end_of_any_month() -> None:
    assert until(2, 28, 18, 0) == "2026-03-01 12:00"
    assert until(3, 1, 11, 59) == "2026-03-01 12:00"
    assert until(1, 1, 0, 0) == "2026-01-01 12:00"
    assert until(12, 31, 18, 0) == "2027-01-01 12:00"
    assert until(4, 29, 18, 0) is None


def test_a_window_within_a_day_of_the_month_is_closed_on_that_day_alone() -> None:
    assert until(4, 15, 9, 0) == "2026-04-15 20:00"
    assert until(4, 15, 20, 0) is None


def test_windows_that_join_are_one() -> None:
    joined = (WEEKEND, Blackout("more", *read_window("sun 05:00 - mon 01:00")))

    assert until(3, 7, 23, 0, blackouts=joined) == "2026-03-09 01:00"


def test_a_window_of_other_connections_holds_nothing_up() -> None:
    assert until(2, 28, 18, 30, connection="su", blackouts=(CLOSING,)) is None


def test_a_window_over_changing_clocks_ends_at_its_local_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    found = closed_until((WEEKEND,), "hz", berlin, datetime(2026, 3, 28, 23, tzinfo=berlin))

    assert found == datetime(2026, 3, 29, 6, tzinfo=berlin)


@pytest.mark.parametrize(
    "text", ["sat 22:00", "sat 22:00 - first day 06:00", "sat 24:00 - sun 06:00", "day 31 10:00 - day 2 10:00", "sat 1:00 - sat 1:00", ""]
)
def test_what_is_no_window_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="must be like `sat 22:00"):
        read_window(text)


def test_a_window_that_ends_where_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends where it begins"):
        read_window("sat 22:00 - sat 22:00")
