"""It keeps every digit."""

import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.kit.exact_json import dumps, loads


def test_a_number_comes_back_digit_for_digit():
    text = b'{"a":120.10,"b":0.1000000000000000055511151231257827,"c":1002506180000100}'

    assert dumps(loads(text)) == text


def test_equal_objects_are_equal_bytes():
    assert dumps({"b": 1, "a": "料"}) == dumps({"a": "料", "b": 1}) == '{"a":"料","b":1}'.encode()


def test_times_are_written_in_iso_form():
    assert dumps([datetime(2026, 1, 5, 8, tzinfo=UTC), Decimal("1.50")]) == b'["2026-01-05T08:00:00+00:00",1.50]'


def test_anything_else_is_a_bug():
    with pytest.raises(TypeError):
        dumps(object())


def test_what_only_looser_readers_take_is_taken_and_what_is_no_json_is_not():
    assert math.isnan(loads(b'{"a":NaN}')["a"])
    assert loads('"\\ud800"') == "\ud800"
    assert loads(b"123456789012345678901234567890") == 123456789012345678901234567890
    for text in (b"", b"{", b"<html>", b'{"a":1}x'):
        with pytest.raises(ValueError, match=r"\S"):
            loads(text)
