"""The U8 connector keeps the contract of connectors over a real socket, by the OpenAPI relay and by EAI."""

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from connected import connected, pulled, recorded, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest
from connectors.kit.manifest import manifest
from connectors.kit.shared import Shared
from connectors.kit.simulator import Running
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable

DATA = recorded("u8")
MAN = manifest("u8")
OPENAPI = {"from_account": "lotweave", "to_account": "factory", "app_key": "opademo0001", "app_secret": "demo-app-secret"}
BY_EAI = [kind for kind in MAN.kinds if kind != "bom"]
FIELDS = {"date": "2026-03-09", "warehousecode": "01", "define1": "追溯 LW-1", "entry.0.inventorycode": "RM-01", "entry.0.quantity": "24"}
FIELDS |= {"entry.0.serial": "RML-7", "entry.1.inventorycode": "RM-02", "entry.1.quantity": "2"}


def server(**changes: Any) -> Running:
    return served("u8", DATA | {"server": changes})


def opened(running: Running, route: str = "openapi", shared: Shared | None = None, **changes: Any) -> Connector:
    given = {"url": running.url, **OPENAPI} if route == "openapi" else {"url": f"{running.url}/U8EAI/import.asp", "sender": "222"}
    return connected(MAN, given | {"route": route, "poll_seconds": 0} | changes, shared)


@pytest.fixture
def running():
    with server() as one:
        yield one


@pytest.fixture(params=["openapi", "eai"])
def u8(request, running):
    with closing(opened(running, request.param)) as connector:
        yield connector


def push(key: str = "LW0001", kind: str = "materialout", **changes: str) -> PushRequest:
    return PushRequest(kind, key, FIELDS | changes, "idem-1")


def test_every_check_of_a_good_connection_is_good(u8):
    told = u8.check()

    assert [finding for finding in told if not finding.ok] == []
    assert [finding.subject for finding in told] == ["login", *(MAN.kinds if u8.settings.route == "openapi" else BY_EAI)]


@pytest.mark.parametrize(
    ("route", "changes", "words"),
    [
        ("openapi", {"app_secret": "wrong-secret"}, "check accounts"),
        ("openapi", {"app_key": "nobody"}, "check accounts"),
        ("openapi", {"to_account": "nobody"}, "check accounts"),
        ("eai", {"sender": "999"}, "check accounts"),
    ],
)
def test_a_wrong_setting_is_a_finding_that_says_what_to_change(running, route, changes, words):
    with closing(opened(running, route, **changes)) as connector:
        told = connector.check()

    assert any(words in finding.sentence and not finding.ok for finding in told)
    assert "wrong-secret" not in str(told)


@pytest.mark.parametrize("kind", BY_EAI)
def test_both_ways_give_the_same_whole_documents(running, kind):
    with closing(opened(running)) as one, closing(opened(running, "eai")) as other:
        by_relay, by_eai = pulled(one, kind)[0], pulled(other, kind)[0]

    assert {told.pop("account") for told in by_relay.values()} == {"factory"}
    assert {told.pop("account") for told in by_eai.values()} == {"222"}
    assert by_relay == {key: {name: value for name, value in told.items() if name != "entry" or value} for key, told in by_eai.items()}
    assert len(by_relay) == len(DATA["objects"][kind])


@pytest.mark.parametrize("size", [1, 2, 100])
def test_pages_of_any_size_give_all(running, size):
    with closing(opened(running, rows_per_page=size)) as connector:
        found, _ = pulled(connector, "materialout")

    assert list(found) == ["LL0001", "LL0002", "LL0003"]
    assert [line["main_measure"] for line in found["LL0001"]["entry"]] == ["KG", "PCS"]
    assert found["LL0001"]["entry"][1]["serial"] == "轴承-批7"


def test_a_pull_goes_on_after_the_last_page_kept_or_from_the_start_when_the_list_changed(running):
    with closing(opened(running, rows_per_page=1)) as connector:
        pages = list(connector.pull("materialout", None))
        rest, _ = pulled(connector, "materialout", pages[0].cursor)
        running.simulator.state.objects["materialout"].pop(0)
        anew, _ = pulled(connector, "materialout", pages[0].cursor)

    assert list(rest) == ["LL0002", "LL0003"]
    assert list(anew) == ["LL0002", "LL0003"]


def test_later_pulls_read_the_recent_days_and_a_full_one_all(running, u8):
    _, cursor = pulled(u8, "materialout")
    recent = DATA["objects"]["materialout"][0] | {"code": "LL0009", "date": datetime.now(UTC).date().isoformat()}
    running.simulator.state.objects["materialout"].append(recent)

    found, _ = pulled(u8, "materialout", cursor)
    everything = {raw.key for page in u8.pull("materialout", cursor, full=True) for raw in page.documents}

    assert list(found) == ["LL0009"]
    assert len(everything) == 4


@pytest.mark.parametrize("fault", ["page_repeated", "page_shuffled", "truncated", "reset"])
def test_a_disturbed_list_gives_the_same_documents_each_once_a_page(running, u8, fault):
    whole, _ = pulled(u8, "materialout")
    running.simulator.faults[fault] = 2

    keys = [[raw.key for raw in page.documents] for page in u8.pull("materialout", None)]
    again, _ = pulled(u8, "materialout")

    assert {key for page in keys for key in page} == set(whole)
    assert all(len(page) == len(set(page)) for page in keys)
    assert again == whole


