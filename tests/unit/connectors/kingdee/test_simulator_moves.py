"""States of bills and of order rows on the simulated account set, conversions, and what auditing leads to."""

from typing import Any

import pytest

from connectors.kingdee.simulator_bills import Bills
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_moves import Moves

NOW, THEN = "2026-03-09T08:00:00.000", "2026-03-01T08:00:00"


def moves(state: str = "C", **server: Any) -> Moves:
    rows = [
        {"FEntryID": 21, "FSeq": 1, "FMaterialId": "gear-7", "FQty": 12, "FStatus": "3"},
        {"FEntryID": 22, "FSeq": 2, "FMaterialId": "gear-8", "FQty": 5, "FStatus": "3"},
    ]
    order = {"FID": 11, "FBillNo": "MO-1001", "FDocumentStatus": state, "FModifyDate": THEN, "FTreeEntity": rows}
    return Moves(Bills(Store({"forms": {"PRD_MO": [order]}}), lambda: NOW, lambda **_: None), server)


def order_of(made: Moves) -> dict[str, Any]:
    return made.store.forms["PRD_MO"][0]


def told_of(reply: dict[str, Any]) -> dict[str, Any]:
    return reply["Result"]["ResponseStatus"]


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        ("A", "Submit", "B"),
        ("Z", "Submit", "B"),
        ("B", "Audit", "C"),
        ("C", "UnAudit", "D"),
        ("D", "Submit", "B"),
        ("B", "CancelAssign", "D"),
    ],
)
def test_a_verb_leads_to_its_state(state, verb, after):
    made = moves(state)

    assert told_of(made.move("PRD_MO", {"Numbers": ["MO-1001"]}, verb))["IsSuccess"]
    assert order_of(made)["FDocumentStatus"] == after


@pytest.mark.parametrize(
    ("state", "verb"), [("A", "Audit"), ("C", "Audit"), ("C", "Submit"), ("C", "Delete"), ("B", "Delete"), ("A", "UnAudit")]
)
def test_a_verb_in_the_wrong_state_is_refused_and_changes_nothing(state, verb):
    made = moves(state)

    assert not told_of(made.move("PRD_MO", {"Ids": "11"}, verb))["IsSuccess"]
    assert order_of(made)["FDocumentStatus"] == state


def test_a_deleted_bill_leaves_no_trace():
    made = moves("A")

    made.move("PRD_MO", {"Ids": "11"}, "Delete")

    assert made.store.forms["PRD_MO"] == []


def test_a_void_bill_stays_and_says_so():
    made = moves()

    made.operate("PRD_MO", {"Ids": "11"}, "Cancel")

    assert (order_of(made)["FCancelStatus"], order_of(made)["FDocumentStatus"]) == ("B", "C")


def test_a_missing_number_beside_an_existing_one_is_passed_over():
    told = told_of(moves("A").move("PRD_MO", {"Numbers": ["MO-1001", "MO-9"]}, "Submit"))

    assert told["IsSuccess"]
    assert [one["Number"] for one in told["SuccessEntitys"]] == ["MO-1001"]


def test_missing_numbers_alone_fail():
    assert told_of(moves().move("PRD_MO", {"Numbers": ["MO-9"]}, "Submit"))["Errors"][0]["Message"] == '编码值["MO-9"]不存在'


def test_row_states_are_set_row_by_row_in_any_spelling():
    made = moves()

    told = told_of(made.operate("PRD_MO", {"PkEntryIds": [{"Id": "11", "EntryIds": "22"}]}, "toStart"))

    assert told["IsSuccess"]
    assert [row["FStatus"] for row in order_of(made)["FTreeEntity"]] == ["3", "4"]


@pytest.mark.parametrize(("touch", "stamp"), [(False, THEN), (True, NOW)])
def test_whether_states_move_the_modify_date_can_be_chosen(touch, stamp):
    made = moves(states_touch_modify_date=touch)

    made.operate("PRD_MO", {"PkEntryIds": [{"Id": "11", "EntryIds": ""}]}, "ToFinish")

    assert order_of(made)["FModifyDate"] == stamp


