"""The U9 connector keeps the contract of connectors over a real socket."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit.asking import read_one
from connectors.kit.contract import PushRequest
from connectors.kit.manifest import front_door, manifest, typed
from connectors.kit.opening import open_system
from connectors.kit.shared import LocalShared, Shared
from connectors.kit.simulator import Running
from connectors.yonyou.documents import U9Connector
from connectors.yonyou.simulator_shapes import QUERY
from lotweave.demo.story import story
from lotweave.demo.yonyou_data import data
from trace_core.errors import Misconfigured, Rejected, Unreachable

GIVEN = {"client_id": "lotweave", "client_secret": "demo-secret", "user": "trace", "organisations": ["10"], "page_size": 10}
LOT = "2.01.0001/UK2603-1"


def opened(running: Running, shared: Shared | None = None, **changes: Any) -> U9Connector:
    settings = typed(manifest("yonyou"), GIVEN | {"url": running.url} | changes, "connections.su")
    return open_system(manifest("yonyou"), settings, connection="su", zone="Asia/Shanghai", shared=shared or LocalShared())


@pytest.fixture
def running():
    with Running(front_door(manifest("yonyou").simulator)(data(story()))) as server:
        yield server


@pytest.fixture
def u9(running):
    connector = opened(running)
    yield connector
    connector.close()
    connector.close()


def keys(connector: U9Connector, kind: str, cursor: Any = None, **how: Any) -> list[str]:
    return [document.key for page in connector.pull(kind, cursor, **how) for document in page.documents]


def push(fields: dict[str, str], key: str = LOT) -> PushRequest:
    return PushRequest("LotMaster", key, fields, "idem-1")


def test_every_check_of_a_good_connection_is_good(u9):
    told = u9.check()

    assert [finding.subject for finding in told if not finding.ok] == []
    assert len(told) == 2 + sum(kind.read for kind in manifest("yonyou").kinds.values()) + 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_secret": "wrong"}, "check `client_id`"),
        ({"client_id": "nobody"}, "not enabled"),
        ({"user": "nobody"}, "check `user`"),
        ({"organisations": ["99"]}, "check `organisations`"),
    ],
)
def test_a_check_says_what_to_change(running, changes, words):
    told = opened(running, **changes).check()

    assert words in " ".join(finding.sentence for finding in told if not finding.ok)
    assert "wrong" not in repr(told).replace("wrongly", "")


@pytest.mark.parametrize(("fault", "words"), [("ip_blocked", "white list"), ("sql_closed", "QueryInfoBySql")])
def test_a_check_names_what_the_administrator_closed(running, fault, words):
    running.simulator.faults[fault] = 4

    told = opened(running).check()

    assert words in " ".join(finding.sentence for finding in told if not finding.ok)


def test_a_check_asks_again_although_the_process_knows_the_ids(running, u9):
    keys(u9, "LotMaster")
    running.simulator.faults["sql_closed"] = 2

    assert "QueryInfoBySql" in " ".join(finding.sentence for finding in u9.check() if not finding.ok)


def test_connections_opened_again_look_nothing_up_again(running):
    shared = LocalShared()
    keys(opened(running, shared), "LotMaster")
    before = dict(running.simulator.ledger.calls)

    keys(opened(running, shared), "LotMaster")

    spent = {name: calls - before[name] for name, calls in running.simulator.ledger.calls.items()}
    assert spent == {"OAuth2/AuthLogin": 0, "QueryCommon/QueryInfoBySql": 1, QUERY: 1}


def test_a_check_of_a_silent_host_ends(running):
    told = opened(running, url="http://127.0.0.1:9").check()

    assert "refuses connections" in told[0].sentence


@pytest.mark.parametrize("kind", list(manifest("yonyou").kinds))
def test_a_pull_and_a_survey_agree_and_every_document_can_be_read_again(u9, kind):
    pulled = {document.key: document for page in u9.pull(kind, None) for document in page.documents}

    assert {key: document.stamp for key, document in pulled.items()} == dict(u9.survey(kind))
    for key, document in list(pulled.items())[:2]:
        again = read_one(u9, kind, key)
        if kind != "BOM":
            assert again is not None
            assert again.payload == document.payload


def test_a_pull_goes_page_by_page_to_the_end(u9):
    pages = list(u9.pull("OpReport", None))

    assert [len(page.documents) for page in pages] == [10, 10, 10, 10]


def test_a_pull_resumes_from_the_cursor_of_any_page(u9):
    whole = keys(u9, "OpReport")
    pages = u9.pull("OpReport", None)
    first = next(pages)

    rest = keys(u9, "OpReport", json.loads(json.dumps(first.cursor)))

    assert {document.key for document in first.documents} | set(rest) == set(whole)
    assert len(rest) < len(whole)


def test_a_second_pull_reads_the_overlap_only(u9):
    *_, last = u9.pull("OpReport", None)

    again = keys(u9, "OpReport", last.cursor)

    assert 0 < len(again) < 10
    assert set(keys(u9, "OpReport", last.cursor, full=True)) == set(keys(u9, "OpReport"))


def test_a_document_committed_late_is_found_within_the_overlap(running, u9):
    *_, last = u9.pull("PurReceive", None)
    org = running.simulator.state.orgs["10"]
    late = {"ID": 55, "Org": org, "ModifiedOn": "2026-03-09 09:55:00.000", "DocNo": "RCV-LATE", "Status": 2}
    running.simulator.state.tables.put("PM_Receivement", late)

    assert "55" in keys(u9, "PurReceive", last.cursor)


def test_a_stamp_in_the_future_does_not_hide_what_comes_after(running, u9):
    org = running.simulator.state.orgs["10"]
    wrong = {"ID": 56, "Org": org, "ModifiedOn": "2199-01-01 00:00:00.000", "DocNo": "RCV-2199", "Status": 2}
    running.simulator.state.tables.put("PM_Receivement", wrong)

    *_, last = u9.pull("PurReceive", None)

    assert last.cursor["organisations"]["10"] < "2199"


def test_rows_without_a_change_time_are_read_every_time(running, u9):
    org = running.simulator.state.orgs["10"]
    for number in range(1, 26):
        running.simulator.state.tables.put(
            "PM_Receivement", {"ID": number, "Org": org, "ModifiedOn": None, "DocNo": f"RCV-{number}", "Status": 2}
        )

    *_, last = u9.pull("PurReceive", None)

    assert len(keys(u9, "PurReceive")) == 26
    assert len(keys(u9, "PurReceive", last.cursor)) == 26


def test_data_as_text_changes_nothing(running, u9):
    before = keys(u9, "IssueDoc")
    running.simulator.faults["data_as_string"] = 1000

    assert keys(u9, "IssueDoc") == before


def test_a_deleted_document_leaves_the_survey(running, u9):
    gone = keys(u9, "Ship")[0]
    running.simulator.state.tables.remove("SM_Ship", int(gone))

    assert gone not in dict(u9.survey("Ship"))
    assert read_one(u9, "Ship", gone) is None


def test_a_row_cap_of_the_server_cuts_nothing_off(running, u9):
    running.simulator.state.sql_cap = 3

    assert len(keys(u9, "OpReport")) == 40
    assert len(dict(u9.survey("OpReport"))) == 40


def test_items_can_be_read_by_sql_in_the_same_shape(running, u9):
    by_sql = opened(running, item_route="sql")

    by_query = json.loads(read_one(u9, "ItemMaster", "1.04.0001").payload)
    told = json.loads(read_one(by_sql, "ItemMaster", "1.04.0001").payload)

    assert {name: told[name] for name in ("m_iD", "m_code", "m_name")} == {name: by_query[name] for name in ("m_iD", "m_code", "m_name")}
    assert told["m_inventoryUOM"]["m_code"] == by_query["m_inventoryUOM"]["m_code"] == "PCS"


def test_an_order_carries_its_state_in_words(u9):
    told = json.loads(read_one(u9, "MODoc", "MO-2603-0001").payload)

    assert told["sql"] == {"DocState": 3, "state": "completed"}


def test_a_refused_key_comes_as_document_and_stops_nothing(running, u9):
    running.simulator.faults["row_failure"] = 1

    told = [document for page in u9.pull("IssueDoc", None) for document in page.documents]

    assert len(told) == 3 + 1
    assert sum(b"ErrorMsg" in document.payload for document in told) == 1


@pytest.mark.parametrize("fault", ["token_kick", "token_expired"])
def test_a_dead_token_is_renewed_without_anyone_noticing(running, u9, fault):
    keys(u9, "MODoc")
    running.simulator.faults[fault] = 1

    assert len(keys(u9, "MODoc")) == 2


@pytest.mark.parametrize("fault", ["http_500", "http_503"])
def test_a_short_outage_is_waited_out(running, u9, fault):
    keys(u9, "MODoc")
    running.simulator.faults[fault] = 1

    assert len(keys(u9, "MODoc")) == 2


@pytest.mark.parametrize("one_token_per", ["organisation", "client"])
def test_it_reads_several_organisations_each_with_its_own_token(one_token_per):
    told = data(story()) | {"one_token_per": one_token_per}
    told["organisations"] = [*told["organisations"], {"id": 1002601010000002, "code": "20", "name": "CD"}]
    order = {"m_iD": 1002609010000001, "m_docNo": "MO-1001", "_org": "20", "_state": 1, "_modified": "2026-03-01 08:00:00.000"}
    told["objects"]["MODoc"] = [*told["objects"]["MODoc"], order]

    with Running(front_door(manifest("yonyou").simulator)(told)) as server:
        u9 = opened(server, organisations=["10", "20"])
        pages = list(u9.pull("MODoc", None))
        u9.close()

    assert [len(page.documents) for page in pages] == [2, 1]
    assert set(pages[-1].cursor["organisations"]) == {"10", "20"}


def test_connections_share_a_token_which_lies_encrypted(running):
    shared = LocalShared()
    keys(opened(running, shared), "MODoc")
    keys(opened(running, shared), "MODoc")

    assert running.simulator.ledger.calls["OAuth2/AuthLogin"] == 1
    assert "session" in repr(shared.__dict__)
    assert "eyJ" not in repr(shared.__dict__)


def test_a_push_writes_once_and_reads_back(running, u9):
    fields = {"m_descFlexField.m_privateDescSeg1": "LW-1", "m_descFlexField.m_privateDescSeg2": "48 things, 2 plants"}

    receipt, again = u9.push(push(fields)), u9.push(push(fields))

    assert receipt.number == LOT
    assert again.notes == ("held already, nothing was written",)
    assert len(running.simulator.ledger.writes) == 1
    held = json.loads(read_one(u9, "LotMaster", LOT).payload)["m_descFlexField"]
    assert (held["m_privateDescSeg1"], held["m_privateDescSeg2"]) == ("LW-1", "48 things, 2 plants")


def test_a_push_keeps_the_segments_of_others(u9):
    u9.push(push({"PrivateDescSeg1": "first"}))
    u9.push(push({"PrivateDescSeg2": "second"}))

    held = json.loads(read_one(u9, "LotMaster", LOT).payload)["m_descFlexField"]

    assert (held["m_privateDescSeg1"], held["m_privateDescSeg2"]) == ("first", "second")


def test_a_lost_answer_is_unknown_and_the_repeat_finds_the_write(running, u9):
    running.simulator.faults["lost_answer_after_write"] = 1

    with pytest.raises(Unreachable) as told:
        u9.push(push({"PrivateDescSeg1": "LW-1"}))
    again = u9.push(push({"PrivateDescSeg1": "LW-1"}))

    assert told.value.sent
    assert again.notes
    assert len(running.simulator.ledger.writes) == 1


def test_a_push_to_no_lot_is_rejected(u9):
    with pytest.raises(Rejected, match="no LotMaster"):
        u9.push(push({"PrivateDescSeg1": "x"}, key="RM-01/nothing"))


def test_a_push_to_another_kind_is_a_matter_of_settings(u9):
    with pytest.raises(Misconfigured, match="write_target"):
        u9.push(PushRequest("MODoc", "1", {"PrivateDescSeg1": "x"}, "i"))


def test_documents_are_fetched_now_and_stamped_by_u9(u9):
    document = read_one(u9, "PurReceive", "RCV2603001")

    assert document.stamp == int(datetime(2026, 3, 9, 2, tzinfo=UTC).timestamp() * 1000)
    assert document.fetched_at.tzinfo is not None
