"""The vendor's own Python SDK, unmodified, against our simulator: it logs in, queries, saves, submits, audits and pushes.

SDK: `kingdee.cdp.webapi.sdk` 8.2.0 from PyPI.
"""

from __future__ import annotations

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
