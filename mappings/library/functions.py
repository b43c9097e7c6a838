"""Functions for `call:`: each takes one text, and perhaps options by name, and gives a text or a list of texts.

A function is pure and typed; options are `int` or `str`. It raises ValueError with a sentence for what it cannot read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from mappings.library.check_digits import gtin, sscc


def upper(text: str) -> str:
    """The text in capital letters.

    >>> upper("r-10k")
    'R-10K'
    """
    return text.upper()


def half_width(text: str) -> str:
    """The text with full-width letters, digits and signs as plain ones.

    >>> half_width("Ｌ２６（甲）")
    'L26(甲)'
    """
    return unicodedata.normalize("NFKC", text)


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


def left(text: str, *, length: int) -> str:
    """The first characters of the text.

    >>> left("2604-0001", length=4)
    '2604'
    """
    return text[:length]


def without_leading(text: str, *, sign: str) -> str:
    """The text without the signs that it begins with, such as the zeros of an SAP number; at least one character stays.

    >>> without_leading("000000000000001234", sign="0"), without_leading("000", sign="0")
    ('1234', '0')
    """
    return text.lstrip(sign) or text[-1:]


def part_of(text: str, *, pattern: str) -> str:
    r"""What the first group of a regular expression finds.

    >>> part_of("批次:L260301-7 供应商", pattern=r"批次[:：](\S+)")
    'L260301-7'
    """
    found = re.search(pattern, text)
    if found is None or not found.groups():
        raise ValueError(f"has nothing that {pattern!r} finds in a group")
    return str(found[1])


def percent_of_fraction(text: str) -> str:
    """A share such as 0.02 as a percentage.

    >>> percent_of_fraction("0.02")
    '2'
    """
    try:
        return f"{(Decimal(text) * 100).normalize():f}"
    except InvalidOperation as fault:
        raise ValueError("is no number") from fault


def quotient(text: str, *, digits: int) -> str:
    """What a number over another is, such as a usage per so many of the product; rounded to that many decimals where it has no end.

    >>> quotient("3/1000", digits=12), quotient("1/12", digits=6), quotient("8/4", digits=0)
    ('0.003', '0.083333', '2')
    """
    above, _, below = text.partition("/")
    try:
        found = round(Fraction(above) / Fraction(below), digits)
    except ValueError as fault:
        raise ValueError("is no number over a number") from fault
    except ZeroDivisionError as fault:
        raise ValueError("cannot be divided by zero") from fault
    whole = f"{abs(found.numerator * 10**digits // found.denominator):0{digits + 1}d}"
    decimal = f"{whole[: len(whole) - digits]}.{whole[len(whole) - digits :]}".rstrip("0").rstrip(".") if digits else whole
    return f"-{decimal}" if found < 0 else decimal


def single(text: str) -> str:
    """The text, where it is one word: a field that should name one thing and names several says nothing that can be taken.

    >>> single("SN-1")
    'SN-1'
    """
    if len(found := words(text)) > 1:
        raise ValueError(f"names {len(found)} things, where one is meant")
    return text


def negated(text: str) -> str:
    """A number with the other sign: systems that write what left stock below zero.

    >>> negated("-12.50"), negated("3")
    ('12.50', '-3')
    """
    return text[1:] if text.startswith("-") else f"-{text}"


def words(text: str) -> list[str]:
    """The words of a text, separated by blanks, commas or semicolons, also full-width ones.

    >>> words("C1, C2；C3")
    ['C1', 'C2', 'C3']
    """
    return [word for word in re.split(r"[\s,;，；、]+", text) if word]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        upper,
        half_width,
        after_slash,
        before_slash,
        left,
        without_leading,
        part_of,
        percent_of_fraction,
        quotient,
        single,
        negated,
        words,
        gtin,
        sscc,
    )
}
"""Name → function: all that YAML may call."""
