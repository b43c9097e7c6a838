"""Typed values become plain JSON."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.generic.typed import plain


@pytest.mark.parametrize(
    ("told", "made"),
    [
        ({"__class__": "Decimal", "decimal": "1.50"}, "1.50"),
        ({"__class__": "datetime", "year": 2026, "month": 3, "day": 1, "hour": 8, "second": 5, "microsecond": 0}, "2026-03-01T08:00:05"),
        ({"__class__": "date", "year": 2026, "month": 3, "day": 1}, "2026-03-01"),
        ({"__class__": "time", "hour": 8, "minute": 30, "second": 0, "microsecond": 0}, "08:30:00"),
        ({"__class__": "timedelta", "seconds": Decimal("90.5")}, "90.5"),
        ({"__class__": "timedelta", "days": 2, "seconds": 1, "microseconds": 500000}, "172801.5"),
        ({"__class__": "timedelta", "seconds": 1200}, "1200"),
        ({"__class__": "Unknown", "x": 1}, {"x": 1}),
    ],
)
def test_it_makes_a_text_of_an_object_that_names_its_class(told, made):
    assert plain({"v": told}) == {"v": made}


def test_it_puts_a_nested_record_in_the_place_of_its_id():
    assert plain([{"product": 3, "product.": {"code": "X", "unit.": {"symbol": "u"}}, "lot.": None}]) == [
        {"product": {"code": "X", "unit": {"symbol": "u"}}, "lot": None}
    ]


def test_it_takes_another_marker_when_the_definition_names_one():
    assert plain({"v": {"$type": "Decimal", "decimal": "2"}, "w": {"__class__": "x"}}, "$type") == {"v": "2", "w": {"__class__": "x"}}


@pytest.mark.parametrize(
    "told",
    [
        {"__class__": "datetime", "year": 2026},
        {"__class__": "date", "year": 2026, "month": 13, "day": 1},
        {"__class__": "Decimal", "decimal": "x"},
        {"__class__": "Decimal"},
    ],
)
def test_it_says_when_a_typed_value_spells_none(told):
    with pytest.raises(ValueError, match=r"(is no|must be|isoformat|required)"):
        plain({"v": told})
