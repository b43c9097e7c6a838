"""The vendor's own Python SDK, unmodified, against our simulator: token, business calls, and events that the simulator pushes.

SDK: `yonyouopenapisdk1` 0.0.2 from PyPI. It names modules of the standard library as its requirements, so no lock file can hold it:
`pip install --no-deps yonyouopenapisdk1 && pip install pycryptodomex` lets these tests run; without it they are skipped.
"""

import json
from pathlib import Path

import pytest

import connectors.yonbip
from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from connectors.yonbip.simulator_push import Pusher

requests_ = pytest.importorskip("yonbip_open_api_sdk.request_opt")
tokens = pytest.importorskip("yonbip_open_api_sdk.token_opt")
events = pytest.importorskip("yonbip_open_event_sdk.event_opt")
DATA = json.loads((Path(connectors.yonbip.__file__).parent / "recordings" / "tenant.json").read_text("utf-8"))
KEY, SECRET = "41832a3d2df94989b500da6a22268747", "demo-app-secret"
ORDERS = "/iuap-api-gateway/yonbip/mfg/productionorder/list"


@pytest.fixture
def server():
    with Running(front_door(manifest("yonbip").simulator)(DATA)) as running:
        yield running


def test_it_is_given_a_token(server):
    told = tokens.opt_self_token(KEY, SECRET, server.url)

    assert told["access_token"]
    assert told["expire"] == 7200


def test_it_is_refused_with_a_wrong_secret(server):
    with pytest.raises(Exception, match="签名"):
        tokens.opt_self_token(KEY, "wrong", server.url)


def test_it_calls_a_business_api_with_its_token_in_a_header(server):
    who = {"app_key": KEY, "app_secret": SECRET, "token_url": server.url}
    body = json.dumps({"pageIndex": 1, "pageSize": 2, "isShowMaterial": True})

    told = requests_.opt_self_app_request("post", server.url + ORDERS, {}, body, {}, who).json()

    assert told["code"] == "200"
    assert told["data"]["recordCount"] == 8
    assert told["data"]["recordList"][0]["orderMaterial"]


def test_a_bearer_token_is_none(server):
    token = tokens.opt_self_token(KEY, SECRET, server.url)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    told = requests_.opt_self_app_request_with_access_token("post", server.url + ORDERS, headers, "{}", {}, "")

    assert told.json()["code"] == "310001"


def test_it_opens_an_event_that_the_simulator_pushes():
    pusher = Pusher("http://127.0.0.1:9", KEY, SECRET, wait=lambda _: None)
    event = {"type": "CHECK_URL", "eventId": "e-1", "timestamp": 1568098531823, "tenantId": "abc12345"}

    told = events.decrypt_event_encrypt(SECRET, json.loads(pusher.body(event)))

    assert json.loads(told["event_info"]) == event
    assert told["suit_key"] == KEY
