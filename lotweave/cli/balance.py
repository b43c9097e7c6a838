"""What `reconcile --balance` shows: lot by lot what there is by our movements and what the plant's systems have in stock."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable

from rich.table import Table

from lotweave.cli.common import DONE, NO, out, say
from lotweave.plumbing import stock_lines
from lotweave.settings import Site
from pipelines.ports import Plumbing
from pipelines.steps.balance import Balance, balance
from trace_core.quantity import decimal_text

LISTED = 50
"""Lots that do not agree and are listed; more are counted, and exported by `--format csv`."""


def show_balance(site: Site, plant: str, plumbing: Plumbing, form: str, *, as_json: bool) -> int:
    """Say how much of each lot there is on both sides; the exit status."""
    lines = stock_lines(site, plant)
    uncounted: dict[str, int] = {}
    found = balance(plant, lines, plumbing, uncounted)
    if form == "csv" and not as_json:
        return NO if _write_csv(found) else DONE
    lots, differing = 0, 0
    listed: list[Balance] = []
    for one in found:
        lots += 1
        if not one.agrees:
            differing += 1
            listed += [one] if differing <= LISTED else []

    def person() -> None:
        table = Table("item", "lot", "ours", "theirs", "difference", "unit", "", box=None)
        for one in listed:
            told = one.as_json()
            table.add_row(*(str(told[name] or "") for name in ("item", "lot", "ours", "theirs", "difference", "uom", "problem")))
        if listed:
            out.print(table)
        whom = ", ".join(line.name for line in lines) or "no system: none of the plant's tells its stock"
        out.print(f"{lots} lots, {differing} do not agree; asked {whom}", markup=False)
        if any(uncounted.values()):
            out.print("not counted: {containers} movements of containers, {unknown} without a quantity".format(**uncounted), markup=False)

    answer = {"plant": plant, "asked": [line.name for line in lines], "lots": lots, "agreeing": lots - differing, "uncounted": uncounted}
    say(answer | {"differences": [one.as_json() for one in listed]}, as_json=as_json, person=person)
    return NO if differing else DONE


def _write_csv(found: Iterable[Balance]) -> int:
    """Every lot, one a line; how many do not agree."""
    writer, differing = csv.writer(sys.stdout, lineterminator="\n"), 0
    writer.writerow(("item", "lot", "ours", "theirs", "difference", "uom", "agrees", "problem"))
    for one in found:
        both = ("" if value is None else decimal_text(value) for value in (one.theirs, one.difference))
        writer.writerow((one.item, one.lot, decimal_text(one.ours), *both, one.uom, "yes" if one.agrees else "no", one.problem))
        differing += not one.agrees
    return differing
