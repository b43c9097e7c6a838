"""What the connector adds to documents."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.kingdee.derived import add, main_row
from connectors.kingdee.kinds import Pairing, made

MOVE = made("X", "FID", "", "FEntity", "", compares={"LW_LotChanges": (("FLot.FNumber", "FDestLot.FNumber"),)})
ADJUST = made("Y", "FID", "", "FEntity", "", pairing=Pairing("FGroup", "FConvertType", "A", "B"))


@pytest.mark.parametrize(("lot", "to", "told"), [("L", "L", "0"), ("L", "M", "1"), ("L", None, "0"), (None, "M", "1"), (None, None, "0")])
def test_a_lot_changes_where_the_other_side_names_another(lot: str | None, to: str | None, told: str) -> None:
    document: dict[str, Any] = {"FEntity": [{"FLot": {"FNumber": lot}, "FDestLot": {"FNumber": to}}]}

    add(MOVE, document)

    assert document["FEntity"][0]["LW_LotChanges"] == told


def row(side: str, group: int, lot: str) -> dict[str, Any]:
    return {"FGroup": group, "FConvertType": side, "FLot": {"FNumber": lot}, "FMaterialId": {"FNumber": "M"}}


def test_rows_are_told_the_one_row_before_them() -> None:
    document = {"FEntity": [row("A", 1, "L"), row("b", 1, "M"), row("B", 1, "L"), row("A", 2, "P"), row("A", 2, "Q"), row("B", 2, "R")]}

    add(ADJUST, document)

    told = [(one.get("LW_Before", {}).get("FLot", {}).get("FNumber"), one.get("LW_LotChanges")) for one in document["FEntity"]]
    assert told == [(None, None), ("L", "1"), ("L", "0"), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize(("types", "at"), [(["1"], 0), (["2", "1", "3"], 1), (["1", "1"], None), ([None], 0), (["2"], None), ([], None)])
def test_an_order_is_for_its_one_main_row(types: list[str | None], at: int | None) -> None:
    rows = [{"FProductType": one} for one in types]

    assert main_row(rows) is (None if at is None else rows[at])


@pytest.mark.parametrize(
    ("out", "into", "told"),
    [
        ("100", "200", "leaves"),
        ("200", "100", "arrives"),
        ("100", "101", "within"),
        ("200", "200", "within"),
        ("200", "300", ""),
        (None, "100", ""),
        ("100", None, ""),
    ],
)
def test_a_transfer_lies_to_the_connections_organisations_in_one_way(out: str | None, into: str | None, told: str) -> None:
    kind = made("Z", "FID", "FOut.FNumber FIn.FNumber", sides=("FOut.FNumber", "FIn.FNumber"), ours=frozenset({"100", "101"}))
    document: dict[str, Any] = {"FOut": {"FNumber": out}, "FIn": {"FNumber": into}}

    add(kind, document)

    ways = {"leaves": document["LW_Leaves"], "arrives": document["LW_Arrives"], "within": document["LW_Within"]}
    assert [name for name, value in ways.items() if value == "1"] == ([told] if told else [])
