"""Where results go in Kingdee, against the simulator: nothing lost, nothing doubled, whatever answer is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from connectors.kingdee.documents import KingdeeConnector, open_connector
from connectors.kingdee.simulator import build
from connectors.kit.asking import read_one
from connectors.kit.contract import PushRequest
from connectors.kit.gate import Gate
from connectors.kit.manifest import manifest, typed
from connectors.kit.opening import gate_of
from connectors.kit.shared import LocalShared
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story
from trace_core.errors import Misconfigured, Rejected, Unreachable

DATA = kingdee_data.data(story())
FIELDS = {"F_LW_TraceRef": "LW-1", "F_LW_TraceSummary": "追溯 35 lots"}
CUSTOM = [{"key": name, "editable_after_audit": True} for name in FIELDS]
FORM = "LWTR_TraceResult"


@pytest.fixture
def server() -> Iterator[Running]:
    with serve() as running:
        yield running


def serve(**how: Any) -> Running:
    custom = {"PRD_INSTOCK": CUSTOM, "BD_BatchMainFile": CUSTOM, "PRD_MO": [told | {"row": True} for told in CUSTOM]}
    return Running(build(DATA | {"server": DATA["server"] | how, "custom_fields": custom}))


def given(server: Running, **more: Any) -> dict[str, Any]:
    who = {name: kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "app_id")}
    return {"url": f"{server.url}/k3cloud/", "app_secret": kingdee_data.SECRET, "trace_form": FORM, **who, **more}


def connect(server: Running, gate: Gate | None = None, **more: Any) -> KingdeeConnector:
    told = typed(manifest("kingdee"), given(server, **more), "test")
    made = open_connector(told, connection="hz", zone="Asia/Shanghai", gate=gate)
    assert isinstance(made, KingdeeConnector)
    return made


def first(server: Running, kind: str) -> dict[str, Any]:
    return server.simulator.store.forms[kind][0]


def held(connector: KingdeeConnector, kind: str, key: str) -> dict[str, str]:
    raw = read_one(connector, kind, key)
    assert raw is not None
    told = json.loads(raw.payload)
    return {name: told[name] for name in FIELDS if told.get(name)}


@pytest.mark.parametrize(("target", "kind", "pk"), [("receipt", "PRD_INSTOCK", "FID"), ("lot", "BD_BatchMainFile", "FLOTID")])
def test_fields_of_a_head_are_written_and_read_back(target: str, kind: str, pk: str) -> None:
    with serve(lot_master_editable=True) as server:
        connector, key = connect(server, write_target=target), str(first(server, kind)[pk])
        before = deepcopy(first(server, kind))

        connector.push(PushRequest(kind, key, FIELDS, "k"))

        assert held(connector, kind, key) == FIELDS
        assert first(server, kind) == before | FIELDS | {"FModifyDate": first(server, kind)["FModifyDate"]}


def test_a_lot_master_that_takes_nothing_says_so(server: Running) -> None:
    with pytest.raises(Rejected, match="不支持"):
        connect(server, write_target="lot").push(
            PushRequest("BD_BatchMainFile", str(first(server, "BD_BatchMainFile")["FLOTID"]), FIELDS, "k")
        )


def test_the_row_of_an_order_is_written_and_no_row_is_lost(server: Running) -> None:
    order = first(server, "PRD_MO")
    order["FTreeEntity"].append(order["FTreeEntity"][0] | {"FEntryID": 990001, "FSeq": 2, "FProductType": "2"})
    connector, key = connect(server, write_target="order_row"), str(order["FID"])

    connector.push(PushRequest("PRD_MO", key, FIELDS, "k"))

    assert held(connector, "PRD_MO", key) == FIELDS
    assert [row["FEntryID"] for row in order["FTreeEntity"]][1:] == [990001]
    assert [row.get("F_LW_TraceRef") for row in order["FTreeEntity"]] == ["LW-1", None]
    (pulled,) = (raw for page in connector.pull("PRD_MO", None) for raw in page.documents if raw.key == key)
    assert pulled.payload == read_one(connector, "PRD_MO", key).payload  # type: ignore[union-attr]


def test_an_order_that_is_for_several_things_is_refused(server: Running) -> None:
    order = first(server, "PRD_MO")
    order["FTreeEntity"].append(order["FTreeEntity"][0] | {"FEntryID": 990001, "FSeq": 2})

    with pytest.raises(Rejected, match="several rows"):
        connect(server, write_target="order_row").push(PushRequest("PRD_MO", str(order["FID"]), FIELDS, "k"))


@pytest.mark.parametrize(("finish", "state"), [("draft", "Z"), ("save", "A"), ("submit", "B"), ("audit", "C")])
def test_a_document_of_a_form_of_its_own_is_taken_as_far_as_wanted(server: Running, finish: str, state: str) -> None:
    connector, key = connect(server, write_target="document", finish=finish), str(first(server, "PRD_INSTOCK")["FID"])

    receipt = connector.push(PushRequest("PRD_INSTOCK", key, FIELDS, "abc123"))

    (made,) = server.simulator.store.forms[FORM]
    assert (receipt.kind, receipt.number, made["FDocumentStatus"]) == (FORM, "LWabc123", state)
    assert (made["FBillNo"], made["F_LW_Source"]) == ("LWabc123", f"PRD_INSTOCK/{key}")
    assert held(connector, "PRD_INSTOCK", key) == FIELDS
    assert "F_LW_TraceRef" not in first(server, "PRD_INSTOCK")


@pytest.mark.parametrize(("lost", "found"), [("save", {}), ("submit", {}), ("audit", FIELDS)])
def test_each_step_of_a_document_can_be_taken_up_after_a_lost_answer(server: Running, lost: str, found: dict[str, str]) -> None:
    connector, key = connect(server, write_target="document", finish="audit"), str(first(server, "PRD_INSTOCK")["FID"])
    request = PushRequest("PRD_INSTOCK", key, FIELDS, "abc123")
    server.simulator.faults[f"lost_answer_after_{lost}"] = 1

    with pytest.raises(Unreachable) as caught:
        connector.push(request)
    assert (caught.value.sent, held(connector, "PRD_INSTOCK", key)) == (True, found)
    connector.push(request)

    (made,) = server.simulator.store.forms[FORM]
    assert made["FDocumentStatus"] == "C"
    assert [write["operation"] for write in server.simulator.ledger.writes] == ["Save", "Submit", "Audit"]


def test_a_repeat_of_a_push_makes_no_second_document_and_another_result_makes_one(server: Running) -> None:
    connector, key = connect(server, write_target="document"), str(first(server, "PRD_INSTOCK")["FID"])

    for _ in range(3):
        connector.push(PushRequest("PRD_INSTOCK", key, FIELDS, "abc123"))
    newer = FIELDS | {"F_LW_TraceRef": "LW-2"}
    connector.push(PushRequest("PRD_INSTOCK", key, newer, "def456"))

    assert [made["FBillNo"] for made in server.simulator.store.forms[FORM]] == ["LWabc123", "LWdef456"]
    assert held(connector, "PRD_INSTOCK", key) == newer


def test_a_draft_that_is_left_over_is_finished(server: Running) -> None:
    key = str(first(server, "PRD_INSTOCK")["FID"])
    request = PushRequest("PRD_INSTOCK", key, FIELDS, "abc123")
    connect(server, write_target="document", finish="draft").push(request)

    connect(server, write_target="document", finish="audit").push(request)

    (made,) = server.simulator.store.forms[FORM]
    assert made["FDocumentStatus"] == "C"


def test_a_document_that_is_refused_stays_refused_and_is_not_made_twice(server: Running) -> None:
    server.simulator.faults["lock"] = 1
    connector = connect(server, write_target="document", finish="submit")
    request = PushRequest("PRD_INSTOCK", str(first(server, "PRD_INSTOCK")["FID"]), FIELDS, "abc123")

    with pytest.raises(Unreachable) as locked:
        connector.push(request)
    connector.push(request)

    assert (locked.value.sent, locked.value.retry_after) == (False, 8)
    assert len(server.simulator.store.forms[FORM]) == 1


@pytest.mark.parametrize(
    ("settings", "request_", "said"),
    [
        ({}, PushRequest("PRD_INSTOCK", "1", {"FDescription": "x"}, "k"), "trace_fields"),
        ({}, PushRequest("PRD_MO", "1", FIELDS, "k"), "write_target = receipt writes PRD_INSTOCK"),
        ({"write_target": "lot"}, PushRequest("PRD_INSTOCK", "1", FIELDS, "k"), "BD_BatchMainFile"),
    ],
)
def test_settings_and_mapping_that_do_not_fit_are_told(server: Running, settings: dict[str, str], request_: PushRequest, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        connect(server, **settings).push(request_)


def test_fields_that_the_form_lacks_are_told_in_the_check_and_before_a_write(server: Running) -> None:
    server.simulator.store.custom.clear()
    connector, key = connect(server), str(first(server, "PRD_INSTOCK")["FID"])

    (told,) = (finding for finding in connector.check() if finding.subject == "write-back")

    assert (told.ok, "PRD_INSTOCK lacks F_LW_TraceRef, F_LW_TraceSummary" in told.sentence) == (False, True)
    with pytest.raises(Misconfigured, match="make it in the designer"):
        connector.push(PushRequest("PRD_INSTOCK", key, FIELDS, "k"))


def test_a_form_for_results_must_be_named(server: Running) -> None:
    with pytest.raises(Misconfigured, match="trace_form"):
        connect(server, write_target="document", trace_form="")


def test_there_is_one_writer_at_a_time_for_an_account_set_whoever_writes(server: Running) -> None:
    man, shared = manifest("kingdee"), LocalShared()
    gates = [gate_of(man, typed(man, given(server, user=user), "test"), shared) for user in ("simuser", "other")]
    request = PushRequest("PRD_INSTOCK", str(first(server, "PRD_INSTOCK")["FID"]), FIELDS, "k")
    gates[1].turn = 0.0

    with gates[0].call("Save", writes=True), pytest.raises(Unreachable) as caught:
        connect(server, gate=gates[1]).push(request)

    assert (caught.value.code, caught.value.sent, server.simulator.ledger.calls.get("Save")) == ("place", False, None)
    connect(server, gate=gates[1]).push(request)
