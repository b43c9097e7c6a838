"""A range of days cut into windows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.windows import day_of, windows
from trace_core.errors import Misconfigured

BERLIN = ZoneInfo("Europe/Berlin")


def test_windows_begin_and_end_at_the_plants_midnight_also_when_clocks_change() -> None:
    found = windows(date(2026, 3, 28), date(2026, 3, 30), 2, BERLIN)

    assert found == [
        (datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN)),
        (datetime(2026, 3, 30, tzinfo=BERLIN), datetime(2026, 3, 31, tzinfo=BERLIN)),
    ]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 300), st.integers(1, 40))
def test_windows_join_without_gap_and_cover_the_range(first: date, length: int, days: int) -> None:
    last = first + timedelta(days=length)

    found = windows(first, last, days, BERLIN)

    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert found[0][0].astimezone(BERLIN).date() == first
    assert found[-1][1].astimezone(BERLIN).date() == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "days"), [("2026-03-02", "2026-03-01", 7), ("2020-01-01", "2026-01-01", 1), ("2026-03-01", "2026-03-02", 0)]
)
def test_a_wrong_range_is_refused(first: str, last: str, days: int) -> None:
    with pytest.raises(Misconfigured):
        windows(day_of(first), day_of(last), days, BERLIN)


def test_what_is_no_day_is_refused() -> None:
    with pytest.raises(Misconfigured, match="is no day such as"):
        day_of("yesterday")
