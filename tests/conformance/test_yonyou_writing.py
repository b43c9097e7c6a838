"""Results into U9, wherever `write_target` sends them: once, read back, and said aloud when refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from connected import connected, served

from connectors.kit.asking import read_one
from connectors.kit.contract import PushRequest
from connectors.kit.manifest import manifest
from connectors.kit.simulator import Running
from connectors.yonyou.documents import U9Connector
from connectors.yonyou.sample import sample
from connectors.yonyou.simulator_shapes import CREATE_RESULT
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable

SAMPLE = sample(3)
FIELDS = {"m_descFlexField.m_privateDescSeg1": "LW-1", "m_descFlexField.m_privateDescSeg2": "批次 3, complete"}
FORM = {"write_target": "document", "document_table": "Cust_TraceDoc"}
WEBAPI = FORM | {"document_operation": "TraceDoc/Create", "document_body": {"DocType": {"Code": "TR01"}}}
SOAP = FORM | {"document_service": CREATE_RESULT}
OWN = WEBAPI | {"document_number": "PrivateDescSeg4"}
ORDER = {"write_target": "order"}
WAYS = {"webapi": WEBAPI, "soap": SOAP, "own numbers": OWN}


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    numbers = "own" if "own numbers" in request.node.name else "given"
    told = dict(SAMPLE.data) | {"forms": {"TraceDoc": {"table": "Cust_TraceDoc", "numbers": numbers}}}
    with served("yonyou", told) as server:
        yield server


def opened(running: Running, **changes: Any) -> U9Connector:
    given = {name: value for name, value in SAMPLE.settings.items() if name != "kinds"} | {"url": running.url} | changes
    return connected(manifest("yonyou"), given)


def push(kind: str = "LotMaster", key: str = "RM-0000/L-0000", fields: dict[str, str] | None = None, idem: str = "k" * 32) -> PushRequest:
    return PushRequest(kind, key, fields or FIELDS, idem)


def results(running: Running) -> list[dict[str, Any]]:
    return running.simulator.state.tables.select("SELECT * FROM Cust_TraceDoc ORDER BY ID")


def segments(u9: U9Connector, kind: str, key: str) -> dict[str, Any]:
    found = read_one(u9, kind, key)
    assert found is not None
    return json.loads(found.payload).get("m_descFlexField", {})


def key_of(u9: U9Connector, kind: str, number: str) -> str:
    found = read_one(u9, kind, number)
    assert found is not None
    return found.key


def test_an_order_takes_its_segments_once_and_keeps_those_of_others(running):
    order = next(one for one in running.simulator.state.objects["MODoc"] if one["m_docNo"] == "MO-0001")
    order["m_descFlexField"] = {"m_privateDescSeg9": "theirs"}
    u9 = opened(running, **ORDER)

    receipt, again = u9.push(push("MODoc", "MO-0001")), u9.push(push("MODoc", "MO-0001"))

    assert (receipt.number, again.notes) == ("MO-0001", ("held already, nothing was written",))
    assert len(running.simulator.ledger.writes) == 1
    held = segments(u9, "MODoc", "MO-0001")
    assert held == {"m_privateDescSeg1": "LW-1", "m_privateDescSeg2": "批次 3, complete", "m_privateDescSeg9": "theirs"}


def test_a_lost_answer_to_an_order_is_unknown_and_the_repeat_finds_the_write(running):
    u9 = opened(running, **ORDER)
    running.simulator.faults["lost_answer_after_write"] = 1

    with pytest.raises(Unreachable) as told:
        u9.push(push("MODoc", "MO-0001"))
    again = u9.push(push("MODoc", "MO-0001"))

    assert told.value.sent
    assert again.notes
    assert len(running.simulator.ledger.writes) == 1


def test_an_order_that_u9_refuses_says_why(running):
    u9 = opened(running, **ORDER)
    running.simulator.faults.order({"name": "row_failure", "only": "Services"})

    with pytest.raises(Rejected, match="单据被锁定"):
        u9.push(push("MODoc", "MO-0001"))
    assert running.simulator.ledger.writes == []


@pytest.mark.parametrize(("settings", "kind"), [({}, "MODoc"), (ORDER, "LotMaster")])
def test_setting_and_outward_mapping_must_fit(running, settings, kind):
    with pytest.raises(Misconfigured, match="change one of the two"):
        opened(running, **settings).push(push(kind, "MO-0001"))


@pytest.mark.parametrize("way", WAYS)
def test_twice_the_same_key_makes_one_document(running, way):
    u9 = opened(running, **WAYS[way])

    first, second = u9.push(push()), u9.push(push())

    (made,) = results(running)
    assert first.number == second.number == made["DocNo"]
    assert second.notes == ("held already, nothing was written",)
    assert made["DescFlexField_PrivateDescSeg3"] == f"LotMaster/{key_of(u9, 'LotMaster', 'RM-0000/L-0000')}"
    assert segments(u9, "LotMaster", "RM-0000/L-0000")["m_privateDescSeg2"] == "批次 3, complete"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_lost_after_the_commit_makes_no_second_document(running, way):
    u9 = opened(running, **WAYS[way])
    running.simulator.faults["lost_answer_after_write"] = 1

    with pytest.raises(Unreachable) as told:
        u9.push(push())
    again = u9.push(push())

    assert told.value.sent
    assert again.notes
    assert len(results(running)) == 1


@pytest.mark.parametrize("way", ["webapi", "soap"])
def test_a_row_refused_behind_a_good_answer_is_rejected_with_u9s_words_and_may_be_tried_again(running, way):
    u9 = opened(running, **WAYS[way])
    running.simulator.faults["row_failure"] = 1

    with pytest.raises(Rejected, match="单据被锁定"):
        u9.push(push())
    assert results(running) == []
    u9.push(push())

    assert len(results(running)) == 1


def test_a_token_kicked_in_the_middle_of_the_write_makes_one_document(running):
    u9 = opened(running, **WEBAPI)
    read_one(u9, "LotMaster", "RM-0000/L-0000")
    running.simulator.faults.order({"name": "token_kick", "only": "TraceDoc/Create"})

    u9.push(push())

    assert len(results(running)) == 1
    assert running.simulator.ledger.calls["TraceDoc/Create"] == 2
    assert running.simulator.ledger.calls["OAuth2/AuthLogin"] == 2


def test_another_result_makes_another_document_and_the_newest_is_shown(running):
    u9 = opened(running, **WEBAPI)
    u9.push(push())

    u9.push(push(fields={"PrivateDescSeg1": "LW-2"}, idem="n" * 32))

    assert len(results(running)) == 2
    assert segments(u9, "LotMaster", "RM-0000/L-0000")["m_privateDescSeg1"] == "LW-2"


def test_what_a_lot_says_itself_is_not_taken_for_a_result_of_ours(running):
    lot = running.simulator.state.objects["LotMaster"][0]
    lot["m_descFlexField"] = {"m_privateDescSeg1": "theirs", "m_privateDescSeg9": "theirs"}

    held = segments(opened(running, **WEBAPI), "LotMaster", "RM-0000/L-0000")

    assert (held["m_privateDescSeg1"], held["m_privateDescSeg9"]) == ("", "theirs")


def test_an_item_keeps_its_segments_for_no_result_is_about_it(running):
    item = running.simulator.state.objects["ItemMaster"][0]
    item["m_descFlexField"] = {"m_privateDescSeg1": "G-1"}

    assert segments(opened(running, **WEBAPI), "ItemMaster", item["m_code"]) == {"m_privateDescSeg1": "G-1"}


def test_a_document_of_ours_that_somebody_changed_is_a_conflict(running):
    u9 = opened(running, **WEBAPI)
    u9.push(push())
    running.simulator.state.tables.put("Cust_TraceDoc", results(running)[0] | {"DescFlexField_PrivateDescSeg1": "theirs"})

    with pytest.raises(Conflict, match="other values"):
        u9.push(push())


def test_a_document_that_is_not_found_again_is_unknown(running):
    u9 = opened(running, **WEBAPI | {"document_operation": "CompleteDoc/Create", "document_table": "Cust_TraceDoc"})

    with pytest.raises(Unreachable, match="document_table"):
        u9.push(push())


def test_a_result_about_nothing_is_rejected(running):
    with pytest.raises(Rejected, match="no LotMaster"):
        opened(running, **WEBAPI).push(push(key="RM-0000/none"))


@pytest.mark.parametrize("settings", [ORDER, WEBAPI, SOAP])
def test_the_connection_test_tries_what_the_target_needs(running, settings):
    told = opened(running, **settings).check()

    assert [finding.sentence for finding in told if not finding.ok] == []


def test_the_connection_test_names_a_table_that_is_not_there(running):
    told = opened(running, **WEBAPI | {"document_table": "Cust_None"}).check()

    assert [finding.subject for finding in told if not finding.ok] == ["results, organisation 10"]
