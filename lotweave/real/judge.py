"""What Tryton itself says about every lot, by its own `stock.lot.trace`, in the form in which we compare.

Tryton's trace rows are done moves with a lot; a row into a production leads upward to the rows out of it. Four tables are compared:
`forward` and `backward` (edges from lot to lot on a production, with what went in), `moved` (what was received, issued, produced and
shipped of each lot) and `reached` (every lot that a lot's whole trace comes to). Where a production made several lots, nobody knows how
much went into which, and an edge has no quantity on either side; what was issued is then compared in `moved` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from connectors.generic.client import RestClient
from trace_core.answer import trace
from trace_core.graph import Graph
from trace_core.identifiers import ItemCode, PlantCode, ThingId
from trace_core.ports import Documents

FIELDS = [
    "product.code",
    "lot.number",
    "quantity",
    "upward_traces",
    "downward_traces",
    "production_input.number",
    "production_output.number",
    "from_location.type",
    "to_location.type",
]
PLANT = PlantCode("CD")
MANY = 100000
Lot: TypeAlias = tuple[str, str]
Row: TypeAlias = dict[str, Any]
Table: TypeAlias = Mapping[tuple[Any, ...], Any]


@dataclass(frozen=True, slots=True)
class Genealogy:
    """All that one side says of all lots; keys of the tables begin with lots."""

    lots: frozenset[Lot]
    forward: Table
    backward: Table
    moved: Table
    reached: Table

    def tables(self) -> dict[str, Table]:
        """The tables by name."""
        return {"forward": self.forward, "backward": self.backward, "moved": self.moved, "reached": self.reached}


def by_tryton(client: RestClient) -> Genealogy:
    """The genealogy as Tryton answers it, upward and downward."""
    asked = {"kind": "stock.lot.trace", "filter": [], "offset": 0, "limit": MANY, "order": [["id", "ASC"]], "fields": FIELDS}
    rows = {row["id"]: row for row in client.call(asked)}
    made: dict[str, set[Lot]] = defaultdict(set)
    for row in rows.values():
        if row["production_output"]:
            made[row["production_output"]["number"]].add(_lot(row))
    forward: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    backward: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    moved: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in rows.values():
        if row["production_input"]:
            for lot in {_lot(rows[one]) for one in row["upward_traces"]}:
                forward[_lot(row), lot, row["production_input"]["number"]] += _quantity(row)
        if row["production_output"]:
            for part in row["downward_traces"]:
                backward[_lot(rows[part]), _lot(row), row["production_output"]["number"]] += _quantity(rows[part])
        for type_, order in _types(row):
            moved[_lot(row), type_, order] += _quantity(row)
    return Genealogy(
        frozenset(_lot(row) for row in rows.values()),
        forward={edge: quantity if len(made[edge[2]]) == 1 else None for edge, quantity in forward.items()},
        backward={edge: quantity if len(made[edge[2]]) == 1 else None for edge, quantity in backward.items()},
        moved=dict(moved),
        reached=_reached(rows),
    )


def _types(row: Row) -> Iterator[tuple[str, str]]:
    """What a trace row is in our words; nothing for a move inside the plant."""
    if row["production_input"]:
        yield "issue", row["production_input"]["number"]
    if row["production_output"]:
        yield "produce", row["production_output"]["number"]
    if row["from_location"]["type"] == "supplier":
        yield "receive", ""
    if row["to_location"]["type"] == "customer":
        yield "ship", ""


def _reached(rows: Mapping[int, Row]) -> Table:
    """All lots that Tryton's traces lead to from any row of a lot, by direction."""
    found: dict[tuple[Any, ...], tuple[Lot, ...]] = {}
    for lot in {_lot(row) for row in rows.values()}:
        for direction, links in (("forward", "upward_traces"), ("backward", "downward_traces")):
            seen: set[int] = set()
            ahead = [number for number, row in rows.items() if _lot(row) == lot]
            while ahead:
                number = ahead.pop()
                if number not in seen:
                    seen.add(number)
                    ahead += rows[number][links]
            found[lot, direction] = tuple(sorted({_lot(rows[number]) for number in seen} - {lot}))
    return found


def _lot(row: Row) -> Lot:
    return row["product"]["code"], row["lot"]["number"]


def _quantity(row: Row) -> Decimal:
    return Decimal(str(row["quantity"]))


def by_us(documents: Documents, lots: frozenset[Lot], now: datetime) -> Genealogy:
    """The genealogy as Lotweave answers it: every lot asked forward and backward, and its events."""
    edges: dict[str, dict[tuple[Any, ...], Decimal | None]] = {"forward": {}, "backward": {}}
    reached: dict[tuple[Any, ...], tuple[Lot, ...]] = {}
    moved: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for lot in sorted(lots):
        root = ThingId(PLANT, "lot", ItemCode(lot[0]), lot[1])
        for direction, end in (("forward", "from"), ("backward", "to")):
            answer = trace(documents, root, direction=direction, now=now)
            reached[lot, direction] = tuple(sorted(_named(thing["id"]) for thing in answer["things"]))
            for link in answer["links"]:
                if link[end] == root.uri:
                    quantity = Decimal(link["quantity"]) if "quantity" in link else None
                    edges[direction][_named(link["from"]), _named(link["to"]), link["order"]] = quantity
        for type_, order, quantity in _events(documents, root):
            moved[lot, type_, order] += quantity
    return Genealogy(lots, edges["forward"], edges["backward"], dict(moved), reached)


def _events(documents: Documents, thing: ThingId) -> Iterator[tuple[str, str, Decimal]]:
    graph = Graph(documents)
    graph.reach([thing])
    for event in graph.events(thing):
        for flow in event.inputs:
            yield event.type, event.order or "", flow.quantity or Decimal(0)


def _named(uri: str) -> Lot:
    _, _, item, number = uri.split("/")
    return item, number


def differences(ours: Genealogy, theirs: Genealogy) -> list[str]:
    """Everything that only one side says, and everything on which they differ, in words."""
    other = theirs.tables()
    return [
        f"{name} {_told(key)}: we {_said(table, key)}, Tryton {_said(other[name], key)}"
        for name, table in ours.tables().items()
        for key in sorted(table.keys() | other[name].keys(), key=_told)
        if (key in table, table.get(key)) != (key in other[name], other[name].get(key))
    ]


def _said(table: Table, key: tuple[Any, ...]) -> str:
    if key not in table:
        return "nothing"
    return "no quantity" if table[key] is None else _told(table[key]) or "no lot"


def _told(value: Any) -> str:
    return " ".join(map(_told, value)) if isinstance(value, tuple) else str(value)
