"""Local times without a zone, in the plant's."""

from zoneinfo import ZoneInfo

import pytest

from connectors.yonbip.times import earlier, stamp_of

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2026-03-02 08:00:00", 1772409600000),
        ("2026-03-02 08:00:00.250", 1772409600250),
        ("2026-03-02T00:00:00+00:00", 1772409600000),
        ("", None),
        (None, None),
        ("soon", None),
    ],
)
def test_a_text_is_a_moment_in_the_zone_of_the_plant(text, stamp):
    assert stamp_of(text, ZONE) == stamp


def test_earlier_goes_back_over_midnight():
    assert earlier("2026-03-02 00:05:00", 10) == "2026-03-01 23:55:00"
