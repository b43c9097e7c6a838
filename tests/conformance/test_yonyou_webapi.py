"""The simulated U9 behaves on the wire as the WebAPI manual and the public clients say; asked by plain HTTP, without our client."""

from typing import Any

import pytest
import requests

from connectors.kit.simulator import Running
from connectors.yonyou.simulator import build

DATA: dict[str, Any] = {
    "clients": [{"client_id": "lw", "secret": "s"}],
    "users": [{"code": "trace", "id": 9}],
    "organisations": [{"id": 1, "code": "10", "name": "SU"}, {"id": 2, "code": "20", "name": "CD"}],
    "objects": {
        "MODoc": [
            {"m_iD": 100, "m_docNo": "MO-1001", "_org": "10", "_state": 2, "_modified": "2026-01-05 08:00:00.000"},
            {"m_iD": 200, "m_docNo": "MO-1001", "_org": "20", "_state": 0, "_modified": "2026-01-05 09:00:00.000"},
        ],
        "BOM": [{"m_iD": 700 + n, "m_bOMVersionCode": "A1", "_org": "10", "_modified": f"2026-01-05 0{n}:00:00.000"} for n in range(5)],
    },
}


class Wire:
    """Plain HTTP to a running simulator."""

    def __init__(self, url: str) -> None:
        self.base = f"{url}/U9C/webapi"

    def login(self, org: str = "10", **changes: str) -> dict[str, Any]:
        asked = {"clientid": "lw", "clientsecret": "s", "entCode": "001", "userCode": "trace", "orgCode": org} | changes
        return requests.get(f"{self.base}/OAuth2/AuthLogin", params=asked, timeout=5).json()

    def call(self, operation: str, body: Any, token: str) -> dict[str, Any]:
        answer = requests.post(f"{self.base}/{operation}", json=body, headers={"token": token}, timeout=5)
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture
def running():
    with Running(build(DATA)) as server:
        yield server


@pytest.fixture
def wire(running) -> Wire:
    return Wire(running.url)


def order(running: Running, fault: str, times: int = 1) -> None:
    requests.post(f"{running.url}/__simulator__/faults", json={"name": fault, "times": times}, timeout=5)


def test_a_login_takes_parameter_names_in_any_case(wire):
    asked = {"ClientID": "lw", "CLIENTSECRET": "s", "entcode": "001", "usercode": "trace", "orgcode": "10"}

    told = requests.get(f"{wire.base}/OAuth2/AuthLogin", params=asked, timeout=5).json()

    assert told["ResCode"] == 0
    assert isinstance(told["Data"], str)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"clientid": "x"}, 407), ({"clientsecret": "x"}, 503), ({"entCode": "1"}, 503), ({"userCode": "x"}, 406), ({"org": "99"}, 408)],
)
def test_a_wrong_login_has_its_code(wire, changes, code):
    told = wire.login(**changes)

    assert (told["ResCode"], told["Success"], told["Data"]) == (code, False, None)


def test_a_new_login_kills_the_older_token(wire):
    first = wire.login()["Data"]
    second = wire.login()["Data"]

    assert wire.call("MODoc/Query", [{"DocNo": "MO-1001"}], first)["ResCode"] == 504
    assert wire.call("MODoc/Query", [{"DocNo": "MO-1001"}], second)["ResCode"] == 0


def test_a_token_sees_its_own_organisation_only(wire):
    ten, twenty = wire.login("10")["Data"], wire.login("20")["Data"]

    found = [wire.call("MODoc/Query", [{"DocNo": "MO-1001"}], token)["Data"][0]["m_iD"] for token in (ten, twenty)]

    assert found == [100, 200]


def test_one_token_in_total_can_be_asked_for():
    with Running(build(DATA | {"one_token_per": "client"})) as server:
        wire = Wire(server.url)
        ten = wire.login("10")["Data"]
        wire.login("20")

        assert wire.call("MODoc/Query", [], ten)["ResCode"] == 504


