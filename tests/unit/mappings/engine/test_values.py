"""Values as systems write them."""

from __future__ import annotations

import doctest
from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.engine import values
from mappings.engine.values import (
    as_text,
    decimal_plain,
    epoch_reader,
    formatted_reader,
    moment_reader,
    moment_text,
    number_text,
    odata_text,
    settled,
)

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC")]


def test_every_example_holds() -> None:
    assert doctest.testmod(values).failed == 0


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_a_number_keeps_its_value_however_long_it_is(number: Decimal) -> None:
    assert Decimal(decimal_plain(number)) == number
    assert Decimal(number_text(number)) == number
    assert "E" not in decimal_plain(number)


@pytest.mark.parametrize("text", ["", " ", "abc", "1,23", "1.2.3", "--1", "NaN", "1e9999", "0x10", "1_000", "五"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number_text(text)


@pytest.mark.parametrize(
    ("text", "number"), [("007", "7"), ("+5", "5"), ("１，２３４．５０", "1234.50"), (" 1 234.5 ", "1234.5"), (".5", "0.5")]
)
def test_numbers_as_people_type_them_are_understood(text: str, number: str) -> None:
    assert number_text(text) == number


_PARTS = ((1895, 2100), (1, 12), (1, 31), None, (0, 24), (0, 60), (0, 61))
times = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}".format, *(st.integers(*part) if part else st.sampled_from("T /") for part in _PARTS)
)


@given(st.lists(times, max_size=6), st.sampled_from(ZONES))
def test_a_reader_that_remembers_minutes_says_what_one_that_does_not_says(texts: list[str], zone: ZoneInfo) -> None:
    read = moment_reader(zone)

    def said(reader: Any, text: str) -> str:
        try:
            return str(reader(text))
        except ValueError as fault:
            return str(fault)

    assert [said(read, text) for text in texts] == [said(lambda text: moment_text(text, zone), text) for text in texts]


def test_a_time_of_its_own_offset_keeps_it_and_one_without_gets_the_zones() -> None:
    assert moment_text("2026-03-01T08:00:00+09:00", ZONES[0]) == "2026-03-01T08:00:00+09:00"
    assert moment_text("2026/03/01", ZONES[0]) == "2026-03-01T00:00:00+08:00"
    assert moment_text("2026-10-25T02:30:00", ZONES[1]) == "2026-10-25T02:30:00+02:00"
    assert moment_text("2026-03-01T08:00:00.1234567", UTC) == "2026-03-01T08:00:00.123456Z"


def test_other_ways_of_writing_a_time() -> None:
    assert epoch_reader(1)("1772323200") == epoch_reader(1000)(1772323200000) == odata_text("/Date(1772323200000+0060)/")
    assert formatted_reader("%d.%m.%Y", ZONES[1])("01.03.2026") == "2026-03-01T00:00:00+01:00"
    for reader, text in ((odata_text, "2026"), (epoch_reader(1), "99999999999999"), (formatted_reader("%Y", UTC), "x")):
        with pytest.raises(ValueError, match="is no"):
            reader(text)


def test_texts_and_values_of_a_document() -> None:
    assert [as_text(value) for value in (True, 7, Decimal("7.50"), " x ")] == ["true", "7", "7.5", "x"]
    assert [settled(value) for value in (False, 7, Decimal("1E+3"), None, ["a"])] == [False, "7", "1000", None, ["a"]]
