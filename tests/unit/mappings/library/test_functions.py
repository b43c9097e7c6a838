"""The functions that YAML may call: their examples are their tests."""

from __future__ import annotations

import doctest

import pytest

from mappings.library import check_digits, functions


def test_every_example_holds() -> None:
    assert doctest.testmod(functions).failed == doctest.testmod(check_digits).failed == 0


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="is no number"):
        functions.percent_of_fraction("viel")


@pytest.mark.parametrize(("text", "said"), [("1/0", "divided by zero"), ("1/viel", "no number over"), ("1", "no number over")])
def test_what_is_no_number_over_another_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        functions.quotient(text, digits=6)


def test_several_words_are_no_single_one() -> None:
    with pytest.raises(ValueError, match="names 2 things"):
        functions.single("SN-1，SN-2")
