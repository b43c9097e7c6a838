"""The balance of every lot of a plant: what came in less what went out by our movements, beside what the plant's system has in stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from mappings.engine.steps import Line as MappingLine
from pipelines.ports import Line, Plumbing
from pipelines.state import reconciliation
from pipelines.state import reconciliation_balance as state
from trace_core.errors import Misconfigured, Problem, Rejected
from trace_core.quantity import ItemUnits, UnknownUnit, base_unit, decimal_text, to_base
from trace_core.world import units_of

STOCK = "stock"
"""The mapping that says where item, lot, quantity and unit stand in what a system tells of its stock."""
MOST = 1000
"""Problems that are told of one stock."""
_JSON = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Balance:
    """One lot of an item, or what the item has without a lot (`lot` empty): quantities in `uom`; `moves` are ours by type, signed.

    `theirs` is None where no system was asked. `problem` says why a quantity could not be converted; it is not in the sums then.
    """

    item: str
    lot: str
    uom: str
    moves: Mapping[str, Fraction]
    theirs: Fraction | None
    problem: str = ""

    @property
    def ours(self) -> Fraction:
        """What is on hand by our movements."""
        return sum(self.moves.values(), Fraction(0))

    @property
    def difference(self) -> Fraction | None:
        """Theirs less ours."""
        return None if self.theirs is None else self.theirs - self.ours

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against it: both sides are equal, or nobody was asked and there is no less than none."""
        return not self.problem and (self.ours >= 0 if self.difference is None else self.difference == 0)

    def as_json(self) -> dict[str, Any]:
        """Quantities as decimal texts."""
        told = {"item": self.item, "lot": self.lot or None, "uom": self.uom, "ours": decimal_text(self.ours)}
        both = {
            name: None if value is None else decimal_text(value)
            for name, value in (("theirs", self.theirs), ("difference", self.difference))
        }
        moves = {name: decimal_text(value) for name, value in sorted(self.moves.items())}
        return told | both | {"moves": moves, "agrees": self.agrees, "problem": self.problem or None}


def balance(plant: str, lines: list[Line], plumbing: Plumbing, told: dict[str, int]) -> Iterator[Balance]:
    """Every lot of a plant by item and lot, compared with the stock that `lines` tell; `told` takes the counts of what was not counted.

    Errors: the connector's verdicts; `Misconfigured` where a system has stock and no mapping for it; `Rejected` with what it cannot read.
    """
    now = plumbing.now()
    with plumbing.begin() as connection:
        ids = [reconciliation.begin(connection, line.name, line.stock, now=now, deep=False, window=(None, None)) for line in lines]
    try:
        for line, id_ in zip(lines, ids, strict=True):
            _stock(line, id_, plumbing)
        with plumbing.begin() as connection:
            told |= state.uncounted(connection, plant, at=now)
            units = {item: units_of(body) for item, body in state.items(connection, plant)}
            for row in state.balances(connection, plant, ids, at=now):
                yield _balance(row, units.get(row.item), asked=bool(lines))
    finally:
        with plumbing.begin() as connection:
            reconciliation.discard(connection, ids)


def _stock(line: Line, id_: int, plumbing: Plumbing) -> None:
    """Write down what a system has in stock, page by page."""
    mapper = plumbing.mapper(line, STOCK)
    if mapper is None:
        raise Misconfigured(f"there is no mapping {line.system}/{STOCK} for the stock of {line.name}", code="mapping")
    plan, problems = mapper.plan(MappingLine(line.name, line.plant, line.zone)), list[Problem]()
    with closing(plumbing.connector(line.name)) as connector:
        for page in connector.pull(line.stock, None, full=True):
            outcomes = plan.apply_many([_JSON.decode(one.payload) for one in page.documents if not one.deleted])
            problems += [problem for outcome in outcomes for problem in outcome.problems][: MOST - len(problems)]
            rows = [_row(one.body) for outcome in outcomes if not outcome.problems for one in outcome.documents]
            with plumbing.begin() as connection:
                state.add(connection, id_, rows)
    if problems:
        raise Rejected(f"the stock of {line.name} cannot be read", code="stock", problems=problems)


def _row(body: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return body["thing"]["item"], body["thing"].get("number") or "", body["uom"], body["quantity"]


def _balance(row: Any, units: ItemUnits | None, *, asked: bool) -> Balance:
    """Quantities in the item's base unit; while the item is unknown in that of their dimension."""
    moves: dict[str, Fraction] = {}
    problems: list[str] = []
    uoms = [uom for _, uom, _ in row.moves or ()] + [uom for uom, _ in row.stock or ()]

    def counted(quantity: str, uom: str) -> Fraction:
        try:
            return to_base(Decimal(quantity), uom, units)
        except UnknownUnit as fault:
            problems.append(str(fault))
            return Fraction(0)

    for type_, uom, quantity in row.moves or ():
        moves[type_] = moves.get(type_, Fraction(0)) + counted(quantity, uom)
    theirs = sum((counted(quantity, uom) for uom, quantity in row.stock or ()), Fraction(0)) if asked else None
    kinds = {base_unit(uom, units) for uom in uoms}
    if len(kinds) > 1:
        problems.append(f"its units {', '.join(sorted(set(uoms)))} are of several dimensions, and the item is not known")
    return Balance(row.item, row.lot, min(kinds, default=""), moves, theirs, "; ".join(dict.fromkeys(problems)))
