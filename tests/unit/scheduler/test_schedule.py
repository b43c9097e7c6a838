"""Intervals as people write and read them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.schedule import interval, shown


@pytest.mark.parametrize("text", ["30s", "5m", "90m", "2h", "1d"])
def test_an_interval_is_shown_as_it_is_written(text: str) -> None:
    assert shown(interval(text)) == text


def test_an_interval_is_shown_in_its_greatest_whole_unit() -> None:
    assert shown(timedelta(seconds=7200)) == "2h"


@pytest.mark.parametrize("text", ["5", "m", "0m", "5 minutes", "-1h", ""])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no interval"):
        interval(text)
