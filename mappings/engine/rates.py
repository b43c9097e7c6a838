"""Unit tables: how many of one unit another is, exactly, for all items or one, beside the units of UN/ECE Recommendation 20.

Columns `from,to,factor` and `item`: one `from` is `factor` times `to`. A factor is a whole number, a decimal or a fraction such as 1/3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from pathlib import Path

from mappings.engine.codes import code_paths
from mappings.engine.tables import Row, Table, read_table
from mappings.engine.values import decimal_plain, without_zeros
from trace_core.errors import Problem
from trace_core.quantity import REC20, decimal_text

UNITS = "unit_rates"
"""The table that `convert` uses unless it names another."""


def read_rates(name: str, folders: Sequence[Path]) -> Table:
    """A unit table out of its folders; problems are noted in it."""
    table = read_table(name, code_paths(name, folders), ("from", "to", "factor"), ("item",))
    for row in table.rows:
        if _factor(row) is None:
            table.problems.append(
                Problem(str(row.place), "factor must be a number above zero such as 5000, 0.001 or 1/3", row.values["factor"])
            )
    return table


def _factor(row: Row) -> Fraction | None:
    try:
        found = Fraction(row.values["factor"])
    except (ValueError, ZeroDivisionError):
        return None
    return found if found > 0 else None


class Rates:
    """A unit table as one connection in one plant sees it."""

    def __init__(self, table: Table, connection: str, plant: str) -> None:
        rows = table.for_line(connection, plant)
        self.name = table.name
        self.dated = any(row.since != date.min or row.until != date.max for row in rows)
        self._rows: dict[tuple[str, str, str], list[tuple[Row, Fraction]]] = {}
        for row in rows:
            factor = _factor(row) or Fraction(1)
            for here, there, exact in ((row.values["from"], row.values["to"], factor), (row.values["to"], row.values["from"], 1 / factor)):
                self._rows.setdefault((here, there, row.values["item"]), []).append((row, exact))
        self._known: dict[tuple[str, str, str, str, date | None], Factor] = {}

    def factor(self, here: str, there: str, item: str = "", organisation: str = "", day: date | None = None) -> Factor:
        """How many `there` one `here` is. Errors: ValueError when no row and no dimension of Recommendation 20 says."""
        asked = (here, there, item, organisation, day)
        found = self._known.get(asked)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[asked] = factor_of(self._find(here, there, item, organisation, day))
        return found

    def _find(self, here: str, there: str, item: str, organisation: str, day: date | None) -> Fraction:
        if here == there:
            return Fraction(1)
        for name in dict.fromkeys((item, "")):
            for row, exact in self._rows.get((here, there, name), ()):
                if row.organisation in ("", organisation) and (day is None or row.holds(day)):
                    return exact
        one, other = REC20.get(here), REC20.get(there)
        if one and other and one[0] == other[0]:
            return one[1] / other[1]
        about = f" of {item}" if item else ""
        raise ValueError(f"cannot be converted from {here} to {there}{about}: add the row to codes/{self.name}.csv and replay")


_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Factor:
    """How many of one unit another is; `decimal` where it has finite decimals, `whole` where it needs none."""

    exact: Fraction
    decimal: Decimal | None
    whole: int | None


def factor_of(exact: Fraction) -> Factor:
    """A factor ready for use."""
    text = decimal_text(exact)
    return Factor(exact, Decimal(text) if Fraction(text) == exact else None, int(exact) if exact.denominator == 1 else None)


_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])


def converted(quantity: str, factor: Factor) -> str:
    """The quantity times the factor as a decimal string, exact.

    Errors: ValueError when it has no finite decimals.
    """
    if factor.whole is not None:
        if factor.whole == 1:
            return without_zeros(quantity)
        if quantity.isdigit():
            return str(int(quantity) * factor.whole)
    if factor.decimal is not None:
        return decimal_plain(_EXACT.multiply(Decimal(quantity), factor.decimal))
    exact = Fraction(Decimal(quantity)) * factor.exact
    text = decimal_text(exact)
    if Fraction(text) != exact:
        raise ValueError(f"times {factor.exact} has no finite decimals; give the quantity in its own unit and declare that on the item")
    return text