def test_an_unknown_operation_is_refused():
    assert told_of(moves().operate("PRD_MO", {"Ids": "11"}, "ToMoon"))["MsgCode"] == 3


def test_a_pushed_row_becomes_a_row_of_a_new_bill():
    made = moves()

    told = told_of(made.push("PRD_MO", {"EntryIds": "22", "RuleId": "PRD_MO2MORPT"}))

    bill = made.store.find("PRD_MORPT", ids=[str(told["SuccessEntitys"][0]["Id"])], numbers=[])[0]
    row = bill["FEntity"][0]
    assert (row["FMoBillNo"], row["FMoEntrySeq"], row["FMaterialId"], row["FQuaQty"]) == ("MO-1001", 2, "gear-8", 5)


@pytest.mark.parametrize(
    "told",
    [
        {"EntryIds": "22", "RuleId": "NO_SUCH_RULE", "TargetFormId": "PRD_MORPT"},
        {"EntryIds": "22", "TargetFormId": "PRD_MORPT", "IsEnableDefaultRule": "false"},
        {"EntryIds": "99", "RuleId": "PRD_MO2MORPT"},
    ],
)
def test_a_push_without_rule_or_rows_is_refused(told):
    assert not told_of(moves().push("PRD_MO", told))["IsSuccess"]


def test_a_default_rule_is_taken_when_asked_for():
    assert told_of(moves().push("PRD_MO", {"Numbers": ["MO-1001"], "TargetFormId": "PRD_INSTOCK", "IsEnableDefaultRule": "true"}))[
        "IsSuccess"
    ]


def test_an_order_that_is_not_audited_is_not_pushed():
    assert not told_of(moves("A").push("PRD_MO", {"EntryIds": "22", "RuleId": "PRD_MO2MORPT"}))["IsSuccess"]


def test_auditing_a_receipt_makes_its_lot_and_writes_back_on_the_order():
    made = moves()
    row = {"FMaterialId": "gear-7", "FRealQty": 4, "FLot": {"FNumber": "gear-7-L1"}, "FMoBillNo": "MO-1001", "FMoEntrySeq": 1}
    number = made.bills.save("PRD_INSTOCK", {}, {"FEntity": [row]})["Result"]["Number"]

    for verb in ("Submit", "Audit"):
        made.move("PRD_INSTOCK", {"Numbers": [number]}, verb)

    assert made.store.base("BD_BatchMainFile", "gear-7-L1", "gear-7") is not None
    assert order_of(made)["FTreeEntity"][0]["FStockInQuaQty"] == 4
    assert order_of(made)["FModifyDate"] == THEN


def test_saving_a_draft_creates_the_document():
    made = moves("Z")

    made.bills.save("PRD_MO", {}, {"FID": 11, "FDescription": "x"})

    assert order_of(made)["FDocumentStatus"] == "A"


def test_what_is_issued_and_given_back_counts_on_the_orders_material_list():
    made = moves()
    listed = {"FID": 31, "FMOBillNO": "MO-1001", "FEntity": [{"FEntryID": 32, "FMaterialID2": "pin", "FPickedQty": 0}]}
    made.store.forms["PRD_PPBOM"].append(listed)
    for form, field in (("PRD_PickMtrl", "FActualQty"), ("PRD_FeedMtrl", "FActualQty"), ("PRD_ReturnMtrl", "FQty")):
        row = {"FMaterialId": "pin", "FMoBillNo": "MO-1001", field: {"PRD_PickMtrl": 10, "PRD_FeedMtrl": 3}.get(form, 2)}
        number = made.bills.save(form, {}, {"FEntity": [row]})["Result"]["Number"]
        for verb in ("Submit", "Audit"):
            made.move(form, {"Numbers": [number]}, verb)

    assert listed["FEntity"][0]["FPickedQty"] == 11


