"""Units: exact, by the item's own declaration or by UN/ECE Recommendation 20."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_core.quantity import REC20, ItemUnits, UnknownUnit, base_unit, decimal_text, to_base


def test_declared_units_come_before_the_dimension() -> None:
    units = ItemUnits("H87", {"REEL": Fraction(4000), "DZN": Fraction(10)})

    assert to_base(Decimal("2.5"), "REEL", units) == 10000
    assert to_base(Decimal(1), "DZN", units) == 10


def test_units_of_one_dimension_convert_by_themselves() -> None:
    assert to_base(Decimal("1.2"), "GRM", ItemUnits("KGM")) == Fraction(12, 10000)
    assert to_base(Decimal(1), "INH", ItemUnits("MMT")) == Fraction("25.4")


@pytest.mark.parametrize(("uom", "base"), [("KGM", "H87"), ("REEL", "H87"), ("MTR", "MTK")])
def test_any_other_pair_is_refused(uom: str, base: str) -> None:
    with pytest.raises(UnknownUnit):
        to_base(Decimal(1), uom, ItemUnits(base))


def test_while_the_item_is_unknown_the_dimension_counts() -> None:
    assert to_base(Decimal(500), "GRM", None) == Fraction(1, 2)
    assert base_unit("GRM", None) == "KGM"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12), st.sampled_from(sorted(REC20)))
def test_there_and_back_is_exact(quantity: Decimal, uom: str) -> None:
    dimension, factor = REC20[uom]
    reference = next(code for code, (other, one) in REC20.items() if other == dimension and one == 1)

    assert to_base(quantity, uom, ItemUnits(reference)) / factor == Fraction(quantity)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**15), max_value=10**15))
def test_decimal_text_loses_nothing_finite(quantity: Decimal) -> None:
    assert Fraction(decimal_text(Fraction(quantity))) == Fraction(quantity)
