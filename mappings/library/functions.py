"""Functions for `call:`: each takes one text and gives a text or a list of texts.

A function raises ValueError with a sentence for what it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def upper(text: str) -> str:
    """The text in capital letters.

    >>> upper("r-10k")
    'R-10K'
    """
    return text.upper()


def after_slash(text: str) -> str:
    """What follows the last slash of a path-like key.

    >>> after_slash("2026/03/MO-1")
    'MO-1'
    """
    return text.rsplit("/", 1)[-1]


def before_slash(text: str) -> str:
    """What stands before the first slash.

    >>> before_slash("LOT-7/R10K")
    'LOT-7'
    """
    return text.split("/", 1)[0]


def percent_of_fraction(text: str) -> str:
    """A share such as 0.02 as a percentage.

    >>> percent_of_fraction("0.02")
    '2'
    """
    try:
        return f"{(Decimal(text) * 100).normalize():f}"
    except InvalidOperation as fault:
        raise ValueError("is no number") from fault


def words(text: str) -> list[str]:
    """The words of a text, separated by blanks, commas or semicolons, also full-width ones.

    >>> words("C1, C2；C3")
    ['C1', 'C2', 'C3']
    """
    return [word for word in re.split(r"[\s,;，；、]+", text) if word]


FUNCTIONS: Mapping[str, Callable[[str], Any]] = {
    function.__name__: function for function in (upper, after_slash, before_slash, percent_of_fraction, words)
}
"""Name → function: all that YAML may call."""
