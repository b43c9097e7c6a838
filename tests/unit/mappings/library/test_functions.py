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
