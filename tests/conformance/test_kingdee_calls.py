"""What the Kingdee client does to documents, against the simulator: partial success, silence, spellings, sessions that stay dead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.kingdee.calls import Calls
from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.simulator import build
from connectors.kit.gate import Gate
from connectors.kit.manifest import manifest, typed
from connectors.kit.shared import LocalShared
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story
from trace_core.errors import Misconfigured, Rejected, Unreachable, Verdict

DATA = kingdee_data.data(story())


@pytest.fixture
def server() -> Iterator[Running]:
    with serve() as running:
        yield running


def serve(**how: Any) -> Running:
    return Running(build(DATA | {"server": DATA["server"] | how}))


def client(server: Running, gate: Gate | None = None, **more: Any) -> KingdeeClient:
    who = {name: kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "password", "app_id")}
    told = {"url": f"{server.url}/k3cloud/", "app_secret": kingdee_data.SECRET, **who, **more}
    return KingdeeClient(typed(manifest("kingdee"), told, "test"), gate)


def calls(server: Running, **more: Any) -> Calls:
    return Calls(client(server, **more))


def order(server: Running) -> tuple[str, list[str]]:
    told = server.simulator.store.forms["PRD_MO"][0]
    return str(told["FID"]), [str(row["FEntryID"]) for row in told["FTreeEntity"]]


def test_a_batch_that_half_fails_names_both_halves(server: Running) -> None:
    models = [{"FBillNo": "R-1"}, {"FBillNo": "R-1"}, {"FBillNo": "R-2"}]

    ((start, made),) = calls(server).batch_save("PRD_MORPT", models)

    assert (start, [one.index for one in made.done], [one.number for one in made.done]) == (0, [0, 2], ["R-1", "R-2"])
    assert isinstance(made.failed[1], Rejected)
    assert "已存在" in str(made.failed[1])


def test_a_large_batch_goes_in_twenties(server: Running) -> None:
    told = list(calls(server).batch_save("PRD_MORPT", [{"FBillNo": f"R-{at}"} for at in range(45)]))

    assert [(start, len(made.done)) for start, made in told] == [(0, 20), (20, 20), (40, 5)]
    assert server.simulator.ledger.calls["BatchSave"] == 3


def test_a_number_that_is_passed_over_in_silence_has_failed(server: Running) -> None:
    does = calls(server)
    does.save("PRD_MORPT", {"FBillNo": "R-1"})

    made = does.submit("PRD_MORPT", ["R-1", "R-9"])

    assert [one.number for one in made.done] == ["R-1"]
    assert made.failed[1].code == "absent"  # type: ignore[attr-defined]


def test_numbers_none_of_which_exist_have_failed(server: Running) -> None:
    with pytest.raises(Rejected):
        calls(server).submit("PRD_MORPT", ["R-9"]).only()


def test_a_document_goes_from_state_to_state_and_back(server: Running) -> None:
    does = calls(server)
    number = does.save("PRD_MORPT", {"FBillNo": "R-1"}).only().number

    for step in (does.submit, does.audit, does.unaudit):
        assert step("PRD_MORPT", [number]).only().number == number

    assert does.view("PRD_MORPT", number=number)["DocumentStatus"] == "D"  # type: ignore[index]
    assert does.view("PRD_MORPT", number="R-9") is None
    with pytest.raises(Rejected):
        does.audit("PRD_MORPT", [number]).only()


def test_an_audit_passes_where_a_workflow_is_bound() -> None:
    with serve(workflow_forms=["PRD_MORPT"]) as server:
        does = calls(server)
        number = does.save("PRD_MORPT", {"FBillNo": "R-1"}).only().number
        does.submit("PRD_MORPT", [number]).only()

        assert does.audit("PRD_MORPT", [number]).only().number == number


def test_an_unknown_base_data_code_is_refused_where_that_is_asked_for(server: Running) -> None:
    model = {"FEntity": [{"FMaterialId": {"FNumber": "NO-SUCH"}}]}

    with pytest.raises(Rejected, match="NO-SUCH"):
        calls(server).save("PRD_MORPT", model, verify=True)


def test_rows_are_pushed_by_a_rule_and_a_target_that_is_not_saved_is_a_failure(server: Running) -> None:
    does, (_, entries) = calls(server), order(server)

    made = does.push("PRD_MO", entries=entries, rule="PRD_MO2MORPT", target="PRD_MORPT").only()
    server.simulator.faults["push_save_fails"] = 1

    assert made.number.startswith("MORPT")
    with pytest.raises(Rejected, match="保存失败"):
        does.push("PRD_MO", entries=entries, rule="PRD_MO2MORPT", target="PRD_MORPT").only()


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("", {"ExecuteOperation": 3}),
        ("ExecuteOperation", {"ExecuteOperation": 3}),
        ("ExcuteOperation", {"ExecuteOperation": 1, "ExcuteOperation": 3}),
    ],
)
def test_the_spelling_that_the_server_knows_is_learnt_once_and_without_doing_anything(known: str, asked: dict[str, int]) -> None:
    with serve(operation_spelling=known) as server:
        key, entries = order(server)
        does = calls(server)

        for operation in ("UndoToFinish", "UndoToStart"):
            assert does.row_state("PRD_MO", operation, {key: entries}).only().id == key

        told = server.simulator.ledger
        assert {name: count for name, count in told.calls.items() if "Operation" in name} == asked
        assert [write["state"] for write in told.writes] == ["5", "4"]


def test_a_new_session_that_stays_dead_is_waited_for_and_not_hammered() -> None:
    with serve(stale_seconds=300) as server:
        asks = client(server, mode="session")
        server.simulator.faults["sid_stale"] = 1

        for _ in range(3):
            with pytest.raises(Unreachable) as caught:
                asks.call("QueryBusinessInfo", {"data": {"FormId": "PRD_MO"}})
            assert 290 < (caught.value.retry_after or 0) <= 300

        assert server.simulator.ledger.calls["QueryBusinessInfo"] == 2
        assert server.simulator.ledger.calls["LoginByAppSecret"] == 2


def test_an_empty_view_is_a_lost_session() -> None:
    with serve(view_loses_silently=True) as server:
        does = calls(server, mode="session")
        server.simulator.faults["session_lost"] = 1

        assert does.view("PRD_MO", id=order(server)[0]) is not None
        assert server.simulator.ledger.calls["LoginByAppSecret"] == 2


@pytest.mark.parametrize(
    ("who", "mode", "code"),
    [
        ({"password_expired": True}, "password", "password_expired"),
        ({"password_expired": True}, "signed", "refused_request"),
        ({"administrator": True}, "signed", "administrator"),
        ({"administrator": True}, "session", "administrator"),
        ({"allowed_apps": []}, "signed", "user_not_allowed"),
        ({"allowed_apps": []}, "sign", "user_not_allowed"),
    ],
)
def test_a_user_who_may_not_is_told_to_a_person(server: Running, who: dict[str, Any], mode: str, code: str) -> None:
    users = server.simulator.gate.users
    users["simuser"] = users["simuser"] | who

    with pytest.raises(Misconfigured) as caught:
        client(server, mode=mode).call("QueryBusinessInfo", {"data": {"FormId": "PRD_MO"}})

    assert caught.value.code == code
    assert "simpass" not in caught.value.message


@pytest.mark.parametrize(
    ("fault", "code", "sent"),
    [
        ("quota", "quota", False),
        ("lock", "locked", False),
        ("http_502", "busy", True),
        ("html_page", "html", True),
        ("response_error", "server_fault", True),
        ("lost_answer_after_write", "connect", True),
    ],
)
def test_a_write_that_fails_says_whether_it_may_have_been_done(server: Running, fault: str, code: str, sent: bool) -> None:
    server.simulator.faults[fault] = 1

    with pytest.raises(Verdict) as caught:
        calls(server).save("PRD_MORPT", {"FBillNo": "R-1"})

    assert (caught.value.code, caught.value.sent) == (code, sent)  # type: ignore[attr-defined]
    # the network's faults come before the server counts the call
    assert server.simulator.ledger.calls.get("Save", 0) == (0 if fault in {"http_502", "html_page"} else 1)


def test_an_answer_that_comes_too_late_leaves_the_outcome_open(server: Running) -> None:
    server.simulator.faults.order({"name": "latency", "times": 1, "value": 1500})

    with pytest.raises(Unreachable) as caught:
        calls(server, timeout_seconds=1).save("PRD_MORPT", {"FBillNo": "R-1"})

    assert (caught.value.code, caught.value.sent) == ("timeout", True)


def test_workers_share_a_session_and_a_new_one_when_it_is_lost(server: Running) -> None:
    shared = LocalShared()
    ask = {"data": {"FormId": "PRD_MO"}}

    def worker() -> KingdeeClient:
        return client(server, gate=Gate(shared, "hz", secret="x"), mode="session")

    one, other = worker(), worker()
    for asks in (one, other):
        asks.call("QueryBusinessInfo", ask)
    one.close()
    server.simulator.gate.sessions.clear()
    for asks in (other, worker()):
        asks.call("QueryBusinessInfo", ask)

    assert server.simulator.ledger.calls["LoginByAppSecret"] == 2


def test_a_quota_is_told_to_every_worker(server: Running) -> None:
    shared = LocalShared()
    server.simulator.faults["quota"] = 1

    for _ in range(2):
        with pytest.raises(Unreachable) as caught:
            client(server, gate=Gate(shared, "hz")).call("QueryBusinessInfo", {"data": {"FormId": "PRD_MO"}})

    assert (caught.value.code, server.simulator.ledger.calls["QueryBusinessInfo"]) == ("open_circuit", 1)


def test_nothing_of_the_connector_deletes() -> None:
    assert not {name for name in vars(Calls) if "delete" in name.lower()}
