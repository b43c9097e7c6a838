"""It logs in, keeps the token, renews it once, and never takes a good status for a good answer."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import requests
import responses
from responses import matchers

from connectors.kit.http import Patience
from connectors.yonyou.client import WebApi, clean
from connectors.yonyou.faults import RowResult
from connectors.yonyou.settings import U9Settings
from trace_core.errors import Misconfigured, NotYet, Unreachable

BASE = "http://u9.example/U9C/webapi"
RECORDINGS = Path(__file__).parents[4] / "connectors" / "yonyou" / "recordings"


def recorded(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


@pytest.fixture
def api(settings: U9Settings) -> WebApi:
    return WebApi(settings, patience=Patience(attempts=1))


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def login(wire: responses.RequestsMock, *tokens: str) -> None:
    for token in tokens or ("t1",):
        wire.get(f"{BASE}/OAuth2/AuthLogin", json={"ResCode": 0, "Success": True, "Data": token})


def test_it_sends_the_token_of_the_organisation_in_its_own_header(api, wire):
    wire.get(
        f"{BASE}/OAuth2/AuthLogin", recorded("login.json"), match=[matchers.query_param_matcher({"orgCode": "10"}, strict_match=False)]
    )
    headers = matchers.header_matcher({"token": "eyJhbGciOi.demo"})
    wire.post(f"{BASE}/MODoc/Query", recorded("query_modoc.json"), match=[headers])

    found = api.call("10", "MODoc/Query", [{"DocNo": "MO-2506-0001"}])

    assert found[0]["m_docNo"] == "MO-2506-0001"


def test_it_logs_in_once_for_many_calls(api, wire):
    login(wire)
    wire.post(f"{BASE}/MODoc/Query", json={"ResCode": 0, "Data": []})

    for _ in range(3):
        api.call("10", "MODoc/Query", [])

    assert wire.assert_call_count(f"{BASE}/MODoc/Query", 3) is True
    assert sum("AuthLogin" in call.request.url for call in wire.calls) == 1


def test_it_logs_in_again_once_when_the_token_was_killed(api, wire):
    login(wire, "t1", "t2")
    wire.post(f"{BASE}/MODoc/Query", recorded("token_killed.json"), match=[matchers.header_matcher({"token": "t1"})])
    wire.post(f"{BASE}/MODoc/Query", json={"ResCode": 0, "Data": [1]}, match=[matchers.header_matcher({"token": "t2"})])

    assert api.call("10", "MODoc/Query", []) == [1]


def test_it_gives_up_with_a_sentence_when_the_new_token_is_killed_too(api, wire):
    login(wire)
    wire.post(f"{BASE}/MODoc/Query", recorded("token_killed.json"))

    with pytest.raises(Unreachable, match="another process logs in") as told:
        api.call("10", "MODoc/Query", [], writes=True)

    assert told.value.code == "rescode_504"
    assert not told.value.sent


def test_it_reads_data_that_is_a_text_within_a_text_without_rounding(api, wire):
    login(wire)
    wire.post(f"{BASE}/MODoc/Query", recorded("data_as_string.json"))

    found = api.call("10", "MODoc/Query", [])

    assert found == [{"m_iD": 1002506180000100, "m_productQty": Decimal("120.10")}]


def test_it_drops_serializer_noise_at_every_level():
    told = json.loads(recorded("query_modoc.json"), parse_float=Decimal)["Data"]

    found = clean(told)[0]

    assert "$id" not in found
    assert "sysState" not in found
    assert found["m_itemMaster"] == {"m_iD": 1002501010000001, "m_code": "FG-01", "m_name": "成品"}


def test_it_keeps_a_row_that_worked_apart_from_one_that_failed_behind_rescode_zero(api, wire):
    login(wire)
    wire.post(f"{BASE}/CompleteDoc/Create", recorded("rows_mixed.json"))

    good, bad = api.write("10", "CompleteDoc/Create", [{"OtherID": "tr-0001"}, {"OtherID": "tr-0002"}])

    assert good == RowResult(ok=True, number="CR2506180001", words="")
    assert isinstance(bad, NotYet)
    assert "MO-9" in bad.message


def test_a_write_whose_answer_has_too_few_rows_has_an_unknown_outcome(api, wire):
    login(wire)
    wire.post(f"{BASE}/CompleteDoc/Create", json={"ResCode": 0, "Data": []})

    with pytest.raises(Unreachable) as told:
        api.write("10", "CompleteDoc/Create", [{"OtherID": "tr-0001"}])

    assert told.value.sent


def test_a_page_instead_of_an_envelope_leaves_a_write_unknown(api, wire):
    login(wire)
    wire.post(f"{BASE}/LotMaster/Create", "<html>starting</html>")

    with pytest.raises(Unreachable, match="a page instead") as told:
        api.write("10", "LotMaster/Create", [{}])

    assert told.value.sent


def test_a_blocked_address_says_what_to_change(api, wire):
    wire.get(f"{BASE}/OAuth2/AuthLogin", recorded("ip_blocked.json"))

    with pytest.raises(Misconfigured, match="white list"):
        api.token("10")


def test_an_address_without_u9_behind_it_says_so(api, wire):
    wire.get(f"{BASE}/OAuth2/AuthLogin", "<html>404</html>", status=404)

    with pytest.raises(Misconfigured, match="check `url` and `path`"):
        api.token("10")


def test_it_shows_the_secret_nowhere(api, wire):
    wire.get(f"{BASE}/OAuth2/AuthLogin", body=requests.exceptions.ConnectionError("refused: /AuthLogin?clientsecret=geheim-7"))

    with pytest.raises(Unreachable) as told:
        api.token("10")

    chain = f"{told.value!r} {told.value.__cause__!r} {told.value.__context__!r} {api.settings!r}"
    assert "geheim-7" not in chain


def test_it_blots_out_a_secret_that_u9_repeats(api, wire):
    wire.get(f"{BASE}/OAuth2/AuthLogin", json={"ResCode": 503, "ResMsg": "bad secret geheim-7"})

    with pytest.raises(Misconfigured) as told:
        api.token("10")

    assert "geheim-7" not in told.value.message