def test_a_material_list_is_pushed_to_an_issue_and_cannot_be_saved():
    made = moves()
    row = {"FEntryID": 32, "FSeq": 1, "FMaterialID2": "pin", "FUnitID2": "Pcs", "FMustQty": 24, "FLot": "pin-1"}
    made.store.forms["PRD_PPBOM"].append({"FID": 31, "FBillNo": "L1", "FDocumentStatus": "C", "FMOBillNO": "MO-1001", "FEntity": [row]})

    told = told_of(made.push("PRD_PPBOM", {"EntryIds": "32", "RuleId": "PRD_PPBOM2PICKMTRL_NORMAL"}))

    (bill,) = made.store.forms["PRD_PickMtrl"]
    assert (told["IsSuccess"], bill["FEntity"][0]["FMaterialId"], bill["FEntity"][0]["FActualQty"]) == (True, "pin", 24)
    assert bill["FEntity"][0]["FMoBillNo"] == "MO-1001"
    assert told_of(made.bills.save("PRD_PPBOM", {}, {"FBillNo": "L2"}))["MsgCode"] == 12


def test_a_report_is_pushed_to_a_receipt():
    made = moves()
    number = told_of(made.push("PRD_MO", {"EntryIds": "21", "RuleId": "PRD_MO2MORPT"}))["SuccessEntitys"][0]["Number"]
    for verb in ("Submit", "Audit"):
        made.move("PRD_MORPT", {"Numbers": [number]}, verb)

    made.push("PRD_MORPT", {"Numbers": [number], "RuleId": "PRD_MORPT2INSTOCK"})

    (receipt,) = made.store.forms["PRD_INSTOCK"]
    assert (receipt["FEntity"][0]["FMoBillNo"], receipt["FEntity"][0]["FRealQty"]) == ("MO-1001", 12)


@pytest.mark.parametrize(("drafts", "numbers"), [("true", [""]), ("false", [])])
def test_a_target_that_cannot_be_saved_is_a_draft_without_number_where_that_is_allowed(drafts, numbers):
    made = moves()
    made.push_fails = True

    told = told_of(made.push("PRD_MO", {"EntryIds": "22", "RuleId": "PRD_MO2MORPT", "IsDraftWhenSaveFail": drafts}))

    assert [one["Number"] for one in told["SuccessEntitys"]] == numbers
    assert [bill["FDocumentStatus"] for bill in made.store.forms["PRD_MORPT"]] == ["Z"] * len(numbers)


@pytest.mark.parametrize(
    ("server", "told", "good"),
    [
        ({"workflow_forms": ["PRD_MO"]}, {}, False),
        ({"workflow_forms": ["PRD_MO"]}, {"IsVerifyProcInst": "false"}, True),
        ({"short_stock_forms": ["PRD_MO"]}, {"IgnoreInterationFlag": "false"}, False),
        ({"short_stock_forms": ["PRD_MO"]}, {"IgnoreInterationFlag": "false", "InterationFlags": "STK_InvCheckResult"}, True),
        ({"short_stock_forms": ["PRD_MO"]}, {}, True),
    ],
)
def test_an_audit_waits_for_a_workflow_or_an_answer(server, told, good):
    assert told_of(moves("B", **server).move("PRD_MO", {"Ids": "11"} | told, "Audit"))["IsSuccess"] is good


@pytest.mark.parametrize("name", ["BD_BatchMainFile", "STK_Inventory", "BD_SerialMainFile", "ORG_Organizations"])
def test_what_can_only_be_looked_at_refuses_to_be_saved_and_moved(name):
    made = moves()

    assert told_of(made.bills.save(name, {}, {"FNumber": "x"}))["MsgCode"] == 12
    assert told_of(made.move(name, {"Ids": "1"}, "Audit"))["MsgCode"] == 12
