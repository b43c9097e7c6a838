"""The simulated Kingdee behaves on the wire as manual, SDKs and live captures say; asked by plain HTTP, without our client."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.kingdee.simulator import build
from connectors.kit.simulator import Running

APP, SECRET = "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY", "0123456789abcdef0123456789abcdef"
AUTH, FORM = "Kingdee.BOS.WebApi.ServicesStub.AuthService", "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
ROWS = [{"FEntryID": 21, "FSeq": 1, "FMaterialId": "gear-7", "FQty": 10, "FStatus": "3"}]
DATA: dict[str, Any] = {
    "accounts": [{"acct_id": "65f0", "name": "HZ"}],
    "users": [{"user": "sim", "password": "pw", "allowed_apps": [APP]}, {"user": "guest", "password": "pw", "allowed_apps": []}],
    "apps": [{"app_id": APP, "secret": SECRET}],
    "server": {"limit_cap": 2, "view_loses_silently": True},
    "forms": {
        "BD_Currency": [{"FCURRENCYID": 1, "FNumber": "PRE001", "FCODE": "CNY"}],
        "BD_MATERIAL": [{"FMATERIALID": n, "FNumber": f"gear-{n}", "FName": f"Gear {n}"} for n in range(5, 9)],
        "PRD_MO": [
            {"FID": 11, "FBillNo": "MO-1001", "FDocumentStatus": "C", "FModifyDate": "2026-03-02T09:12:33.477", "FTreeEntity": ROWS}
        ],
    },
}
LOGIN = ["65f0", "sim", "pw", 2052]
MO = {"FormId": "PRD_MO", "FieldKeys": "FBillNo,FTreeEntity_FEntryID", "FilterString": "FBillNo='MO-1001'"}
ORDER = [["MO-1001", 21]]
LOST = "会话信息已丢失，请重新登录"


class Wire:
    """Plain HTTP with a cookie jar."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()

    def raw(self, method: str, body: str, service: str = FORM, prefix: str = "k3cloud", **headers: str) -> requests.Response:
        url = f"{self.url}/{prefix}/{service}.{method}.common.kdsvc"
        return self.session.post(url, data=body.encode(), headers=headers, timeout=5)

    def call(self, method: str, body: Any, service: str = FORM, **headers: str) -> Any:
        answer = self.raw(method, json.dumps(body), service, **headers)
        assert answer.status_code == 200
        return answer.json()

    def login(self, method: str = "ValidateUser", told: Any = None) -> dict[str, Any]:
        return self.call(method, {"parameters": told or LOGIN}, AUTH)

    def order(self, fault: str) -> None:
        requests.post(f"{self.url}/__simulator__/faults", json={"name": fault, "times": 1}, timeout=5)


@pytest.fixture
def running() -> Iterator[Running]:
    with Running(build(DATA)) as server:
        yield server


@pytest.fixture
def wire(running) -> Wire:
    made = Wire(running.url)
    made.login()
    return made


def status(told: Any) -> dict[str, Any]:
    while isinstance(told, list):
        told = told[0]
    return told["Result"]["ResponseStatus"]


def test_a_login_gives_a_session_in_answer_and_cookies(running):
    wire = Wire(running.url)

    told = wire.login()

    assert (told["LoginResultType"], told["KDSVCSessionId"]) == (1, wire.session.cookies["kdservice-sessionid"])
    assert told["Context"]["SessionId"] == wire.session.cookies["ASP.NET_SessionId"]


@pytest.mark.parametrize(
    ("method", "told", "words"),
    [
        ("ValidateUser", ["65f0", "sim", "no", 2052], "用户名或密码错误"),
        ("ValidateUser", ["none", "sim", "pw", 2052], "数据中心none不存在"),
        ("LoginByAppSecret", ["65f0", "sim", APP, "no", 2052], "应用密钥错误"),
        ("LoginByAppSecret", ["65f0", "guest", APP, SECRET, 2052], f"第三方应用：{APP} 不允许用户guest 登录，请联系系统管理员添加！"),
        ("LoginBySign", ["65f0", "sim", APP, "1700000000", "no", 2052], "请求时间戳已过期"),
    ],
)
def test_a_refused_login_is_http_200_with_a_message(running, method, told, words):
    answer = Wire(running.url).login(method, told)

    assert (answer["LoginResultType"], answer["KDSVCSessionId"], answer["Message"]) == (0, None, words)


