"""The vendor's own Python SDK, unmodified, against our simulator: it logs in, queries, saves, submits, audits and pushes.

SDK: `kingdee.cdp.webapi.sdk` 8.2.0 from PyPI.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator

import pytest

from connectors.kingdee.simulator import build
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story

main = pytest.importorskip("k3cloud_webapi_sdk.main")
ACCT, USER, APP = (kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "app_id"))


@pytest.fixture
def server() -> Iterator[Running]:
    with Running(build(kingdee_data.data(story()))) as running:
        yield running


def sdk(server: Running, secret: str = kingdee_data.SECRET) -> object:
    api = main.K3CloudApiSdk(f"{server.url}/k3cloud/")
    api.InitConfig(ACCT, USER, APP, secret, f"{server.url}/k3cloud/")
    return api


def query(api: object, form: str, fields: str, where: str = "", order: str = "", limit: int = 100) -> list:
    told = {
        "FormId": form,
        "FieldKeys": fields,
        "FilterString": where,
        "OrderString": order,
        "TopRowCount": 0,
        "StartRow": 0,
        "Limit": limit,
    }
    return json.loads(api.ExecuteBillQuery(told))


def test_it_is_let_in_with_signed_headers_and_queries(server: Running) -> None:
    rows = query(sdk(server), "PRD_MO", "FBillNo,FTreeEntity_FEntryID,FMaterialId.FNumber,FQty", "FBillNo='MO260301'")

    assert [row[0] for row in rows] == ["MO260301"]
    assert rows[0][2:] == ["UNO-R3", 12]


def test_chinese_text_in_a_filter_finds_what_it_names(server: Running) -> None:
    rows = query(sdk(server), "BD_MATERIAL", "FNumber,FName", "FName like '%底板%'")

    assert [row[0] for row in rows] == ["PL-BASE"]


def test_it_is_refused_with_a_wrong_secret_inside_http_200(server: Running) -> None:
    answer = query(sdk(server, "f" * 32), "BD_MATERIAL", "FNumber")

    assert answer[0][0]["Result"]["ResponseStatus"]["IsSuccess"] is False


def test_it_saves_submits_and_audits(server: Running) -> None:
    api = sdk(server)
    saved = json.loads(api.Save("PRD_MORPT", {"Model": {"FEntity": [{"FMaterialId": {"FNumber": "UNO-R3"}, "FQuaQty": 3}]}}))
    number = saved["Result"]["Number"]

    submitted = json.loads(api.Submit("PRD_MORPT", {"Numbers": [number]}))
    audited = json.loads(api.Audit("PRD_MORPT", {"Numbers": [number]}))
    again = json.loads(api.Audit("PRD_MORPT", {"Numbers": [number]}))

    assert submitted["Result"]["ResponseStatus"]["IsSuccess"]
    assert audited["Result"]["ResponseStatus"]["IsSuccess"]
    assert not again["Result"]["ResponseStatus"]["IsSuccess"]
    assert query(api, "PRD_MORPT", "FBillNo,FDocumentStatus", f"FBillNo='{number}'") == [[number, "C"]]


def test_it_pushes_an_order_row_into_a_report(server: Running) -> None:
    api = sdk(server)
    entry = query(api, "PRD_MO", "FTreeEntity_FEntryID", "FBillNo='MO260302'")[0][0]

    pushed = json.loads(api.Push("PRD_MO", {"EntryIds": str(entry), "RuleId": "PRD_MO2MORPT", "TargetFormId": "PRD_MORPT"}))
    number = pushed["Result"]["ResponseStatus"]["SuccessEntitys"][0]["Number"]

    assert query(api, "PRD_MORPT", "FBillNo,FMoBillNo,FQuaQty", f"FBillNo='{number}'") == [[number, "MO260302", 12]]


def test_it_is_told_when_an_audited_bill_must_not_change(server: Running) -> None:
    api = sdk(server)
    bill = query(api, "PRD_INSTOCK", "FID", order="FID", limit=1)[0][0]

    refused = json.loads(api.Save("PRD_INSTOCK", {"NeedUpDateFields": ["FDescription"], "Model": {"FID": bill, "FDescription": "x"}}))

    assert "单据已审核" in refused["Result"]["ResponseStatus"]["Errors"][0]["Message"]


def test_it_raises_on_an_unhandled_exception_of_the_server(server: Running) -> None:
    server.simulator.faults["response_error"] = 1

    with pytest.raises(RuntimeError):
        sdk(server).ExecuteBillQuery({"FormId": "BD_MATERIAL", "FieldKeys": "FNumber"})


def test_one_unknown_field_fails_the_whole_query(server: Running) -> None:
    answer = query(sdk(server), "BD_MATERIAL", "FNumber,FFoo")

    assert "FFoo" in answer[0][0]["Result"]["ResponseStatus"]["Errors"][0]["Message"]


def test_views_come_with_the_names_of_the_object_model(server: Running) -> None:
    seen = json.loads(sdk(server).View("PRD_MO", {"Number": "MO260301"}))

    assert seen["Result"]["Result"]["BillNo"] == "MO260301"


def test_bill_query_answers_objects(server: Running) -> None:
    told = {"FormId": "PRD_MO", "FieldKeys": "FBillNo,FStatus", "FilterString": "FBillNo='MO260301'"}

    assert json.loads(sdk(server).BillQuery(told)) == [{"FBillNo": "MO260301", "FStatus": "6"}]


def test_the_first_signed_call_opens_a_session_which_later_calls_carry(server: Running) -> None:
    api = sdk(server)

    query(api, "BD_MATERIAL", "FNumber")
    first = api.cookiesStore.SID
    query(api, "BD_MATERIAL", "FNumber")

    assert first
    assert first == api.cookiesStore.SID
    assert list(server.simulator.gate.sessions) == [first]


def test_a_dead_session_loses_the_call_until_the_client_is_made_anew(server: Running) -> None:
    api = sdk(server)
    query(api, "BD_MATERIAL", "FNumber", limit=1)
    server.simulator.gate.sessions.clear()

    lost = query(api, "BD_MATERIAL", "FNumber", limit=1)

    assert lost[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1
    assert isinstance(query(sdk(server), "BD_MATERIAL", "FNumber", limit=1)[0][0], str)


def test_a_user_whom_the_app_does_not_allow_is_told_so(server: Running) -> None:
    server.simulator.gate.users[USER] = {"user": USER, "allowed_apps": []}

    told = json.loads(sdk(server).View("PRD_MO", {"Number": "MO260301"}))

    assert f"不允许用户{USER} 登录" in told["Result"]["ResponseStatus"]["Errors"][0]["Message"]


def test_a_batch_answers_for_each_document(server: Running) -> None:
    told = json.loads(sdk(server).BatchSave("PRD_MORPT", {"Model": [{"FBillNo": "A1"}, {"FBillNo": "A1"}]}))["Result"]["ResponseStatus"]

    assert [one["DIndex"] for one in told["SuccessEntitys"]] == [0]
    assert [one["DIndex"] for one in told["Errors"]] == [1]


def test_a_batch_can_be_asked_for_later(server: Running) -> None:
    told = json.loads(sdk(server).BatchSaveQuery("PRD_MORPT", {"Model": [{"FBillNo": "A1"}]}))

    assert told["Result"]["ResponseStatus"]["SuccessEntitys"][0]["Number"] == "A1"


def test_rows_of_an_order_are_moved_to_another_state(server: Running) -> None:
    api = sdk(server)
    bill, entry = query(api, "PRD_MO", "FID,FTreeEntity_FEntryID", "FBillNo='MO260302'")[0]

    moved = json.loads(api.ExcuteOperation("PRD_MO", "UndoToFinish", {"PkEntryIds": [{"Id": str(bill), "EntryIds": str(entry)}]}))

    assert moved["Result"]["ResponseStatus"]["IsSuccess"]
    assert query(api, "PRD_MO", "FStatus", "FBillNo='MO260302'") == [["5"]]


def test_trace_fields_of_an_audited_receipt_can_be_written_and_read_back(server: Running) -> None:
    api = sdk(server)
    bill, rows = query(api, "PRD_INSTOCK", "FID", order="FID", limit=1)[0][0], "FEntity_FEntryID"
    before = query(api, "PRD_INSTOCK", rows, f"FID={bill}", rows)
    told = {"NeedUpDateFields": ["F_LW_TraceRef"], "IsDeleteEntry": "false", "Model": {"FID": bill, "F_LW_TraceRef": "追溯-1"}}

    saved = json.loads(api.Save("PRD_INSTOCK", told))

    assert saved["Result"]["ResponseStatus"]["IsSuccess"]
    assert query(api, "PRD_INSTOCK", "F_LW_TraceRef", f"FID={bill}") == [["追溯-1"]]
    assert query(api, "PRD_INSTOCK", rows, f"FID={bill}", rows) == before


def test_unaudited_bills_can_be_deleted_and_audited_ones_cannot(server: Running) -> None:
    api = sdk(server)

    refused = json.loads(api.Delete("PRD_MO", {"Numbers": ["MO260301"]}))
    api.UnAudit("PRD_MO", {"Numbers": ["MO260301"]})
    deleted = json.loads(api.Delete("PRD_MO", {"Numbers": ["MO260301"]}))

    assert [one["Result"]["ResponseStatus"]["IsSuccess"] for one in (refused, deleted)] == [False, True]
    assert query(api, "PRD_MO", "FID", "FBillNo='MO260301'") == []


def test_fields_and_account_sets_are_told(server: Running) -> None:
    api = sdk(server)

    info = json.loads(api.QueryBusinessInfo({"FormId": "PRD_INSTOCK"}))["Result"]["NeedReturnData"]
    sets = json.loads(api.GetDataCenters())

    assert {"F_LW_TraceRef", "F_LW_TraceSummary"} <= {field["Key"] for field in info["Entrys"][0]["Fields"]}
    assert sets["Data"][0]["Id"] == ACCT


def test_a_broken_server_raises(server: Running) -> None:
    server.simulator.faults["http_500"] = 1

    with pytest.raises(RuntimeError):
        sdk(server).View("PRD_MO", {"Number": "MO260301"})


def document(api: object) -> dict:
    told = json.loads(api.Save("PRD_MORPT", {"Model": {"FEntity": [{"FMaterialId": {"FNumber": "UNO-R3"}, "FQuaQty": 3}]}}))
    return {"Numbers": [told["Result"]["Number"]]}


FORM_CALLS = {
    "Allocate": {"PkIds": "1", "TOrgIds": "2"},
    "CancelAllocate": {"PkIds": "1", "TOrgIds": "2"},
    "cancelAllocate": {"PkIds": "1", "TOrgIds": "2"},
    "Draft": {"Model": {"FBillNo": "D-1"}},
    "Disassembly": {},
    "FlexSave": {"Model": [{"FF100001": {"FNumber": "A"}}]},
    "GetSysReportData": {"FieldKeys": "FBaseQty", "Model": {"FX": 1}},
    "getSysReportData": {"FieldKeys": "FBaseQty", "Model": {"FX": 1}},
    "View": {"Number": "MO260301"},
}
DATA_CALLS = {
    "AttachmentUpload": {"FileName": "a", "SendByte": "eA==", "FormId": "PRD_MO", "InterId": "1", "IsLast": True},
    "attachmentUpload": {"FileName": "a", "SendByte": "eA==", "FormId": "PRD_MO", "InterId": "1", "IsLast": True},
    "GroupDelete": {"FormId": "BD_MATERIAL"},
    "QueryBusinessInfo": {"FormId": "PRD_MO"},
    "QueryGroupInfo": {"FormId": "BD_MATERIAL"},
    "GroupSave": {"FormId": "BD_MATERIAL", "FNumber": "G1", "FName": "组"},
    "SendMsg": {"Model": [{"FTitle": "x"}]},
    "SwitchOrg": {"OrgNumber": "100"},
}
STEPS = ("Submit", "CancelAssign", "cancelAssign", "Audit", "UnAudit", "Delete", "ExcuteOperation", "WorkflowAudit")
ELSEWHERE = {
    "Save",
    "BatchSave",
    "BatchSaveQuery",
    "BillQuery",
    "ExecuteBillQuery",
    "GetDataCenters",
    "Push",
    "AttachmentDownLoad",
    "attachmentDownLoad",
}
PLUMBING = {
    "BuildHeader",
    "Execute",
    "ExecuteByQuery",
    "FillCookieAndHeader",
    "Init",
    "InitConfig",
    "IsValid",
    "PostJson",
    "QueryTaskResult",
}


def good(told: str) -> bool:
    result = json.loads(told)["Result"]
    return bool(result.get("ResponseStatus", result)["IsSuccess"])


def test_every_method_of_the_sdk_is_called_here() -> None:
    methods = {name for name in dir(main.K3CloudApiSdk) if not name.startswith("_") and callable(getattr(main.K3CloudApiSdk, name))}

    assert methods - PLUMBING == {*FORM_CALLS, *DATA_CALLS, *STEPS, *ELSEWHERE}


@pytest.mark.parametrize("name", FORM_CALLS)
def test_calls_on_a_form_are_answered(server: Running, name: str) -> None:
    form = "PRD_MO" if name == "View" else "PRD_MORPT"

    assert good(getattr(sdk(server), name)(form, FORM_CALLS[name]))


@pytest.mark.parametrize("name", DATA_CALLS)
def test_calls_with_data_alone_are_answered(server: Running, name: str) -> None:
    call = getattr(sdk(server), name)

    assert good(call("BD_MATERIAL", DATA_CALLS[name]) if name == "GroupSave" and _takes_a_form(call) else call(DATA_CALLS[name]))


def _takes_a_form(call: object) -> bool:
    return len(inspect.signature(call).parameters) > 1  # type: ignore[arg-type]


def test_every_step_of_a_document_is_answered(server: Running) -> None:
    api = sdk(server)
    told = document(api)

    assert good(api.Submit("PRD_MORPT", told))
    assert good(api.CancelAssign("PRD_MORPT", told))
    assert good(api.Submit("PRD_MORPT", told))
    assert good(api.cancelAssign("PRD_MORPT", told))
    assert good(api.Submit("PRD_MORPT", told))
    assert good(api.Audit("PRD_MORPT", told))
    assert good(api.UnAudit("PRD_MORPT", told))
    assert good(api.ExcuteOperation("PRD_MORPT", "Cancel", told))
    assert good(api.Submit("PRD_MORPT", told))
    assert good(api.WorkflowAudit({"FormId": "PRD_MORPT", "ApprovalType": 1, **told}))
    assert good(api.UnAudit("PRD_MORPT", told))
    assert good(api.Delete("PRD_MORPT", told))


def test_an_attachment_is_read_back(server: Running) -> None:
    api = sdk(server)
    sent = json.loads(api.AttachmentUpload(DATA_CALLS["AttachmentUpload"]))["Result"]["FileId"]

    for name in ("AttachmentDownLoad", "attachmentDownLoad"):
        assert json.loads(getattr(api, name)({"FileId": sent, "StartIndex": 0}))["Result"]["FilePart"] == "eA=="
