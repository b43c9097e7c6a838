"""GS1 keys with their check digits. Source: GS1 General Specifications, section 7.9."""

from __future__ import annotations


def gtin(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 as 14 digits, its check digit verified.

    >>> gtin("4006381333931")
    '04006381333931'
    """
    return _checked(text, (8, 12, 13, 14), "GTIN").rjust(14, "0")


def sscc(text: str) -> str:
    """A serial shipping container code of 18 digits, its check digit verified; the application identifier (00) may stand before it.

    >>> sscc("(00)106141411234567897")
    '106141411234567897'
    """
    return _checked(text.removeprefix("(00)").removeprefix("00") if len(text) > len("106141411234567897") else text, (18,), "SSCC")


def _checked(text: str, lengths: tuple[int, ...], name: str) -> str:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in lengths:
        raise ValueError(f"is no {name}: it has {' or '.join(map(str, lengths))} digits")
    weighted = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits[:-1])))
    if (weighted + int(digits[-1])) % 10:
        raise ValueError(f"is no {name}: its check digit should be {-weighted % 10}")
    return digits