def test_a_login_takes_names_in_any_case_and_forms(running):
    named = {"AcctID": "65f0", "userName": "sim", "PASSWORD": "pw", "lcid": "2052"}

    assert Wire(running.url).call("ValidateUser", named, AUTH)["LoginResultType"] == 1
    answer = requests.post(f"{running.url}/K3Cloud/{AUTH}.ValidateUser.common.kdsvc", data=named, timeout=5)
    assert answer.json()["LoginResultType"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"parameters": [MO]},
        {"parameters": [json.dumps(MO)]},
        {"parameters": json.dumps([json.dumps(MO)])},
        {"format": 1, "useragent": "ApiClient", "rid": "1", "parameters": json.dumps([MO]), "timestamp": "x", "v": "1.0"},
        {"data": MO},
        {"DATA": json.dumps(MO)},
    ],
)
def test_every_dialect_of_a_body_is_read(wire, body):
    assert wire.call("ExecuteBillQuery", body) == ORDER


def test_paths_and_content_types_do_not_matter(wire):
    body = json.dumps({"data": MO})

    answers = [
        wire.raw("ExecuteBillQuery", body, prefix="K3Cloud", **{"Content-type": "applicatin/json"}),
        wire.raw("executebillquery", body, FORM.lower(), "K3CLOUD"),
    ]

    assert [answer.json() for answer in answers] == [ORDER, ORDER]


def test_a_bare_array_is_an_unhandled_exception(wire):
    assert wire.raw("ExecuteBillQuery", "[1]").text.startswith("response_error:")


def test_only_posts_are_answered(running):
    assert requests.get(f"{running.url}/k3cloud/{FORM}.View.common.kdsvc", timeout=5).status_code == 405
    assert requests.post(f"{running.url}/elsewhere", timeout=5).status_code == 404


def test_a_lost_session_has_three_envelopes(running):
    wire = Wire(running.url)

    query = wire.call("ExecuteBillQuery", {"data": MO})
    found = wire.call("BillQuery", {"data": MO})
    view = wire.call("View", {"formid": "PRD_MO", "data": {"Number": "MO-1001"}})

    assert status(query[0][0])["Errors"][0]["Message"] == status(found)["Errors"][0]["Message"] == LOST
    assert (status(query)["MsgCode"], status(query)["ErrorCode"], view) == (1, 500, {})


@pytest.mark.parametrize("header", ["kdservice-sessionid", "SID"])
def test_a_session_may_come_in_a_header(running, header):
    sid = Wire(running.url).login()["KDSVCSessionId"]

    assert Wire(running.url).call("ExecuteBillQuery", {"data": MO}, **{header: sid}) == ORDER


def test_a_kick_ends_the_older_session(running, wire):
    Wire(running.url).login("ValidateUser2", [*LOGIN, "true"])

    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["Errors"][0]["Message"] == LOST


def test_an_idle_session_ends(running, wire):
    running.simulator.gate.idle = -1

    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["MsgCode"] == 1


def test_a_logout_ends_the_session(wire):
    assert wire.call("Logout", {}, AUTH) is True
    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["MsgCode"] == 1


def test_the_heartbeat_of_the_java_sdk_is_answered(wire):
    told = {
        "FormId": "BD_Currency",
        "FieldKeys": "FCODE",
        "FilterString": "FNUMBER='PRE001'",
        "TopRowCount": "0",
        "StartRow": "0",
        "Limit": "0",
    }

    assert wire.call("ExecuteBillQuery", {"parameters": [json.dumps(told)]}) == [["CNY"]]


def test_a_bill_query_by_name_answers_objects(wire):
    assert wire.call("BillQuery", {"data": MO}) == [{"FBillNo": "MO-1001", "FTreeEntity_FEntryID": 21}]


def test_the_server_gives_fewer_rows_than_asked_for(wire):
    told = {"FormId": "BD_MATERIAL", "FieldKeys": "FNumber", "OrderString": "FMATERIALID", "Limit": 100}

    pages = [wire.call("ExecuteBillQuery", {"data": told | {"StartRow": start}}) for start in (0, 2, 4)]

    assert pages == [[["gear-5"], ["gear-6"]], [["gear-7"], ["gear-8"]], []]


@pytest.mark.parametrize("spelling", ["ExcuteOperation", "ExecuteOperation"])
def test_both_spellings_set_a_rows_state(wire, spelling):
    told = {"PkEntryIds": [{"Id": "11", "EntryIds": "21"}]}

    by_name = wire.call(spelling, {"formid": "PRD_MO", "opNumber": "ToStart", "data": told})
    by_place = wire.call(spelling, {"parameters": ["PRD_MO", "ToFinish", json.dumps(told)]})

    assert (status(by_name)["IsSuccess"], status(by_place)["IsSuccess"]) == (True, True)
    assert wire.call("ExecuteBillQuery", {"data": MO | {"FieldKeys": "FStatus"}}) == [["5"]]


