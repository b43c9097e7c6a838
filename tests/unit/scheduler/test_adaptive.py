"""An interval that follows how much changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.adaptive import adapted

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], 300),
        ([0], 600),
        ([0, 0, 0, 0], 1800),
        ([20], 150),
        ([500] * 9, 30),
        ([0, 0, 5], 600),
        ([500, 500, 5], 150),
        ([0, 0, 5, 5, 5], 300),
    ],
)
def test_the_interval_grows_while_nothing_changes_and_shrinks_while_much_does(changes: list[int], expected: int) -> None:
    assert adapted(5 * MINUTE, 30 * SECOND, 30 * MINUTE, changes) == expected * SECOND


@given(st.integers(1, 60), st.integers(60, 600), st.integers(600, 7200), st.lists(st.integers(0, 50)))
def test_it_never_leaves_its_bounds(low: int, every: int, high: int, changes: list[int]) -> None:
    found = adapted(every * SECOND, low * SECOND, high * SECOND, changes)

    assert low * SECOND <= found <= high * SECOND
