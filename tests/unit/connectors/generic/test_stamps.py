"""Change stamps become moments, marks and the values of a filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.generic.stamps import mark_of, milliseconds, moment_of, since
from trace_core.errors import Misconfigured

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("changed", "made")


def test_it_takes_the_first_stamp_that_is_not_null():
    assert moment_of({"changed": None, "made": "2026-03-01T08:00:00"}, NAMES, SHANGHAI) == datetime(2026, 3, 1, tzinfo=UTC)
    assert moment_of({"changed": None}, NAMES, SHANGHAI) is None


def test_it_believes_an_offset_before_the_zone():
    assert moment_of({"made": "2026-03-01T08:00:00Z"}, NAMES, SHANGHAI) == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_it_names_the_stamp_that_is_no_time():
    with pytest.raises(Misconfigured, match="made holds 'x'"):
        moment_of({"made": "x"}, NAMES, SHANGHAI)


def test_it_cuts_microseconds_without_rounding():
    assert milliseconds(datetime(2026, 3, 1, microsecond=999999, tzinfo=UTC)) == 1772323200999
    assert milliseconds(None) is None


def test_it_keeps_no_mark_in_the_future():
    now = datetime.now(UTC)

    assert datetime.fromisoformat(mark_of(now + timedelta(days=9))) < now + timedelta(days=1)


def test_it_tells_a_mark_in_the_zone_of_the_stamps():
    told = since("2026-03-04T16:05:00+00:00", 10, SHANGHAI)

    assert (told["day"], told["hour"], told["minute"]) == (4, 23, 55)
    assert told["text"] == "2026-03-04 23:55:00"
    assert told["iso"] == "2026-03-04T23:55:00+08:00"
    assert told["ms"] == 1772639700000


def test_it_reads_a_mark_without_an_offset_in_the_zone_of_the_stamps():
    assert since("2026-03-05T00:05:00", 10, SHANGHAI)["text"] == "2026-03-04 23:55:00"
