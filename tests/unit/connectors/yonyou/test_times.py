"""It reads local times of the plant."""

from zoneinfo import ZoneInfo

import pytest

from connectors.yonyou.times import earlier, stamp_of

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2026-01-05 08:00:00.123", 1767571200123),
        ("2026-01-05T08:00:00", 1767571200000),
        ("2026-01-05T00:00:00.000+00:00", 1767571200000),
        ("", None),
        (None, None),
        ("gestern", None),
    ],
)
def test_it_gives_milliseconds_or_nothing(text, stamp):
    assert stamp_of(text, CHINA) == stamp


def test_it_steps_back_over_midnight():
    assert earlier("2026-01-05 00:05:00.000", 10) == "2026-01-04 23:55:00.000"
