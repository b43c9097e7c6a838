"""The client: ways in, one new login, and nothing written twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses

from connectors.kingdee.client import AUTH, FORM, KingdeeClient
from connectors.kit.manifest import manifest, typed
from trace_core.errors import Misconfigured, Unreachable

URL = "http://erp.example/k3cloud"
LOST = {"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": [{"Message": "会话信息已丢失，请重新登录"}], "MsgCode": 1}}}
GOOD_LOGIN = {"headers": {"Set-Cookie": "kdservice-sessionid=S1; path=/"}, "json": {"LoginResultType": 1, "KDSVCSessionId": "S1"}}


def client(**given: Any) -> KingdeeClient:
    told = {"url": URL, "acct_id": "A", "user": "u", "app_id": "1_AQID", "app_secret": "geheim", **given}
    return KingdeeClient(typed(manifest("kingdee"), told, "test"))


def service(name: str) -> str:
    return f"{URL}/{name}.common.kdsvc"


@responses.activate
def test_a_lost_session_is_opened_again_once() -> None:
    responses.post(service(f"{AUTH}.LoginByAppSecret"), **GOOD_LOGIN)
    responses.post(service(f"{FORM}.ExecuteBillQuery"), json=[[LOST]])
    responses.post(service(f"{FORM}.ExecuteBillQuery"), json=[["MO1"]])

    assert client(mode="session").call("ExecuteBillQuery", {"data": {}}) == [["MO1"]]
    assert [call.request.url.split(".")[-3] for call in responses.calls] == [
        "LoginByAppSecret",
        "ExecuteBillQuery",
        "LoginByAppSecret",
        "ExecuteBillQuery",
    ]


@responses.activate
def test_a_session_that_is_lost_at_once_again_is_a_verdict() -> None:
    responses.post(service(f"{FORM}.View"), json=LOST)

    with pytest.raises(Unreachable):
        client().call("View", {"formid": "PRD_MO", "data": {}})
    assert len(responses.calls) == 2


@responses.activate
def test_a_refused_login_says_the_servers_words_and_no_secret() -> None:
    refused = {"LoginResultType": 0, "Message": "第三方应用：MES 不允许用户u 登录，请联系系统管理员添加！"}
    responses.post(service(f"{AUTH}.LoginByAppSecret"), json=refused)

    with pytest.raises(Misconfigured) as caught:
        client(mode="session").call("View", {})
    assert "不允许用户" in caught.value.message
    assert "geheim" not in caught.value.message


@responses.activate
def test_a_write_whose_answer_is_lost_is_not_repeated() -> None:
    responses.post(service(f"{FORM}.Save"), status=500)

    with pytest.raises(Unreachable) as caught:
        client().call("Save", {"formid": "PRD_INSTOCK", "data": {}})
    assert caught.value.sent
    assert len(responses.calls) == 1


@responses.activate
def test_a_read_is_repeated_when_the_server_fails_for_a_moment() -> None:
    responses.post(service(f"{FORM}.ExecuteBillQuery"), status=502)
    responses.post(service(f"{FORM}.ExecuteBillQuery"), json=[])

    assert client().call("ExecuteBillQuery", {"data": {}}) == []


@responses.activate
def test_partial_content_is_content() -> None:
    responses.post(service(f"{FORM}.ExecuteBillQuery"), json=[["MO1"]], status=206)

    assert client().call("ExecuteBillQuery", {"data": {}}) == [["MO1"]]


@responses.activate
def test_every_signed_call_is_signed_anew_and_named_by_parameters() -> None:
    responses.post(service(f"{FORM}.ExecuteBillQuery"), json=[])
    reader = client()

    reader.call("ExecuteBillQuery", {"data": {"FormId": "X"}})
    reader.call("ExecuteBillQuery", {"data": {"FormId": "X"}})

    one, other = (call.request for call in responses.calls)
    assert one.headers["x-api-nonce"] != other.headers["x-api-nonce"]
    assert json.loads(one.body) == {"data": {"FormId": "X"}}


def test_the_address_may_leave_out_the_path() -> None:
    assert client(url="https://erp.example").base == "https://erp.example/k3cloud"
    assert client(url="https://x.ik3cloud.com/K3Cloud/").base == "https://x.ik3cloud.com/K3Cloud"