def test_unknown_forms_and_methods_are_named(wire):
    assert "PRD_NONE" in status(wire.call("View", {"formid": "PRD_NONE", "data": {}}))["Errors"][0]["Message"]
    assert not status(wire.call("Sing", {"formid": "PRD_MO", "data": {}}))["IsSuccess"]


def test_fields_can_be_discovered(wire):
    info = wire.call("QueryBusinessInfo", {"data": {"FormId": "prd_instock"}})["Result"]["NeedReturnData"]

    assert (info["Id"], [entry["Key"] for entry in info["Entrys"]]) == ("PRD_INSTOCK", ["FBillHead", "FEntity", "FSerialSubEntity"])


def test_account_sets_are_listed_without_a_session(running):
    service = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService"

    assert Wire(running.url).call("GetDataCenterList", {}, service)["Data"] == [{"Id": "65f0", "Name": "HZ"}]


@pytest.mark.parametrize(("fault", "code"), [("http_500", 500), ("http_503", 503)])
def test_a_broken_server_says_so_by_status(wire, fault, code):
    wire.order(fault)

    assert wire.raw("ExecuteBillQuery", json.dumps({"data": MO})).status_code == code


@pytest.mark.parametrize(
    ("fault", "words"), [("html_page", "<html>"), ("response_error", "response_error:{"), ("waf", "拦截规则"), ("session_lost", LOST)]
)
def test_a_fault_to_order_hides_in_http_200_and_happens_once(wire, fault, words):
    wire.order(fault)

    answer = wire.raw("ExecuteBillQuery", json.dumps({"data": MO}))

    assert (answer.status_code, words in answer.text) == (200, True)
    assert wire.call("ExecuteBillQuery", {"data": MO}) == ORDER


def test_a_locked_bill_is_not_saved(running, wire):
    wire.order("lock")

    told = status(wire.call("Save", {"formid": "PRD_MORPT", "data": {"Model": {"FBillNo": "R-1"}}}))

    assert (told["MsgCode"], "冲突" in told["Errors"][0]["Message"], running.simulator.ledger.writes) == (13, True, [])


def test_a_short_page_ends_before_the_rows_do(wire):
    told = {"FormId": "BD_MATERIAL", "FieldKeys": "FNumber", "OrderString": "FMATERIALID"}
    wire.order("short_page")

    assert wire.call("ExecuteBillQuery", {"data": told}) == [["gear-5"]]


def test_an_answer_lost_after_a_write_leaves_the_write_done(running, wire):
    wire.order("lost_answer_after_write")

    with pytest.raises(requests.ConnectionError):
        wire.raw("Save", json.dumps({"formid": "PRD_MORPT", "data": {"Model": {"FBillNo": "R-1"}}}))

    assert [note["form"] for note in running.simulator.ledger.writes] == ["PRD_MORPT"]
    again = status(wire.call("Save", {"formid": "PRD_MORPT", "data": {"Model": {"FBillNo": "R-1"}}}))
    assert "已存在" in again["Errors"][0]["Message"]


def test_a_switch_of_organisation_and_a_login_for_one_choose_the_copies(running):
    copies = [
        {"FMATERIALID": n, "FNumber": "gear-7", "FName": name, "FUseOrgId": org} for n, name, org in ((7, "Gear", "100"), (8, "Rad", "200"))
    ]
    running.simulator.store.forms["BD_MATERIAL"] = copies
    wire = Wire(running.url)
    wire.login("ValidateUserByOrgNumber", [*LOGIN, "200"])
    ask = {"formid": "BD_MATERIAL", "data": {"Number": "gear-7"}}

    first = wire.call("View", ask)["Result"]["Result"]["Id"]
    wire.call("SwitchOrg", {"data": {"OrgNumber": "100"}})

    assert (first, wire.call("View", ask)["Result"]["Result"]["Id"]) == (8, 7)
    rows = wire.call("ExecuteBillQuery", {"data": {"FormId": "BD_MATERIAL", "FieldKeys": "FNumber,FUseOrgId.FNumber"}})
    assert sorted(rows) == [["gear-7", "100"], ["gear-7", "200"]]


def test_a_session_that_stays_stale_is_dead_on_arrival(running, wire):
    wire.order("sid_stale")

    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["MsgCode"] == 1
    assert wire.login()["LoginResultType"] == 1
    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["MsgCode"] == 1
    running.simulator.gate.stale_until = 0
    wire.login()
    assert wire.call("ExecuteBillQuery", {"data": MO}) == ORDER


