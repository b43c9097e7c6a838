"""Quantities with their unit, exact: UN/ECE Recommendation 20 codes and the units that an item declares.

Arithmetic is done in fractions of the item's base unit, so that no sum depends on the order or on rounding. Source of codes and
factors: UN/ECE Recommendation 20, revision 17, Annex I.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction

REC20: Mapping[str, tuple[str, Fraction]] = {
    code: (dimension, Fraction(factor))
    for dimension, units in {
        "count": {"H87": "1", "C62": "1", "EA": "1", "PCE": "1", "PR": "2", "DZN": "12", "GRO": "144", "CEN": "100", "MIL": "1000"},
        "mass": {
            "KGM": "1",
            "GRM": "1/1000",
            "MGM": "1/1000000",
            "MC": "1/1000000000",
            "TNE": "1000",
            "LBR": "0.45359237",
            "ONZ": "0.028349523125",
        },
        "length": {
            "MTR": "1",
            "MMT": "1/1000",
            "CMT": "1/100",
            "DMT": "1/10",
            "4H": "1/1000000",
            "KMT": "1000",
            "INH": "0.0254",
            "FOT": "0.3048",
            "YRD": "0.9144",
        },
        "area": {"MTK": "1", "CMK": "1/10000", "MMK": "1/1000000", "DMK": "1/100", "INK": "0.00064516", "FTK": "0.09290304"},
        "volume": {
            "LTR": "1",
            "MLT": "1/1000",
            "CLT": "1/100",
            "DLT": "1/10",
            "4G": "1/1000000",
            "MTQ": "1000",
            "CMQ": "1/1000",
            "DMQ": "1",
            "HLT": "100",
        },
        "time": {"SEC": "1", "MIN": "60", "HUR": "3600", "DAY": "86400"},
    }.items()
    for code, factor in units.items()
}
"""Code → (dimension, how many reference units of the dimension one of it is)."""


@dataclass(frozen=True, slots=True)
class ItemUnits:
    """How quantities of one item are counted: its base unit and the units it declares beside it (code → base units per one)."""

    base_uom: str
    per_base: Mapping[str, Fraction] = field(default_factory=dict)


class UnknownUnit(ValueError):
    """The unit is neither declared on the item nor of the same Recommendation 20 dimension as its base unit."""


def to_base(quantity: Decimal, uom: str, units: ItemUnits | None) -> Fraction:
    """The quantity in base units of the item; while the item is unknown (None), in reference units of the code's dimension.

    Errors: `UnknownUnit` when there is no exact way from `uom` to the base unit.
    """
    value = Fraction(quantity)
    if units is None:
        return value * REC20[uom][1] if uom in REC20 else value
    if uom == units.base_uom:
        return value
    if uom in units.per_base:
        return value * units.per_base[uom]
    here, there = REC20.get(uom), REC20.get(units.base_uom)
    if here and there and here[0] == there[0]:
        return value * here[1] / there[1]
    raise UnknownUnit(f"{uom} is neither declared on the item nor convertible to its base unit {units.base_uom}")


def base_unit(uom: str, units: ItemUnits | None) -> str:
    """The unit in which `to_base` counts."""
    if units is not None:
        return units.base_uom
    return (
        {"count": "H87", "mass": "KGM", "length": "MTR", "area": "MTK", "volume": "LTR", "time": "SEC"}[REC20[uom][0]]
        if uom in REC20
        else uom
    )


def decimal_text(value: Fraction) -> str:
    """A decimal string without exponent or trailing zeros; a value without finite decimals is shown with 12 places.

    >>> decimal_text(Fraction(5, 2)), decimal_text(Fraction(100)), decimal_text(Fraction(1, 3))
    ('2.5', '100', '0.333333333333')
    """
    places = 12
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    with localcontext() as context:
        context.prec = 60
        number = Decimal(value.numerator) / Decimal(value.denominator)
        if denominator != 1:
            number = round(number, places)
        text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
