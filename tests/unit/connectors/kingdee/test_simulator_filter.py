"""The filter subset of the bill query: what holds for a row, and what the server would not read."""

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.kingdee.simulator_filter import FilterError, parse

ROW: dict[str, Any] = {
    "FID": 7,
    "FBillNo": "MO-1001",
    "FName": "O'Hara 100%",
    "FQty": Decimal("2.50"),
    "FModifyDate": "2026-03-02T09:12:33.477",
    "FIsRework": True,
    "FLot": "",
}


def holds(told: Any) -> bool:
    return parse(told)[0](ROW.get)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "FID = 7",
        "FID='7'",
        "FQty=2.5",
        "FQty > 2 and FQty <= 2.5",
        "FBillNo <> 'x'",
        "FBillNo in ('a', 'MO-1001')",
        "FName like '%Hara%'",
        "FName = 'O''Hara 100%'",
        "FModifyDate >= '2026-03-02 09:12:33'",
        "FModifyDate >= '2026-03-02'",
        "FIsRework = '1'",
        "(FID = 1 or FID = 7) and FBillNo like 'MO%'",
        "FID = 7 or FID = 8 and FID = 9",
        "FLot <> 'x'",
    ],
)
def test_it_holds(told):
    assert holds(told)


@pytest.mark.parametrize("told", ["FID > 7", "FBillNo = 'mo'", "FName like 'Hara%'", "FLot = 'x'", "FID = 7 and FID = 8", "FIsRework='0'"])
def test_it_does_not_hold(told):
    assert not holds(told)


def test_an_array_is_joined_by_its_logic():
    rows = [
        {"Left": "(", "FieldName": "FBillNo", "Compare": "67", "Value": "no", "Right": "", "Logic": "1"},
        {"Left": "", "FieldName": "FBillNo", "Compare": "17", "Value": "100", "Right": ")", "Logic": "0"},
        {"Left": "", "FieldName": "FID", "Compare": "76", "Value": "7", "Right": "", "Logic": "0"},
    ]

    assert holds(rows)
    assert holds(json.dumps(rows))


def test_the_keys_looked_up_are_told():
    assert parse("FID > 1 or (FLot.FNumber like 'a and b%' and FQty in (1, 2))")[1] == ["FID", "FLot.FNumber", "FQty"]


@pytest.mark.parametrize(
    "told",
    ["FID", "FID =", "FID = 7)", "(FID = 7", "FID is 7", "'a' = 'a'", "FID = 7; drop", "[{]", [{"FieldName": "FID", "Compare": "99"}]],
)
def test_what_it_cannot_read_is_refused(told):
    with pytest.raises(FilterError):
        parse(told)


@pytest.mark.parametrize(
    ("told", "floor"),
    [
        ("FDate>='2026' and ((FID>8) or (FID=8 and FEntity_FEntryID>80))", {"fid": 8}),
        ("FID>8 and FID>=9 and FQty<3", {"fid": 9}),
        ("FID>8 or FQty>1", {}),
        ("FID<8 and FID<>3", {}),
        ("FID in (8, 9)", {}),
        ("FID>'8'", {}),
        ("", {}),
    ],
)
def test_a_filter_tells_below_what_nothing_holds(told: str, floor: dict[str, int]) -> None:
    assert parse(told)[2] == floor


@pytest.mark.parametrize(
    ("told", "chosen"),
    [
        ("FID in (1,2,3)", {"fid": {1, 2, 3}}),
        ("FID in (1,2,3) and (FID>1 or FLot.FNumber='x')", {"fid": {1, 2, 3}}),
        ("FID in (1,2) or FID in (3)", {"fid": {1, 2, 3}}),
        ("FID in (1,2) and FID in (2,3)", {"fid": {2}}),
        ("FID in (1,2) or FQty=3", {}),
        ("FBillNo in ('A','B')", {}),
    ],
)
def test_a_filter_tells_of_which_numbers_a_field_must_be_one(told: str, chosen: dict[str, set[int]]) -> None:
    assert parse(told)[3] == chosen
