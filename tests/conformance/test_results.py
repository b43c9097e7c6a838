"""Results of U8 and NC Cloud as documents of the site's choice, by every way in which a document can be created there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from connected import connected, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest
from connectors.kit.manifest import front_door, manifest
from connectors.kit.sample import Sample
from connectors.kit.simulator import Running
from trace_core.errors import Misconfigured, Unreachable

SAVE = "/nccloud/api/trace/result/result/save"
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "openapi": ("u8", {"result_body": {"entry": [{"inventorycode": "TRACE"}]}}),
    "eai": ("u8", {"route": "eai", "sender": "222"}),
    "resource": ("nccloud", {"write_path": SAVE}),
    "xchange": ("nccloud", {"billtype": "LWTR"}),
}
FIELDS = {"u8": ("define1", "define11"), "nccloud": ("vdef1", "vdef2")}


class Way:
    """A connection by one of the ways, and what its system holds."""

    def __init__(self, name: str, running: Running, sample: Sample) -> None:
        self.system, self.more = WAYS[name]
        self.running, self.sample, self.name = running, sample, name

    def opened(self, **changes: Any) -> Connector:
        given = dict(self.sample.settings) | {"url": self.running.url} | (self.more if self.system == "u8" else {})
        if self.system == "u8":
            given |= {"result_resource": "traceresult", "poll_seconds": 0, "polls": 3}
            given["url"] += "/U8EAI/import.asp" if self.name == "eai" else ""
        else:
            resources = given["resources"]
            given |= {"resources": resources | {"traceresult": resources["traceresult"] | self.more}, "result_kind": "traceresult"}
        return connected(manifest(self.system), given | changes)

    def push(self, text: str = "LW-1", idem: str = "one") -> PushRequest:
        reference, summary = FIELDS[self.system]
        kind, key = self.about
        return PushRequest(kind, key, {f"result.{reference}": text, f"result.{summary}": "由 2 批组成"}, idem)

    @property
    def about(self) -> tuple[str, str]:
        kind = "productin" if self.system == "u8" else "finprodin"
        held = self.sample.data["objects"][kind][0]
        return kind, str(held["code"] if self.system == "u8" else held["head"]["cgeneralhid"])

    def made(self) -> list[Any]:
        held = self.running.simulator.state if self.system == "u8" else self.running.simulator.resources
        return list(held.objects.get("traceresult", ()))

    def shown(self, connector: Connector) -> Any:
        found = read_one(connector, *self.about)
        assert found is not None
        return json.loads(found.payload).get("result")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    man = manifest(WAYS[request.param][0])
    sample = front_door(man.sample)(0)
    with served(man.system, sample.data) as running:
        yield Way(request.param, running, sample)


def test_twice_the_same_key_makes_one_document(way):
    connector = way.opened()

    first, second = connector.push(way.push()), connector.push(way.push())

    assert (first.number, first.notes, len(way.made())) == (second.number, (), 1)
    assert second.notes == ("held already, nothing was written",)
    assert way.shown(connector) == dict(zip(FIELDS[way.system], ("LW-1", "由 2 批组成"), strict=True))


def test_an_answer_lost_after_the_commit_makes_no_second_document(way):
    connector = way.opened()
    way.running.simulator.faults["lost_answer_after_write"] = 1

    with pytest.raises(Unreachable) as told:
        connector.push(way.push())
    again = connector.push(way.push())

    assert told.value.sent
    assert again.notes
    assert len(way.made()) == 1


def test_another_result_is_another_document_and_the_newest_is_shown(way):
    connector = way.opened()

    connector.push(way.push())
    connector.push(way.push("LW-2", "two"))

    assert len(way.made()) == 2
    assert way.shown(connector)[FIELDS[way.system][0]] == "LW-2"


def test_a_document_without_a_result_reads_as_ever(way):
    assert way.shown(way.opened()) is None


def test_the_connection_test_looks_a_result_up(way):
    told = way.opened().check()

    assert [finding.sentence for finding in told if not finding.ok] == []
    assert told[-1].subject == "results"


def test_a_field_that_the_settings_do_not_name_is_not_written(way):
    with pytest.raises(Misconfigured, match="result_fields"):
        way.opened(result_fields=["other"]).push(way.push())

    assert way.made() == []


def test_the_mark_needs_a_field_of_its_own(way):
    with pytest.raises(Misconfigured) as told:
        way.opened(result_mark=FIELDS[way.system][0])

    assert [problem.path for problem in told.value.problems] == ["result_mark"]


def test_a_kind_for_results_needs_a_place_to_be_written():
    man = manifest("nccloud")
    given = front_door(man.sample)(0).settings | {"url": "http://ncc.example", "result_kind": "traceresult"}

    with pytest.raises(Misconfigured) as told:
        connected(man, given)

    assert [problem.path for problem in told.value.problems] == ["result_kind"]
