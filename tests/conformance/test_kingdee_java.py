"""The dialect of the vendor's Java SDK 8.2.0 against our simulator, in the bytes that it sends (a capture on a loopback server, retold).

Positional parameters inside text, HTML escapes of quotes and comparisons, milliseconds, an unset organisation as `null`, the misspelt
content type, the session in a header called SID and in a cookie line of its own order.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import pytest

from connectors.kingdee.simulator import build
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story

ACCT, USER, APP = (kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "app_id"))
CLIENT = b"MTI2MGM1Pj9qPDk/OT04KHMiKnd0IXMr"
"""The client secret that is hidden in the app id, as the vector of the reference has it."""
QUERY = (
    rb'{"parameters":["{\"FormId\":\"PRD_MO\",\"FieldKeys\":\"FBillNo,FStatus\",'
    rb"\"FilterString\":\"FBillNo\u003d\u0027MO260301\u0027\",\"OrderString\":\"FID,FTreeEntity_FEntryID\","
    rb'\"TopRowCount\":\"0\",\"StartRow\":\"0\",\"Limit\":\"2000\",\"SubSystemId\":\"\"}"]}'
)
SINCE = (
    rb'{"parameters":["{\"FormId\":\"PRD_MO\",\"FieldKeys\":\"FBillNo\",'
    rb'\"FilterString\":\"FModifyDate\u003e\u003d\u00272026-03-01 00:00:00\u0027\",\"Limit\":\"1\"}"]}'
)
VIEW = rb'{"parameters":["PRD_MO","{\"Number\":\"MO260301\"}"]}'
OPERATE = rb'{"parameters":["PRD_MO","UndoToStart","{\"PkEntryIds\":[{\"Id\":\"%d\",\"EntryIds\":\"%d\"}]}"]}'
SAVE = '{"parameters":["PRD_MORPT","{\\"Model\\":{\\"FBillNo\\":\\"报-1\\"}}"]}'.encode()


@pytest.fixture
def server() -> Iterator[Running]:
    with Running(build(kingdee_data.data(story()))) as running:
        yield running


def text_of_hmac(key: bytes, text: str) -> str:
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def post(server: Running, method: str, body: bytes, sid: str = "") -> tuple[Any, str]:
    """The answer, and the session that it gives."""
    path = f"/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.{method}.common.kdsvc"
    stamp, appdata = str(int(time.time() * 1000)), f"{ACCT},{USER},2052,null"
    signed = f"POST\n{quote(path, safe='.-_~')}\n\nx-api-nonce:{stamp}\nx-api-timestamp:{stamp}\n"
    wire = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    wire.putrequest("POST", path)
    for name, value in (
        ("X-Api-ClientID", APP.partition("_")[0]),
        ("X-Api-Auth-Version", "2.0"),
        ("x-api-timestamp", stamp),
        ("x-api-nonce", stamp),
        ("x-api-signheaders", "X-Api-TimeStamp,X-Api-Nonce"),
        ("X-Api-Signature", text_of_hmac(CLIENT, signed)),
        ("X-Kd-Appkey", APP),
        ("X-Kd-Appdata", base64.b64encode(appdata.encode()).decode()),
        ("X-Kd-Signature", text_of_hmac(kingdee_data.SECRET.encode(), APP + appdata)),
        *(
            (("SID", sid), ("Cookie", f"Theme=standard; ASP.NET_SessionId=4fabcde20rtfcw14cwkt0lk5; kdservice-sessionid={sid}"))
            if sid
            else ()
        ),
        ("User-Agent", "Kingdee/Java WebApi SDK (compatible; MSIE 6.0; Windows NT 5.1;SV1)"),
        ("Content-type", "applicatin/json"),
        ("Content-Length", str(len(body))),
    ):
        wire.putheader(name, value)
    wire.endheaders(body)
    answer = wire.getresponse()
    told, cookies = json.loads(answer.read()), answer.headers.get_all("Set-Cookie") or []
    wire.close()
    assert answer.status == 200
    return told, next((one.partition("=")[2].partition(";")[0] for one in cookies if one.startswith("kdservice-sessionid=")), "")


def test_a_query_with_escapes_and_numbers_as_text(server: Running) -> None:
    assert post(server, "ExecuteBillQuery", QUERY)[0] == [["MO260301", "6"]]
    assert len(post(server, "ExecuteBillQuery", SINCE)[0]) == 1


def test_a_session_goes_on_in_the_header_sid(server: Running) -> None:
    _, sid = post(server, "ExecuteBillQuery", QUERY)

    told, another = post(server, "View", VIEW, sid)

    assert (told["Result"]["Result"]["BillNo"], another) == ("MO260301", "")
    assert list(server.simulator.gate.sessions) == [sid]


def test_a_dead_session_loses_the_call(server: Running) -> None:
    told, _ = post(server, "ExecuteBillQuery", QUERY, "0f1e2d3c-1111-4aaa-9bbb-222233334444")

    assert told[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1


def test_rows_are_operated_on_by_position(server: Running) -> None:
    order = server.simulator.store.forms["PRD_MO"][0]

    told, _ = post(server, "ExcuteOperation", OPERATE % (order["FID"], order["FTreeEntity"][0]["FEntryID"]))

    assert told["Result"]["ResponseStatus"]["IsSuccess"]
    assert order["FTreeEntity"][0]["FStatus"] == "4"


def test_chinese_text_comes_in_plain_utf_8(server: Running) -> None:
    told, _ = post(server, "Save", SAVE)

    assert told["Result"]["Number"] == "报-1"
