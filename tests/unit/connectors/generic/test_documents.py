"""The generic connector on a small JSON-RPC system: paging without a total, null stamps, children by ids, errors inside HTTP 200."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors.generic.documents import open_connector
from connectors.kit.asking import read_one
from connectors.kit.contract import PushRequest
from connectors.kit.manifest import manifest, typed
from trace_core.errors import Conflict, Misconfigured, Unreachable

URL = "http://erp.example"
DEFINITION = """\
zone: Asia/Shanghai
paging: {short_page: last}
login:
  path: /login
  body: {user: "{user}", password: "{password}"}
  take: {token: token}
  header: {Authorization: "Bearer {token}"}
request:
  path: /rpc
  body: {method: "{kind}.read", params: ["{filter}", "{offset}", "{limit}"]}
  rows: result
faults: {path: error, name: error.0, text: error.1, verdicts: {UserWarning: Conflict}, expired: [Timeout]}
kinds:
  lot: {key: id, stamps: [changed, made], changed: ["{since.text}"], one: [id, "{integer:{key}}"]}
  bill:
    key: id
    values: {kind: bills}
    children: {lines: {ids: line_ids, key: no, filter: {in: "{ids}"}, values: {kind: bill_lines}}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "x.yml").write_text(DEFINITION, "utf-8")
    given = {"url": URL, "definition": str(tmp_path / "x.yml"), "user": "u", "password": "geheim", "page_size": 2}
    return typed(manifest("generic"), given, "test")


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(f"{URL}/login", json={"token": "T"})
        yield mock


def row(number: int, changed: str | None = None) -> dict[str, Any]:
    return {"id": number, "changed": changed, "made": f"2026-03-01T08:00:0{number}"}


def asked(wire: responses.RequestsMock) -> list[Any]:
    return [json.loads(call.request.body) for call in wire.calls if call.request.url.endswith("/rpc")]


def test_it_reads_page_after_page_and_keeps_the_newest_stamp_as_its_mark(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(1), row(2, "2026-03-05T00:00:00")]})
    wire.post(f"{URL}/rpc", json={"result": [row(3)]})

    pages = list(open_connector(settings, connection="c", zone="UTC").pull("lot", None))

    assert [raw.key for page in pages for raw in page.documents] == ["1", "2", "3"]
    assert [page.cursor for page in pages] == [{"mark": None}, {"mark": None}, {"mark": "2026-03-04T16:00:00+00:00"}]
    assert [one["params"] for one in asked(wire)] == [[[], 0, 2], [[], 2, 2]]
    assert wire.calls[1].request.headers["Authorization"] == "Bearer T"


def test_it_takes_a_stamp_from_the_creation_when_nothing_has_changed_yet(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(1)]})

    [first, _] = open_connector(settings, connection="c", zone="UTC").pull("lot", None)

    assert first.documents[0].stamp == 1772323201000


def test_it_asks_for_changes_since_the_mark_less_the_overlap_in_the_zone_of_the_stamps(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": []})

    pages = list(open_connector(settings, connection="c", zone="UTC").pull("lot", {"mark": "2026-03-04T16:05:00+00:00"}))

    assert asked(wire)[0]["params"][0] == ["2026-03-04 23:55:00"]
    assert [page.cursor for page in pages] == [{"mark": "2026-03-04T16:05:00+00:00"}]


def test_it_goes_on_after_a_short_page_unless_the_definition_calls_it_the_last(settings, wire):
    Path(settings["definition"]).write_text(DEFINITION.replace("short_page: last", "short_page: continues"), "utf-8")
    for rows in ([row(1)], [row(2)], []):
        wire.post(f"{URL}/rpc", json={"result": rows})

    pages = list(open_connector(settings, connection="c", zone="UTC").pull("lot", None))

    assert [raw.key for page in pages for raw in page.documents] == ["1", "2"]


def test_it_fetches_the_children_of_a_page_with_one_call(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [{"id": 1, "line_ids": [7]}, {"id": 2, "line_ids": [8]}]})
    wire.post(f"{URL}/rpc", json={"result": [{"no": 8, "qty": 2.50}, {"no": 7, "qty": 1}]})
    wire.post(f"{URL}/rpc", json={"result": []})

    pages = list(open_connector(settings, connection="c", zone="UTC").pull("bill", None))

    assert [json.loads(raw.payload)["lines"] for raw in pages[0].documents] == [[{"no": 7, "qty": 1}], [{"no": 8, "qty": 2.5}]]
    assert [one["method"] for one in asked(wire)] == ["bills.read", "bill_lines.read", "bills.read"]
    assert asked(wire)[1]["params"] == [{"in": [7, 8]}, 0, 2]


def test_it_keeps_the_digits_of_a_quantity(settings, wire):
    wire.post(f"{URL}/rpc", body=b'{"result": [{"id": 1, "qty": 0.10}]}')

    [first, _] = open_connector(settings, connection="c", zone="UTC").pull("lot", None)

    assert b'"qty":0.10' in first.documents[0].payload