@pytest.mark.parametrize("kind", BY_EAI)
def test_survey_and_read_agree_with_pull(u8, kind):
    found, _ = pulled(u8, kind)

    assert dict(u8.survey(kind)) == dict.fromkeys(found)
    assert {key: json.loads(read_one(u8, kind, key).payload) for key in found} == found
    assert read_one(u8, kind, "NO") is None


def test_a_document_is_written_once_and_read_back(running, u8):
    receipt = u8.push(push())
    again = u8.push(push())

    held = json.loads(read_one(u8, "materialout", "LW0001").payload)
    assert (held["define1"], held["entry"][0]["serial"]) == ("追溯 LW-1", "RML-7")
    assert receipt.notes == ()
    assert again.notes == ("held already, nothing was written",)
    assert len(running.simulator.ledger.writes) == 1


def test_a_lost_answer_does_not_make_a_second_document(running, u8):
    running.simulator.faults["lost_answer_after_write"] = 1
    with pytest.raises(Unreachable) as lost:
        u8.push(push())
    assert lost.value.sent

    u8.push(push())

    assert len(running.simulator.ledger.writes) == 1


def test_another_document_of_that_number_is_a_conflict(u8):
    u8.push(push())

    with pytest.raises(Conflict, match=r"entry\.0\.quantity"):
        u8.push(push(**{"entry.0.quantity": "25"}))


def test_decimals_that_u8_fills_up_are_no_difference(u8):
    u8.push(push())

    assert u8.push(push(**{"entry.0.quantity": "24.000"})).notes


def test_a_document_that_comes_late_is_asked_for():
    with server(late=5) as running, closing(opened(running)) as connector:
        assert connector.push(push()).number == "LW0001"


def test_a_document_that_does_not_come_is_left_for_later_under_the_same_key():
    with server(late=50) as running, closing(opened(running)) as connector:
        with pytest.raises(Unreachable) as fault:
            connector.push(push())
        assert fault.value.sent
        with pytest.raises(Unreachable):
            connector.push(push())
        assert len(running.simulator.ledger.writes) == 1


def test_a_number_that_u8_gives_itself_is_the_receipts():
    with server(own_numbers=True) as running, closing(opened(running)) as connector:
        receipt = connector.push(push())
        connector.push(push())
        assert receipt.number == "U800000001"
        assert len(running.simulator.ledger.writes) == 1


def test_a_write_may_go_by_trade_id(running):
    with closing(opened(running, write_key="tradeid")) as connector:
        connector.push(push())

    assert len(running.simulator.ledger.writes) == 1


@pytest.mark.parametrize("keys", [{}, {"biz_id": "1", "tradeid": "1"}])
def test_the_relay_wants_exactly_one_key(running, keys):
    with closing(opened(running)) as connector:
        token = connector._way.token()
    asked = {name: OPENAPI[name] for name in ("from_account", "to_account", "app_key")} | {"token": token} | keys

    told = requests.post(f"{running.url}/api/productin/add", params=asked, json={"productin": {"code": "1"}}, timeout=5).json()

    assert told["errcode"] != "0"
    assert all(isinstance(value, str) for value in told.values())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_eai_is_read_in_either_encoding_without_being_told(encoding):
    with server(encoding=encoding) as running, closing(opened(running, "eai", eai_encoding=encoding)) as connector:
        connector.push(push())
        assert json.loads(read_one(connector, "inventory", "FG-01").payload)["name"] == "减速器"
        assert json.loads(read_one(connector, "materialout", "LW0001").payload)["define1"] == "追溯 LW-1"


def test_an_answer_with_entities_is_not_read(running):
    with closing(opened(running, "eai")) as connector:
        running.simulator.faults["eai_entity"] = 1
        with pytest.raises(Unreachable, match="document type"):
            read_one(connector, "inventory", "FG-01")


def test_a_query_that_was_cut_is_refused(running):
    with closing(opened(running, "eai", max_items=3)) as connector, pytest.raises(Misconfigured, match="max_items"):
        pulled(connector, "materialout")


def test_what_eai_refuses_is_rejected_with_its_words(running):
    with closing(opened(running, "eai")) as connector:
        running.simulator.faults["eai_refused"] = 1
        with pytest.raises(Rejected, match="存货编码不存在"):
            read_one(connector, "materialout", "LL0001")


def test_a_dead_token_is_renewed_once(running):
    with closing(opened(running)) as connector:
        running.simulator.faults["token_dead"] = 1
        assert read_one(connector, "inventory", "FG-01") is not None
        running.simulator.faults["token_dead"] = 9
        with pytest.raises(Misconfigured):
            read_one(connector, "inventory", "FG-01")


@pytest.mark.parametrize(("fault", "code"), [("relay_off", "relay"), ("busy", "busy"), ("html_page", "page")])
def test_a_relay_that_cannot_answer_is_left_for_later(running, fault, code):
    with closing(opened(running)) as connector:
        read_one(connector, "inventory", "FG-01")
        running.simulator.faults[fault] = 9
        with pytest.raises(Unreachable) as told:
            read_one(connector, "inventory", "FG-01")
        assert told.value.code == code


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [(push(kind="inventory"), Misconfigured), (PushRequest("productin", "1", {"entry.x.y": "1"}, "i"), Rejected)],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(running, u8, request_, verdict):
    with pytest.raises(verdict):
        u8.push(request_)
    assert running.simulator.ledger.writes == []
