"""Saving on the simulated account set: what is kept, what goes, what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.kingdee.simulator_bills import Bills
from connectors.kingdee.simulator_forms import Store

NOW = "2026-03-09T08:00:00.000"
FORM = "PRD_INSTOCK"


def stored(state: str = "A") -> dict[str, Any]:
    rows = [
        {"FEntryID": 21, "FSeq": 1, "FRealQty": Decimal(1), "FLot": "L-1"},
        {"FEntryID": 22, "FSeq": 2, "FRealQty": Decimal(2), "FLot": "L-2"},
    ]
    return {"FID": 11, "FBillNo": "IN-1", "FDocumentStatus": state, "FModifyDate": "2026-03-01T08:00:00", "FEntity": rows}


def bills(state: str = "A") -> Bills:
    custom = {FORM: [{"key": "F_LW_TraceRef", "editable_after_audit": True}, {"key": "F_LW_Other"}]}
    materials = [{"FMATERIALID": 1, "FNumber": "gear", "FName": "Gear"}]
    store = Store({"forms": {FORM: [stored(state)], "BD_MATERIAL": materials}, "custom_fields": custom})
    notes: list[dict[str, Any]] = []
    made = Bills(store, lambda: NOW, lambda **told: notes.append(told))
    made.notes = notes  # type: ignore[attr-defined]
    return made


def held(made: Bills, at: int = 0) -> dict[str, Any]:
    return made.store.forms[FORM][at]


def told_of(reply: dict[str, Any]) -> dict[str, Any]:
    return reply["Result"]["ResponseStatus"]


def save(made: Bills, model: dict[str, Any], **options: Any) -> dict[str, Any]:
    return told_of(made.save(FORM, options, model))


def test_a_new_bill_gets_ids_a_number_and_state_a():
    made = bills()

    done = save(made, {"FEntity": [{"FMaterialId": {"FNumber": "gear"}, "FRealQty": 3}]})["SuccessEntitys"][0]

    new = held(made, 1)
    assert (new["FID"], new["FBillNo"], new["FDocumentStatus"], new["FModifyDate"]) == (done["Id"], done["Number"], "A", NOW)
    assert new["FEntity"][0]["FMaterialId"] == "gear"


def test_a_draft_has_state_z():
    made = bills()

    made.save(FORM, {}, {"FBillNo": "D-1"}, state="Z")

    assert held(made, 1)["FDocumentStatus"] == "Z"


def test_the_same_bill_sent_twice_without_a_number_is_made_twice():
    made = bills()

    save(made, {"FEntity": []})
    save(made, {"FEntity": []})

    assert len(made.store.forms[FORM]) == 3


def test_a_number_in_use_is_refused():
    refused = save(bills(), {"FBillNo": "IN-1"})

    assert (refused["IsSuccess"], refused["MsgCode"]) == (False, 11)
    assert "已存在" in refused["Errors"][0]["Message"]


def test_rows_that_are_not_sent_go_unless_told_otherwise():
    first, second = bills(), bills()

    save(first, {"FID": 11, "FEntity": [{"FEntryID": 21, "FRealQty": 5}]})
    save(second, {"FID": 11, "FEntity": [{"FEntryID": 21, "FRealQty": 5}]}, IsDeleteEntry="false")

    assert [row["FRealQty"] for row in held(first)["FEntity"]] == [5]
    assert [row["FRealQty"] for row in held(second)["FEntity"]] == [5, 2]


@pytest.mark.parametrize(("sent", "left"), [([], 2), ([{}], 0)])
def test_an_empty_list_deletes_nothing_and_an_empty_row_clears(sent, left):
    made = bills()

    save(made, {"FID": 11, "FEntity": sent})

    assert len(held(made)["FEntity"]) == left


def test_only_the_fields_named_are_changed():
    made = bills()
    model = {"FID": 11, "FDescription": "x", "FEntity": [{"FEntryID": 21, "FRealQty": 5, "FLot": {"FNumber": "L-9"}}]}

    save(made, model, NeedUpDateFields=["FEntity", "FRealQty"], IsDeleteEntry=False)

    assert "FDescription" not in held(made)
    assert (held(made)["FEntity"][0]["FRealQty"], held(made)["FEntity"][0]["FLot"]) == (5, "L-1")


def test_a_field_nobody_knows_is_ignored_without_a_word():
    made = bills()

    assert save(made, {"FID": 11, "FFoo": 1, "FEntity": [{"FEntryID": 21, "FBar": 2}, {"FEntryID": 22}]})["IsSuccess"]
    assert "FFoo" not in held(made)
    assert "FBar" not in held(made)["FEntity"][0]


@pytest.mark.parametrize("key", ["FRealQty", "FSerialNo", "FSerialSubEntity"])
def test_a_field_at_the_wrong_level_is_refused(key):
    assert "实体不存在此属性" in save(bills(), {"FID": 11, key: []})["Errors"][0]["Message"]


def test_an_unknown_code_becomes_blank_unless_codes_are_verified():
    made, model = bills(), {"FEntity": [{"FMaterialId": {"FNumber": "nothing"}, "FLot": {"FNumber": "L-new"}}]}

    save(made, model)
    refused = save(made, model, IsVerifyBaseDataField="true")

    assert (held(made, 1)["FEntity"][0]["FMaterialId"], held(made, 1)["FEntity"][0]["FLot"]) == ("", "L-new")
    assert refused["MsgCode"] == 9


def test_an_audited_bill_takes_fields_that_are_editable_after_audit_and_no_other():
    made = bills("C")

    good = save(made, {"FID": 11, "F_LW_TraceRef": "T-1"})
    bad = save(made, {"FID": 11, "F_LW_Other": "x"})
    mixed = save(made, {"FID": 11, "F_LW_TraceRef": "T-2", "FDescription": "x"}, NeedUpDateFields=["F_LW_TraceRef"])

    assert (good["IsSuccess"], mixed["IsSuccess"]) == (True, True)
    assert bad["Errors"][0]["Message"] == "单据已审核，不允许修改"
    assert (held(made)["F_LW_TraceRef"], "FDescription" in held(made), held(made)["FModifyDate"]) == ("T-2", False, NOW)


def test_a_bill_in_approval_does_not_change():
    assert "审核中" in save(bills("B"), {"FID": 11, "FDescription": "x"})["Errors"][0]["Message"]


def test_a_batch_keeps_the_good_ones_and_names_the_bad_ones_by_place():
    made = bills()

    told = told_of(made.batch(FORM, {"Model": [{"FBillNo": "A1"}, {"FBillNo": "IN-1"}, {"FBillNo": "A2"}]}))

    assert [one["Number"] for one in told["SuccessEntitys"]] == ["A1", "A2"]
    assert (told["IsSuccess"], [one["DIndex"] for one in told["Errors"]]) == (False, [1])


def test_fields_asked_back_are_given():
    reply = bills().save(FORM, {"NeedReturnFields": ["FBillNo", "FEntity.FEntryID", "FEntity.FSeq"]}, {"FID": 11})

    rows = [{"FEntryID": 21, "FSeq": 1}, {"FEntryID": 22, "FSeq": 2}]
    assert reply["Result"]["NeedReturnData"] == [{"FBillNo": "IN-1", "FEntity": rows}]


def test_a_view_has_the_object_models_names():
    seen = bills().view(FORM, {"Number": "IN-1"})["Result"]["Result"]

    assert (seen["Id"], seen["BillNo"], seen["DocumentStatus"]) == (11, "IN-1", "A")
    assert seen["Entity"][1]["Id"] == 22


def test_lots_and_stock_are_read_only():
    assert told_of(bills().save("BD_BatchMainFile", {}, {"FNumber": "L-1"}))["MsgCode"] == 12


def test_only_what_was_carried_out_is_noted():
    made = bills("C")

    save(made, {"FID": 11, "FDescription": "x"})
    save(made, {"FID": 11, "F_LW_TraceRef": "T-1"})

    assert made.notes == [{"operation": "Save", "form": FORM, "key": 11, "fields": {"F_LW_TraceRef": "T-1"}}]  # type: ignore[attr-defined]
