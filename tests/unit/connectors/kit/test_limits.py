"""Rates are texts; a connection's settings take the place of the manifest's."""

import pytest

from connectors.kit.limits import Limits, Rate, limits_of, rate_of, rates_of


@pytest.mark.parametrize(
    ("text", "rate"), [("5/s", Rate(5, 1)), ("60/min", Rate(60, 60)), ("200 / 5min", Rate(200, 300)), ("1/2h", Rate(1, 7200))]
)
def test_a_text_is_a_rate(text, rate):
    assert rate_of(text) == rate


@pytest.mark.parametrize("text", ["", "5", "5/", "0/s", "5/week", "-1/s", "1.5/s"])
def test_what_is_no_rate_is_named_with_what_would_be(text):
    with pytest.raises(ValueError, match="such as 5/s, 60/min or 200/5min"):
        rate_of(text)


def test_the_shortest_span_comes_first():
    assert rates_of(["60/min", "5/s"]) == (Rate(5, 1), Rate(60, 60))


def test_settings_take_the_place_of_the_manifest():
    told = {"calls": ["60/min"], "endpoints": {"Save": ["200/5min"]}, "at_once": 4, "writers": 1}

    assert limits_of(told) == Limits((Rate(60, 60),), {"Save": (Rate(200, 300),)}, 4, 1)
    assert limits_of(told, {"call_rates": ["1/s"], "calls_at_once": 2}).calls == (Rate(1, 1),)
    assert limits_of(told, {"call_rates": [], "calls_at_once": 0}) == limits_of(told)
