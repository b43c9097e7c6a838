"""Unit tables: exact factors both ways, for one item or all."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.engine.rates import Rates, converted, factor_of, read_rates

TABLE = "from,to,factor,item\nREEL,H87,5000,\nREEL,H87,3000,R-10K\nBOX,REEL,1/3,\n"


@pytest.fixture
def rates(tmp_path: Path) -> Rates:
    (tmp_path / "unit_rates.csv").write_text(TABLE, "utf-8")
    return Rates(read_rates("unit_rates", [tmp_path]), "hz", "HZ")


def test_rates_of_an_item_come_before_those_of_all(rates: Rates) -> None:
    assert rates.factor("REEL", "H87").exact == 5000
    assert rates.factor("REEL", "H87", "R-10K").exact == 3000
    assert rates.factor("H87", "REEL", "R-10K").exact == Fraction(1, 3000)
    assert rates.factor("REEL", "REEL").exact == 1


def test_units_of_the_standard_convert_without_a_row(rates: Rates) -> None:
    assert rates.factor("KGM", "GRM").exact == 1000
    with pytest.raises(ValueError, match=r"cannot be converted from KGM to H87 of R-10K: add the row to codes/unit_rates\.csv"):
        rates.factor("KGM", "H87", "R-10K")


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=9), st.fractions(max_denominator=4096)
)
def test_a_converted_quantity_is_exact_or_refused(quantity: Decimal, factor: Fraction) -> None:
    exact = Fraction(quantity) * factor
    if set(_primes(exact.denominator)) <= {2, 5}:
        assert Fraction(converted(f"{quantity:f}", factor_of(factor))) == exact
    else:
        with pytest.raises(ValueError, match="no finite decimals"):
            converted(f"{quantity:f}", factor_of(factor))


def _primes(number: int) -> list[int]:
    found = []
    for prime in (2, 3, 5, 7):
        while number % prime == 0:
            found.append(prime)
            number //= prime
    return found + ([number] if number > 1 else [])


def test_a_quantity_has_no_zeros_that_say_nothing() -> None:
    assert [converted(text, factor_of(Fraction(1))) for text in ("5.00", "0.0", "-0", "120")] == ["5", "0", "0", "120"]


def test_a_factor_that_is_none_has_its_place(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "unit_rates.csv").write_text("from,to,factor\nREEL,H87,0\nBOX,H87,viel\n", "utf-8")

    assert [problem.path for problem in read_rates("unit_rates", [tmp_path / "codes"]).problems] == [
        "codes/unit_rates.csv:2:1",
        "codes/unit_rates.csv:3:1",
    ]
