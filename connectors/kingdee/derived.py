"""What the connector adds to a document under names that begin with LW_, because a mapping compares no fields and joins no rows.

`LW_Before` of a row is the one row that was there before it (lot adjustment), and `LW_LotChanges` says whether its lot is another; where
there are several rows before, both are missing. Names of `compares` are "1" where the fields differ, "0" where they do not. `LW_Leaves`,
`LW_Arrives` and `LW_Within` say how a transfer lies to the organisations that the connection reads, where both its sides are known.
Fields of the main row that take a trace are told at the head as well.
"""

from __future__ import annotations

from typing import Any

from connectors.kingdee.kinds import Kind, Pairing

LOT = ("FMaterialId.FNumber", "FLot.FNumber")
MAIN = "1"
"""FProductType of what an order is for, as against by-products."""


def add(kind: Kind, document: dict[str, Any]) -> None:
    """Add to the document, in place."""
    rows = document.get(kind.entity) or []
    for name, pairs in kind.compares.items():
        for row in rows:
            row[name] = "1" if any(_differ(row, *pair) for pair in pairs) else "0"
    if kind.sides:
        out, into = (_at(document, path) for path in kind.sides)
        known, away, here = bool(out and into), out in kind.ours, into in kind.ours
        document["LW_Leaves"] = "1" if known and away and not here else "0"
        document["LW_Arrives"] = "1" if known and here and not away else "0"
        document["LW_Within"] = "1" if known and (out == into or (away and here)) else "0"
    if kind.pairing is not None:
        _pair(kind.pairing, rows)
    if kind.lifted:
        row = main_row(rows) or {}
        document.update({name: row.get(name) for name in kind.lifted})


def main_row(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one row that an order is for; None where there are several or none."""
    found = [row for row in rows if str(row.get("FProductType") or MAIN) == MAIN]
    return found[0] if len(found) == 1 else None


def _differ(row: dict[str, Any], before: str, after: str) -> bool:
    """Whether the second field says something else than the first; saying nothing is saying the same."""
    then = _at(row, after)
    return bool(then) and then != _at(row, before)


def _at(row: dict[str, Any], path: str) -> Any:
    name, _, inner = path.partition(".")
    held = row.get(name)
    return held.get(inner) if inner and isinstance(held, dict) else held


def _pair(pairing: Pairing, rows: list[dict[str, Any]]) -> None:
    before: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if str(row.get(pairing.side)).upper() == pairing.before:
            before.setdefault(str(row.get(pairing.by)), []).append(row)
    for row in rows:
        sides = before.get(str(row.get(pairing.by)), [])
        if str(row.get(pairing.side)).upper() == pairing.after and len(sides) == 1:
            row["LW_Before"] = dict(sides[0])
            row["LW_LotChanges"] = "1" if any(_at(row, path) != _at(sides[0], path) for path in LOT) else "0"
