"""What a query asks for on the wire, and the order in which rows are taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses

from connectors.kingdee.client import FORM, KingdeeClient
from connectors.kingdee.kinds import made
from connectors.kingdee.reading import Reader, beyond, literal, sorted_rows
from connectors.kit.manifest import manifest, typed
from trace_core.errors import Misconfigured

URL = "http://erp.example/k3cloud"
KIND = made("PRD_X", "FID", "FBillNo", "FEntity", "FQty")


def reader(size: int = 2000) -> Reader:
    given = {"url": URL, "acct_id": "A", "user": "u", "app_id": "1_AQID", "app_secret": "x"}
    return Reader(KingdeeClient(typed(manifest("kingdee"), given, "t")), {"PRD_X": KIND}, size=size, connection="hz")


@responses.activate
def test_pages_go_by_keys_and_never_by_rows() -> None:
    for rows in ([[7, 70, "B7", 1, 2], [8, 80, "B8", 1, 3]], [[8, 81, "B8", 2, 4]], []):
        responses.post(f"{URL}/{FORM}.ExecuteBillQuery.common.kdsvc", json=rows)

    found = [one for batch in reader().whole("PRD_X", lambda _: "FDate>='2026-03-01'") for one in batch]

    asked: list[dict[str, Any]] = [json.loads(call.request.body)["data"] for call in responses.calls]  # type: ignore[arg-type]
    assert [(one["FID"], len(one["FEntity"])) for one in found] == [(7, 1), (8, 2)]
    assert {(one["TopRowCount"], one["StartRow"], one["Limit"], one["OrderString"]) for one in asked} == {
        (0, 0, 2000, "FID ASC,FEntity_FEntryID ASC")
    }
    assert [one["FilterString"] for one in asked] == [
        "FDate>='2026-03-01'",
        "FDate>='2026-03-01' and ((FID>8) or (FID=8 and FEntity_FEntryID>80))",
        "FDate>='2026-03-01' and ((FID>8) or (FID=8 and FEntity_FEntryID>81))",
    ]


@responses.activate
def test_some_hundred_keys_go_into_one_query_whose_filter_stays_short() -> None:
    for rows in ([[7, 70, "B7", 1, 2]], [], [], []):
        responses.post(f"{URL}/{FORM}.ExecuteBillQuery.common.kdsvc", json=rows)

    found = [one for batch in reader().chosen("PRD_X", ["7", *(f"{key:018}" for key in range(400))]) for one in batch]

    asked = [json.loads(call.request.body)["data"]["FilterString"] for call in responses.calls]  # type: ignore[arg-type]
    assert [one["FID"] for one in found] == [7]
    assert asked[0].startswith("FID in (7,0000")
    assert len(asked) == 3
    assert max(map(len, asked)) < 6200


@pytest.mark.parametrize(
    ("last", "where"),
    [(None, ""), ((5,), "((FID>5))"), ((5, None), "((FID>5))"), (("a'b", 7), "((FID>'a''b') or (FID='a''b' and FE>7))")],
)
def test_what_lies_beyond_a_row(last: tuple[Any, ...] | None, where: str) -> None:
    assert beyond(("FID", "FE"), last) == where


def test_rows_are_taken_in_the_order_of_their_keys_and_once() -> None:
    rows = [[2, 20, "x"], [1, None, "y"], [2, 20, "x"], [1, 10, "z"]]

    assert sorted_rows(rows, 2) == [[1, None, "y"], [1, 10, "z"], [2, 20, "x"]]
    assert sorted_rows([["b", 1], ["a", 1], ["b", 1]], 1) == [["b", 1], ["a", 1]]


def test_texts_in_filters_are_quoted() -> None:
    assert (literal(7), literal("7"), literal("O'Neil")) == ("7", "7", "'O''Neil'")


@responses.activate
def test_a_server_that_goes_on_naming_a_field_that_is_not_asked_for_is_not_asked_for_ever() -> None:
    told = {"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": [{"Message": "元数据中标识为FMore的字段不存在"}], "MsgCode": 9}}}
    responses.post(f"{URL}/{FORM}.ExecuteBillQuery.common.kdsvc", json=[[told]])
    responses.post(f"{URL}/{FORM}.QueryBusinessInfo.common.kdsvc", json={"Result": {"NeedReturnData": None}})
    asks = reader()
    asks.kinds["PRD_X"] = made("PRD_X", "FID", "FBillNo FMore?")

    with pytest.raises(Misconfigured, match="FMore"):
        asks.page("PRD_X", lambda _: "", None)

    assert [call.request.url.split(".")[-3] for call in responses.calls] == ["ExecuteBillQuery", "QueryBusinessInfo", "ExecuteBillQuery"]  # type: ignore[union-attr]
