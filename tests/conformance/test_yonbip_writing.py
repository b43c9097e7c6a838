"""What the YonBIP connector writes is written once, whatever becomes of the answers, and only where it may be."""

import json
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from connected import connected, recorded, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest
from connectors.kit.manifest import manifest
from connectors.kit.simulator import Running
from connectors.yonbip.write import check_key
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable

DATA = recorded("yonbip")
GIVEN = {"tenant": "abc12345", "app_key": "41832a3d2df94989b500da6a22268747", "app_secret": "demo-app-secret"}
MAN = manifest("yonbip")
FIRST = 2184924571914000000
LOT = f"{FIRST + 1}/{FIRST + 701}/FGL-1"
TEXT = "RM-01|RML-7; RM-02|轴承-批7"
HZ = "1866605942198528"


def opened(running: Running, **changes: Any) -> Connector:
    return connected(MAN, GIVEN | {"url": running.url} | changes)


@pytest.fixture
def running():
    with served("yonbip", DATA) as server:
        yield server


@pytest.fixture
def bip(running):
    with closing(opened(running)) as connector:
        yield connector


def push(fields: dict[str, str], kind: str = "batchno", key: str = LOT, idem: str = "idem-1") -> PushRequest:
    return PushRequest(kind, key, fields, idem)


def writes(running: Running, operation: str) -> list[dict[str, Any]]:
    return [one for one in running.simulator.ledger.writes if one["operation"] == operation]


def test_the_trace_is_written_as_genealogy_and_read_back(running, bip):
    receipt = bip.push(push({"genealogy": TEXT, "define29": "LW-1"}))

    held = json.loads(read_one(bip, "batchno", LOT).payload)
    assert (held["genealogy"], held["define29"]) == (TEXT, "LW-1")
    assert receipt.number.startswith("LSR")
    relation = running.simulator.state.relations[0]
    assert (relation["stockOrgId"], relation["num"], relation["sourceCode"]) == (HZ, 120, "CPRK001")


def test_the_same_push_again_writes_nothing(running, bip):
    bip.push(push({"genealogy": TEXT, "define29": "LW-1"}))
    receipt = bip.push(push({"genealogy": TEXT, "define29": "LW-1"}, idem="idem-2"))

    assert receipt.notes == ("held already, nothing was written",)
    assert len(running.simulator.ledger.writes) == 2


def test_a_changed_trace_changes_the_lines_of_the_same_relation(running, bip):
    bip.push(push({"genealogy": TEXT}))
    bip.push(push({"genealogy": "RM-02|轴承-批7; RM-01|RML-8"}, idem="idem-2"))

    assert json.loads(read_one(bip, "batchno", LOT).payload)["genealogy"] == "RM-02|轴承-批7; RM-01|RML-8"
    assert len(running.simulator.state.relations) == 1


@pytest.mark.parametrize("fault", ["in_flight", "timeout_after_write", "lost_answer_after_write"])
def test_a_write_of_unknown_outcome_is_made_once_under_the_same_key(running, bip, fault):
    running.simulator.faults[fault] = 1
    with pytest.raises(Unreachable) as told:
        bip.push(push({"genealogy": TEXT}))
    assert told.value.sent

    bip.push(push({"genealogy": TEXT}))

    assert len(writes(running, "bnsnrelation/save")) == 1
    assert json.loads(read_one(bip, "batchno", LOT).payload)["genealogy"] == TEXT


def test_a_key_is_remembered_for_an_hour_with_the_result_and_then_with_the_id(running, bip):
    body = {"resubmitCheckKey": check_key("idem-1", "x"), "vouchdate": "2026-03-03 10:00:00", "materOuts": [{"qty": 1}]}
    answers = running.simulator.writes

    path = "/yonbip/scm/materialout/mergeSourceData/save"
    first = answers.answer(path, {"data": body})
    again = answers.answer(path, {"data": body})
    running.simulator.state.shift = timedelta(hours=2)
    later = answers.answer(path, {"data": body})

    assert again == first
    assert later["data"] == {"id": first["data"]["id"]}
    assert len(writes(running, "materialout/mergeSourceData/save")) == 1


def test_a_relation_that_others_made_is_left_alone(running, bip):
    bip.push(push({"genealogy": TEXT}))
    running.simulator.state.relations[0]["remark"] = "质检部"

    with pytest.raises(Conflict) as told:
        bip.push(push({"genealogy": "RM-01|RML-8"}, idem="idem-2"))
    assert told.value.code == "foreign_content"


def test_an_update_over_somebody_elses_change_is_a_conflict(running, bip):
    gateway = bip._gateway
    told = {"id__pk": str(FIRST + 401), "product": "FG-01", "batchno": "FGL-1", "pubts": "2026-03-05 09:59:59", "_status": "Update"}

    with pytest.raises(Conflict) as fault:
        gateway.post("/yonbip/scm/batchno/save", {"key": "id__pk", "data": told}, writes=True)
    assert fault.value.code == "stale"


def test_rows_that_fail_behind_a_good_code_are_named(bip):
    rows = {"data": [{"id": FIRST + 220, "code": "SCDD20260301"}, {"id": 5, "code": "NO"}]}

    with pytest.raises(Rejected) as fault:
        bip._gateway.post("/yonbip/mfg/productionorder/batchfinishWork", rows, writes=True)
    assert [problem.path for problem in fault.value.problems] == ["NO"]


def test_characteristics_of_an_order_are_written_and_read_back(running):
    with closing(opened(running, order_fields=["defineDts.LW01"])) as connector:
        key = str(FIRST + 220)
        connector.push(push({"defineDts.LW01": "追溯"}, "productionorder", key))
        connector.push(push({"defineDts.LW01": "追溯"}, "productionorder", key, "idem-2"))
        held = json.loads(read_one(connector, "productionorder", key).payload)

    assert held["defineDts"] == {"LW01": "追溯"}
    assert len(writes(running, "productionorder/updateDefineCharacter")) == 1


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [
        (push({"define1": "x"}), Misconfigured),
        (push({"x": "y"}, "materialout", "1"), Misconfigured),
        (push({"define29": "x"}, key="1/2/NO"), Rejected),
        (push({"genealogy": "no-separator"}), Rejected),
        (push({"genealogy": TEXT}, key=f"{FIRST + 3}/{FIRST + 703}/RML-7"), Rejected),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(running, bip, request_, verdict):
    with pytest.raises(verdict):
        bip.push(request_)
    assert running.simulator.ledger.writes == []