def test_it_refuses_a_row_without_a_key(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [{"number": "A"}]})

    with pytest.raises(Misconfigured, match="nothing at its key id"):
        list(open_connector(settings, connection="c", zone="UTC").pull("lot", None))


def test_it_refuses_a_stamp_that_is_no_time(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [{"id": 1, "changed": "yesterday"}]})

    with pytest.raises(Misconfigured, match="no time in ISO form"):
        list(open_connector(settings, connection="c", zone="UTC").pull("lot", None))


def test_it_reads_one_document_by_its_key_with_one_call(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(7)]})

    found = read_one(open_connector(settings, connection="c", zone="UTC"), "lot", "7")

    assert found is not None
    assert found.key == "7"
    assert asked(wire)[0]["params"][0] == ["id", 7]


def test_it_knows_no_document_under_a_key_that_cannot_be_one(settings, wire):
    assert read_one(open_connector(settings, connection="c", zone="UTC"), "lot", "x") is None
    assert asked(wire) == []


def test_it_reads_many_documents_with_one_call_where_the_definition_says_how(settings, wire):
    path = Path(settings["definition"])
    told = path.read_text("utf-8")
    path.write_text(told.replace("lot: {key: id,", 'lot: {key: id, many: [[id, in, "{integers:{keys}}"]],'), "utf-8")
    wire.post(f"{URL}/rpc", json={"result": [row(7), row(9)]})

    found = list(open_connector(settings | {"page_size": 9}, connection="c", zone="UTC").read("lot", ["7", "x", "8", "9"]))

    assert [document.key for document in found] == ["7", "9"]
    assert [call["params"][0] for call in asked(wire)] == [[["id", "in", [7, 8, 9]]]]


def test_it_refuses_a_filter_for_one_row_that_finds_others(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(7), row(8)]})

    with pytest.raises(Misconfigured, match="finds the row 8, which it was not asked for"):
        read_one(open_connector(settings, connection="c", zone="UTC"), "lot", "7")


def test_it_surveys_keys_and_stamps(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(1)]})

    assert list(open_connector(settings, connection="c", zone="UTC").survey("lot")) == [("1", 1772323201000)]


def test_it_says_which_kinds_a_definition_has(settings):
    with pytest.raises(Misconfigured, match="no kind serial; it has lot, bill"):
        list(open_connector(settings, connection="c", zone="UTC").pull("serial", None))


def test_it_gives_errors_inside_good_answers_their_verdicts_and_shows_no_secret(settings, wire):
    wire.post(f"{URL}/rpc", json={"error": ["UserWarning", "are you sure?"]})
    wire.post(f"{URL}/rpc", json={"error": ["KeyError", "nofield"]})
    connector = open_connector(settings, connection="c", zone="UTC")

    with pytest.raises(Conflict, match="are you sure"):
        list(connector.pull("lot", None))
    with pytest.raises(Misconfigured, match="nofield") as caught:
        list(connector.pull("lot", None))
    assert "geheim" not in str(caught.value)


def test_it_reports_each_kind_that_answers_and_the_sentence_of_one_that_does_not(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [row(1)]})
    wire.post(f"{URL}/rpc", json={"error": ["AccessError", "bills"]})

    told = [(one.subject, one.ok, one.verdict) for one in open_connector(settings, connection="c", zone="UTC").check()]

    assert told == [("login", True, ""), ("lot", True, ""), ("bill", False, "Misconfigured")]


def test_it_makes_a_wrong_password_a_finding(settings, wire):
    wire.replace(responses.POST, f"{URL}/login", status=401)

    findings = open_connector(settings, connection="c", zone="UTC").check()

    assert [(finding.subject, finding.ok, finding.verdict) for finding in findings] == [("login", False, "Misconfigured")]
    assert "check user and password" in findings[0].sentence


def test_it_refuses_settings_that_make_no_sense_all_at_once(settings):
    with pytest.raises(Misconfigured) as caught:
        open_connector(settings | {"page_size": 0, "overlap_minutes": -1}, connection="c", zone="UTC")

    assert [problem.path for problem in caught.value.problems] == ["page_size", "overlap_minutes"]


def test_it_takes_no_results(settings):
    with pytest.raises(Misconfigured, match="cannot say how to write"):
        open_connector(settings, connection="c", zone="UTC").push(PushRequest("lot", "1", {}, "k"))


def test_it_reads_again_when_a_child_is_missing_from_the_answer(settings, wire):
    wire.post(f"{URL}/rpc", json={"result": [{"id": 1, "line_ids": [7]}]})
    wire.post(f"{URL}/rpc", json={"result": []})

    with pytest.raises(Unreachable, match="such as 7"):
        list(open_connector(settings, connection="c", zone="UTC").pull("bill", None))
