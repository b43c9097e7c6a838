"""The simulated bill query: rows multiplied by entries and serial numbers, references resolved, the vendor's paging."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_query import Query, QueryError

SERIALS = [{"FDetailID": 31, "FSerialNo": "S1"}, {"FDetailID": 32, "FSerialNo": "S2"}]
ROWS: list[dict[str, Any]] = [
    {"FEntryID": 21, "FSeq": 1, "FMaterialId": "gear", "FRealQty": Decimal(2), "FLot": "L-7", "FSerialSubEntity": SERIALS},
    {"FEntryID": 22, "FSeq": 2, "FMaterialId": "plate", "FLot": "L-7"},
]
FORMS: dict[str, Any] = {
    "BD_MATERIAL": [{"FMATERIALID": 1, "FNumber": "gear", "FName": "Gear"}, {"FMATERIALID": 2, "FNumber": "plate", "FName": "Plate"}],
    "BD_BatchMainFile": [
        {"FLOTID": 8, "FNumber": "L-7", "FMaterialId": "gear"},
        {"FLOTID": 9, "FNumber": "L-7", "FMaterialId": "plate"},
    ],
    "PRD_INSTOCK": [
        {"FID": 11, "FBillNo": "IN-1", "FDocumentStatus": "C", "FModifyDate": "2026-03-02T09:00:00", "FEntity": ROWS},
        {"FID": 12, "FBillNo": "IN-2", "FDocumentStatus": "A", "FModifyDate": "2026-03-03T09:00:00", "FEntity": []},
    ],
}


def ask(
    keys: str, where: Any = "", order: str = "FID", *, form: str = "PRD_INSTOCK", cap: int = 2000, turn: int = 1, **page: Any
) -> list[Any]:
    told = {"FormId": form, "FieldKeys": keys, "FilterString": where, "OrderString": order, **page}
    return Query(Store({"forms": FORMS}), told, cap=cap, turn=turn).rows()


def test_heads_alone_come_once():
    assert ask("FID,fbillno") == [[11, "IN-1"], [12, "IN-2"]]


def test_a_row_comes_for_each_entry_and_a_head_without_entries_comes_with_none():
    assert ask("FID,FEntity_FEntryID,FMaterialId.FNumber") == [[11, 21, "gear"], [11, 22, "plate"], [12, None, None]]


def test_serial_numbers_multiply_the_entry():
    rows = ask("FEntity_FEntryID,FSerialSubEntity_FDetailID,FSerialNo", "FID=11", "FID,FEntity_FEntryID")

    assert rows == [[21, 31, "S1"], [21, 32, "S2"], [22, None, " "]]


def test_a_filter_on_an_entry_selects_rows_and_not_bills():
    assert ask("FBillNo", "FMaterialId.FNumber='plate'") == [["IN-1"]]
    assert ask("FBillNo", [{"FieldName": "FMaterialId.FNumber", "Compare": "67", "Value": "plate"}]) == [["IN-1"]]


def test_references_show_id_number_and_name():
    assert ask("FMaterialId,FMaterialId.FNumber,FMaterialId.FName", "FEntity_FSeq=2") == [[2, "plate", "Plate"]]


def test_a_lot_number_is_the_lot_of_its_material():
    assert ask("FLot", "FID=11", "FEntity_FSeq") == [[8], [9]]


def test_a_forms_own_key_is_no_reference():
    assert ask("FMATERIALID,FNumber", order="FMATERIALID", form="bd_material") == [[1, "gear"], [2, "plate"]]


def test_captions_are_the_enumerations_texts():
    assert ask("FDocumentStatus,FDocumentStatus.FCaption") == [["C", "已审核"], ["A", "创建"]]


def test_unset_values_follow_their_type():
    assert ask("FUnitID,FUnitID.FNumber,FRealQty,FMoBillNo,FApproveDate", "FEntity_FSeq=2") == [[0, None, 0, " ", None]]


def test_the_top_row_count_is_an_absolute_end():
    assert ask("FID", StartRow=0, Limit=10, TopRowCount=1) == [[11]]
    assert ask("FID", StartRow=1, Limit=10, TopRowCount=1) == []
    assert ask("FID", StartRow="1", Limit="10", TopRowCount="0") == [[12]]


def test_no_page_is_larger_than_the_cap():
    assert len(ask("FEntity_FEntryID", cap=2, Limit=10000)) == 2


def test_without_an_order_pages_differ():
    assert ask("FID", order="", turn=1) != ask("FID", order="", turn=2)


def test_an_order_may_go_down():
    assert ask("FID", order="FModifyDate DESC") == [[12], [11]]


@pytest.mark.parametrize("keys", ["FFoo", "FMaterialId.FFoo", "FEntity_FFoo"])
def test_one_unknown_field_fails_the_whole_query(keys):
    with pytest.raises(QueryError, match="的字段不存在"):
        ask(f"FID,{keys}")


def test_an_unknown_field_in_filter_or_order_fails_it_too():
    with pytest.raises(QueryError):
        ask("FID", "FFoo=1 or FID=11")
    with pytest.raises(QueryError):
        ask("FID", order="FFoo")


def test_an_unknown_form_fails():
    with pytest.raises(QueryError, match="业务对象"):
        ask("FID", form="PRD_NONE")


def test_pages_by_key_are_the_same_from_a_heap_in_any_order():
    heap = [{"FID": n, "FBillNo": f"B{n:03}", "FEntity": [{"FEntryID": n * 10 + m, "FSeq": m} for m in (2, 1)]} for n in (5, 3, 9, 1, 7)]
    store = Store({"forms": {"PRD_INSTOCK": heap}})

    def page(where: str, order: str, limit: int) -> list[Any]:
        told = {"FormId": "PRD_INSTOCK", "FieldKeys": "FID,FEntity_FEntryID", "FilterString": where, "OrderString": order, "Limit": limit}
        return Query(store, told, cap=2000, turn=1).rows()

    by_key = page("(FID>3) or (FID=3 and FEntity_FEntryID>31)", "FID ASC,FEntity_FEntryID ASC", 4)
    store.forms["PRD_INSTOCK"].append({"FID": 4, "FBillNo": "B004", "FEntity": [{"FEntryID": 41, "FSeq": 1}]})

    assert by_key == [[3, 32], [5, 51], [5, 52], [7, 71]]
    assert page("FID>=4 and FID<=5", "FID,FEntity_FEntryID", 9) == [[4, 41], [5, 51], [5, 52]]
    assert page("FID>=4 and FID<=5", "FBillNo,FEntity_FEntryID", 9) == [[4, 41], [5, 51], [5, 52]]