def test_a_password_that_has_expired_logs_in_half(running, wire):
    running.simulator.gate.users["sim"] = running.simulator.gate.users["sim"] | {"password_expired": True}

    told = wire.login()

    assert (told["MessageCode"], bool(told["KDSVCSessionId"]), told["IsSuccessByAPI"]) == ("CheckPasswordPolicy", True, False)
    answer = wire.raw("ExecuteBillQuery", json.dumps({"data": MO}))
    assert (answer.status_code, answer.text) == (200, "401 Forbidden ByRspRetStatusCode -- N001: Unexpectable request")


def test_an_administrator_is_refused_by_msgcode(running, wire):
    running.simulator.gate.users["sim"] = running.simulator.gate.users["sim"] | {"administrator": True}

    assert status(wire.call("ExecuteBillQuery", {"data": MO}))["MsgCode"] == 15


@pytest.mark.parametrize(("fault", "words"), [("quota", '"MsgCode":14'), ("refused_request", "N001")])
def test_more_faults_hide_in_http_200(wire, fault, words):
    wire.order(fault)

    assert words in wire.raw("ExecuteBillQuery", json.dumps({"data": MO})).text.replace(" ", "")


@pytest.mark.parametrize("form", ["QT_TraceShow", "QT_TraceFilter", "QT_TreeModel"])
def test_the_pages_of_trace_reports_cannot_be_queried(wire, form):
    told = status(wire.call("ExecuteBillQuery", {"data": {"FormId": form, "FieldKeys": "FID"}}))

    assert (told["MsgCode"], form in told["Errors"][0]["Message"]) == (5, True)


def test_lots_and_serials_have_a_relation_that_is_empty(wire):
    assert wire.call("ExecuteBillQuery", {"data": {"FormId": "QT_LotSNRelation", "FieldKeys": "FLot.FNumber"}}) == []


def test_a_repeat_of_the_same_text_is_refused_where_that_is_asked_for(wire):
    told = {"formid": "PRD_MORPT", "data": {"ValidateRepeatJson": "true", "Model": {"FDescription": "x"}}}

    first, second = wire.call("Save", told), wire.call("Save", told)

    assert (status(first)["IsSuccess"], status(second)["IsSuccess"]) == (True, False)
    assert "重复" in status(second)["Errors"][0]["Message"]


def test_a_save_may_submit_and_audit_at_once(wire):
    told = {"formid": "PRD_MORPT", "data": {"IsAutoSubmitAndAudit": "true", "Model": {"FBillNo": "R-7"}}}

    assert status(wire.call("Save", told))["IsSuccess"]
    ask = {"FormId": "PRD_MORPT", "FieldKeys": "FDocumentStatus", "FilterString": "FBillNo='R-7'"}
    assert wire.call("ExecuteBillQuery", {"data": ask}) == [["C"]]


@pytest.mark.parametrize("spelling", ["AttachmentUpload", "AttachmentUpLoad"])
def test_attachments_come_and_go_in_either_spelling(wire, spelling):
    told = {"FileName": "a.txt", "FormId": "PRD_MO", "InterId": "11", "SendByte": "eA==", "IsLast": True}

    sent = wire.call(spelling, {"data": told})["Result"]
    back = wire.call("AttachmentDownLoad", {"data": {"FileId": sent["FileId"], "StartIndex": 0}})["Result"]

    assert (back["FilePart"], back["IsLast"], back["FileSize"]) == ("eA==", True, 1)
    failed = wire.call(spelling, {"data": {"FileName": ""}})["Result"]
    assert (failed["ResponseStatus"]["IsSuccess"], failed["ResponseStatus"]["Errors"]) == (False, [])
    assert failed["Message"]


def test_reports_need_their_filter(wire):
    told = {"FieldKeys": "FMaterialId,FBaseQty", "FormId": "STK_Inventory"}

    assert wire.call("GetSysReportData", {"formid": "X", "data": json.dumps(told)})["Result"]["IsSuccess"] is False
    assert wire.call("GetSysReportData", {"formid": "X", "data": json.dumps(told | {"Model": {"F": 1}})})["Result"]["IsSuccess"]


def test_stock_is_told_by_the_service_of_its_own(running, wire):
    running.simulator.store.forms["STK_Inventory"] = [{"FID": "a", "FStockId": "S1"}, {"FID": "b", "FStockId": "S2"}]
    service = "Kingdee.K3.SCM.WebApi.ServicesStub.InventoryQueryService"
    url = f"{wire.url}/k3cloud/{service}.GetInventoryData,Kingdee.K3.SCM.WebApi.ServicesStub.common.kdsvc"

    told = wire.session.post(url, json={"fstocknumbers": "S2", "pageindex": 1, "pagerows": 100}, timeout=5).json()

    assert [row["FID"] for row in told["data"]] == ["b"]
