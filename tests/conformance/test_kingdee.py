"""The Kingdee connector against the simulator over a real socket: whole documents, resumed pulls, every way in, write and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from connectors.kingdee.documents import open_connector
from connectors.kingdee.simulator import build
from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest
from connectors.kit.manifest import manifest, typed
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story
from trace_core.errors import Misconfigured, Rejected, Unreachable

KINDS = [name for name, kind in manifest("kingdee").kinds.items() if kind.read]


@pytest.fixture
def server() -> Iterator[Running]:
    with Running(build(kingdee_data.data(story()))) as running:
        yield running


def connect(server: Running, **more: Any) -> Connector:
    who = {name: kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "app_id")}
    told = {"url": f"{server.url}/k3cloud/", "app_secret": kingdee_data.SECRET, **who, **more}
    return open_connector(typed(manifest("kingdee"), told, "test"), connection="hz", zone="Asia/Shanghai")


def pulled(connector: Connector, kind: str, cursor: Any = None) -> tuple[dict[str, dict[str, Any]], Any]:
    found: dict[str, dict[str, Any]] = {}
    for page in connector.pull(kind, cursor):
        for raw in page.documents:
            assert raw.key not in found, "a document was cut in two"
            found[raw.key] = json.loads(raw.payload)
        cursor = page.cursor
    return found, cursor


@pytest.mark.parametrize("mode", ["signed", "session", "sign", "password"])
def test_every_way_in_works(server: Running, mode: str) -> None:
    with closing(connect(server, mode=mode, password=kingdee_data.CREDENTIALS["password"])) as connector:
        assert [finding.sentence for finding in connector.check() if not finding.ok] == []


@pytest.mark.parametrize("size", [1, 3, 2000])
def test_pages_of_any_size_give_the_same_whole_documents(server: Running, size: int) -> None:
    for kind in KINDS:
        whole, _ = pulled(connect(server), kind)
        small, _ = pulled(connect(server, page_size=size), kind)
        assert small == whole, kind


def test_a_short_page_does_not_end_a_pull(server: Running) -> None:
    whole, _ = pulled(connect(server), "SFC_OperationReport")
    server.simulator.faults["short_page"] = 3

    again, _ = pulled(connect(server), "SFC_OperationReport")

    assert again == whole


def test_a_pull_goes_on_after_the_last_page_kept(server: Running) -> None:
    connector = connect(server, page_size=5)
    pages = list(connector.pull("SFC_OperationReport", None))
    keys = [raw.key for page in pages for raw in page.documents]

    rest, _ = pulled(connector, "SFC_OperationReport", pages[3].cursor)

    assert [*[raw.key for page in pages[:4] for raw in page.documents], *rest] == keys


def test_the_next_pull_takes_what_changed_since_minus_the_overlap(server: Running) -> None:
    connector = connect(server)
    everything, cursor = pulled(connector, "PRD_MO")

    again, _ = pulled(connector, "PRD_MO", cursor)

    assert len(everything) == 3
    assert len(again) == 1


def test_survey_and_pull_agree(server: Running) -> None:
    connector = connect(server)
    for kind in KINDS:
        found = {raw.key: raw.stamp for page in connector.pull(kind, None) for raw in page.documents}
        assert dict(connector.survey(kind)) == found, kind


def test_a_pushed_result_is_read_back_and_other_fields_are_refused(server: Running) -> None:
    connector = connect(server)
    key = next(iter(dict(connector.survey("PRD_INSTOCK"))))

    receipt = connector.push(PushRequest("PRD_INSTOCK", key, {"F_LW_TraceRef": "LW-1", "F_LW_TraceSummary": "追溯 35 lots"}, "k"))
    raw = read_one(connector, "PRD_INSTOCK", key)

    assert receipt.number.startswith("SCRK")
    assert raw is not None
    assert json.loads(raw.payload)["F_LW_TraceSummary"] == "追溯 35 lots"
    with pytest.raises(Misconfigured):
        connector.push(PushRequest("PRD_INSTOCK", key, {"FDescription": "x"}, "k"))


def test_faults_become_verdicts(server: Running) -> None:
    connector, faults = connect(server), server.simulator.faults
    key = next(iter(dict(connector.survey("PRD_INSTOCK"))))

    faults["session_lost"] = 1
    assert read_one(connector, "PRD_INSTOCK", key) is not None
    faults["lock"] = 1
    with pytest.raises(Unreachable) as locked:
        connector.push(PushRequest("PRD_INSTOCK", key, {"F_LW_TraceRef": "LW-1"}, "k"))
    assert not locked.value.sent
    faults["lost_answer_after_write"] = 1
    with pytest.raises(Unreachable) as lost:
        connector.push(PushRequest("PRD_INSTOCK", key, {"F_LW_TraceRef": "LW-2"}, "k"))
    assert lost.value.sent
    with pytest.raises(Rejected):
        connector.push(PushRequest("PRD_INSTOCK", "999999", {"F_LW_TraceRef": "LW-1"}, "k"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"app_secret": "f" * 32}, "app secret is wrong"),
        ({"acct_id": "nope"}, "acct_id names no data centre"),
        ({"user": "nobody"}, "is wrong"),
    ],
)
def test_a_wrong_setting_gives_a_finding_to_act_on(server: Running, given: dict[str, str], said: str) -> None:
    findings = connect(server, **given).check()

    assert any(said in finding.sentence and not finding.ok for finding in findings), [f.sentence for f in findings if not f.ok]


def test_a_field_that_the_site_does_not_have_is_told_and_the_rest_is_read(server: Running) -> None:
    connector = connect(server, field_mpn="F_NOPE")

    (found,) = (finding for finding in connector.check() if finding.subject == "BD_MATERIAL")
    read, _ = pulled(connector, "BD_MATERIAL")

    assert (found.ok, found.sentence) == (True, "is read without F_NOPE, which it lacks here")
    assert {"F_NOPE" in told for told in read.values()} == {False}
    assert all(told["FNumber"] for told in read.values())