def test_a_token_ages(wire, running):
    token = wire.login()["Data"]
    running.simulator.state.token_seconds = -1

    assert wire.call("MODoc/Query", [], token)["ResCode"] == 402


def test_a_body_must_be_an_array(wire):
    assert wire.call("MODoc/Query", {"DocNo": "MO-1001"}, wire.login()["Data"])["ResCode"] == 502


def test_an_absent_key_gives_an_empty_list(wire):
    assert wire.call("MODoc/Query", [{"DocNo": "MO-9"}], wire.login()["Data"])["Data"] == []


def test_the_simulators_own_fields_never_leave_it(wire):
    told = wire.call("MODoc/Query", [{"ID": 100}], wire.login()["Data"])["Data"][0]

    assert set(told) == {"m_iD", "m_docNo", "sysState"}


def test_there_is_no_lot_query(wire):
    assert wire.call("LotMaster/Query", [{"LotCode": "steel-A"}], wire.login()["Data"])["ResCode"] == 404


def test_other_id_is_echoed_and_drops_no_duplicate(wire, running):
    token, row = wire.login()["Data"], {"OtherID": "lot-9", "ItemCode": "RM-01", "LotCode": "steel-A", "OrgCode": "10"}

    first = wire.call("LotMaster/Create", [row], token)["Data"][0]
    again = wire.call("LotMaster/Create", [row], token)["Data"][0]

    assert first["OtherID"] == again["OtherID"] == "lot-9"
    assert first["ID"] != again["ID"]
    assert len(running.simulator.ledger.writes) == 2


def test_a_failed_row_hides_behind_rescode_zero(wire, running):
    token = wire.login()["Data"]
    order(running, "row_failure")

    told = wire.call("LotMaster/Create", [{"LotCode": "a", "ItemCode": "X"}, {"LotCode": "b", "ItemCode": "X"}], token)

    assert told["ResCode"] == 0
    assert [row["IsSucess"] for row in told["Data"]] == [False, True]


def test_a_manufacturing_operation_spells_its_rows_the_other_way(wire):
    told = wire.call("CompleteDoc/Create", [{"OtherID": "1", "MO": {"Code": "MO-1001"}}], wire.login()["Data"])

    assert told["Data"][0]["m_isSucess"] is True


def test_data_can_be_a_text(wire, running):
    token = wire.login()["Data"]
    order(running, "data_as_string")

    assert wire.call("MODoc/Query", [{"ID": 100}], token)["Data"].startswith("[{")


def test_bom_pages_count_from_one_and_end(wire):
    token = wire.login()["Data"]

    pages = [wire.call("BOM/BIPQueryPage", {"pageIndex": n, "pageSize": 2, "Orgcode": "10"}, token)["Data"] for n in (1, 2, 3, 4)]

    assert [len(page["RecordList"]) for page in pages] == [2, 2, 1, 0]
    assert {(page["RecordCount"], page["PageCount"]) for page in pages} == {(5, 3)}


def test_sql_takes_top_and_refuses_anything_but_a_select(wire):
    token = wire.login()["Data"]

    rows = wire.call("QueryCommon/QueryInfoBySql", {"SqlString": "SELECT TOP (1) ID, DocState FROM MO_MO ORDER BY ID"}, token)
    refused = wire.call("QueryCommon/QueryInfoBySql", {"SqlString": "DELETE FROM MO_MO"}, token)

    assert rows["Data"] == [{"ID": 100, "DocState": 2}]
    assert refused["ResCode"] == 500


@pytest.mark.parametrize(("fault", "code"), [("ip_blocked", 601), ("token_kick", 504), ("token_expired", 402)])
def test_a_fault_to_order_has_its_code(wire, running, fault, code):
    token = wire.login()["Data"]
    order(running, fault)

    assert wire.call("MODoc/Query", [], token)["ResCode"] == code
