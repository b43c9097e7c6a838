"""What Tryton itself says about every lot, by its own `stock.lot.trace`, in the form in which we compare.

Tryton's trace rows are done moves with a lot; a row into a production leads upward to the rows out of it. An edge is (from lot, to lot,
production), with the quantity that went in; outputs are (lot, production) with the quantity that came out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.generic.client import RestClient
from trace_core.answer import trace
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
]
PLANT = PlantCode("CD")
Lot = tuple[str, str]
Edge = tuple[Lot, Lot, str]


@dataclass(frozen=True, slots=True)
class Genealogy:
    """Edges with the quantity that went in, forward and backward apart, for every lot."""

    lots: frozenset[Lot]
    forward: dict[Edge, Decimal]
    backward: dict[Edge, Decimal]


def by_tryton(client: RestClient) -> Genealogy:
    """The genealogy as Tryton answers it, upward and downward."""
    asked = {"kind": "stock.lot.trace", "filter": [], "offset": 0, "limit": 100000, "order": [["id", "ASC"]], "fields": FIELDS}
    rows = {row["id"]: row for row in client.call(asked)}
    forward: dict[Edge, Decimal] = defaultdict(Decimal)
    backward: dict[Edge, Decimal] = defaultdict(Decimal)
    for row in rows.values():
        if row["production_input"]:
            for lot in sorted({_lot(rows[one]) for one in row["upward_traces"]}):
                forward[_lot(row), lot, row["production_input"]["number"]] += _number(row)
        if row["production_output"]:
            for part in row["downward_traces"]:
                backward[_lot(rows[part]), _lot(row), row["production_output"]["number"]] += _number(rows[part])
    return Genealogy(frozenset(_lot(row) for row in rows.values()), dict(forward), dict(backward))


def _lot(row: dict[str, Any]) -> Lot:
    return row["product"]["code"], row["lot"]["number"]


def _number(row: dict[str, Any]) -> Decimal:
    return Decimal(str(row["quantity"]))


def by_us(documents: Documents, lots: frozenset[Lot], now: Any) -> Genealogy:
    """The genealogy as Lotweave answers it: the direct links of every lot, asked forward and backward."""
    edges: dict[str, dict[Edge, Decimal]] = {"forward": {}, "backward": {}}
    for item, number in sorted(lots):
        root = ThingId(PLANT, "lot", ItemCode(item), number)
        for direction, found in edges.items():
            answer = trace(documents, root, direction=direction, now=now)
            end = "from" if direction == "forward" else "to"
            for link in answer["links"]:
                if link[end] == root.uri:
                    found[_named(link["from"]), _named(link["to"]), link["order"]] = Decimal(link.get("quantity", "0"))
    return Genealogy(lots, edges["forward"], edges["backward"])


def _named(uri: str) -> Lot:
    _, _, item, number = uri.split("/")
    return item, number


def differences(ours: Genealogy, theirs: Genealogy) -> list[str]:
    """Every edge that only one side has, and every quantity that differs, in words."""
    found = []
    for name, mine, other in (("forward", ours.forward, theirs.forward), ("backward", ours.backward, theirs.backward)):
        for edge in sorted(mine.keys() | other.keys()):
            if mine.get(edge) != other.get(edge):
                (a, b, order) = edge
                found.append(f"{name} {'/'.join(a)} > {'/'.join(b)} on {order}: we {mine.get(edge)}, Tryton {other.get(edge)}")
    return found
