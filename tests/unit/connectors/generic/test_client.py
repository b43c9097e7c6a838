"""Calls as the definition describes them: login, header, one new login, and no secret in any fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import responses
from responses import matchers

from connectors.generic.client import RestClient
from connectors.generic.definition import read_definition
from connectors.kit.manifest import manifest, typed
from trace_core.errors import Misconfigured, Unreachable

URL = "http://erp.example"
LOGIN = """\
login:
  path: /login
  body: {user: "{user}", password: "{password}"}
  take: {id: result.0, token: result.1}
  header: {Authorization: "Session {base64:{user}:{id}:{token}}"}
  context: {path: /me, method: GET, take: prefs}
"""
REQUEST = """\
request: {path: "/{database}/rows", query: {key: "{password}", d: "{base64:{filter}}"}, method: GET, rows: rows}
faults: {path: error, name: error, expired: [Timeout]}
kinds: {lot: {key: id}}
"""


def client(folder: Path, text: str) -> RestClient:
    path = folder / "x.yml"
    path.write_text(text, "utf-8")
    given: dict[str, Any] = {"url": URL + "/", "definition": str(path), "user": "u", "password": "geheim", "values": {"database": "a b"}}
    return RestClient(read_definition(path), typed(manifest("generic"), given, "test"))


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def enters(wire: responses.RequestsMock, *tokens: str) -> None:
    for token in tokens:
        wire.post(f"{URL}/login", json={"result": [7, token]})
    wire.get(f"{URL}/me", json={"prefs": {"company": 1}})


def test_it_makes_a_header_from_the_reply_of_the_login_and_keeps_the_context(tmp_path, wire):
    enters(wire, "t1")
    wire.get(f"{URL}/a%20b/rows", json={"rows": [{"id": 1}]}, match=[matchers.header_matcher({"Authorization": "Session dTo3OnQx"})])
    made = client(tmp_path, LOGIN + REQUEST)

    assert made.call({"filter": []}) == [{"id": 1}]
    assert made.values["context"] == {"company": 1}


def test_it_puts_lists_into_a_query_as_json(tmp_path, wire):
    wire.get(f"{URL}/a%20b/rows", json={"rows": []}, match=[matchers.query_param_matcher({"d": "W1siaWQiLDFdXQ=="}, strict_match=False)])

    assert client(tmp_path, REQUEST).call({"filter": [["id", 1]]}) == []


def test_it_sends_a_header_of_its_own_where_there_is_no_login(tmp_path, wire):
    wire.get(f"{URL}/a%20b/rows", json={"rows": []}, match=[matchers.header_matcher({"Authorization": "Bearer geheim"})])

    assert client(tmp_path, 'header: {Authorization: "Bearer {password}"}\n' + REQUEST).call({"filter": []}) == []


@pytest.mark.parametrize("ended", [{"status": 401}, {"json": {"error": "Timeout"}}])
def test_it_logs_in_again_once_when_the_session_has_ended(tmp_path, wire, ended):
    enters(wire, "t1", "t2")
    wire.get(f"{URL}/a%20b/rows", **ended)
    wire.get(f"{URL}/a%20b/rows", json={"rows": []}, match=[matchers.header_matcher({"Authorization": "Session dTo3OnQy"})])

    assert client(tmp_path, LOGIN + REQUEST).call({"filter": []}) == []


def test_it_stops_when_the_new_session_is_refused_too(tmp_path, wire):
    enters(wire, "t1", "t2")
    wire.get(f"{URL}/a%20b/rows", status=403)

    with pytest.raises(Misconfigured, match="refuses user u"):
        client(tmp_path, LOGIN + REQUEST).call({"filter": []})
    assert sum(call.request.url == f"{URL}/login" for call in wire.calls) == 2


def test_it_logs_in_again_after_a_login_that_was_cut_short(tmp_path, wire):
    enters(wire, "t1", "t2")
    wire.replace(responses.GET, f"{URL}/me", status=404)
    made = client(tmp_path, LOGIN + REQUEST)

    with pytest.raises(Misconfigured, match="HTTP 404"):
        made.call({"filter": []})

    assert not made.entered


def test_it_says_where_the_login_answers_nothing(tmp_path, wire):
    wire.post(f"{URL}/login", json={"result": [7]})

    with pytest.raises(Misconfigured, match=r"nothing at result\.1"):
        client(tmp_path, LOGIN + REQUEST).call({"filter": []})


@pytest.mark.parametrize(
    ("answer", "sort"),
    [
        ({"status": 404}, Misconfigured),
        ({"status": 302, "headers": {"Location": "http://elsewhere.example"}}, Misconfigured),
        ({"body": "<html>geheim</html>"}, Unreachable),
        ({"json": {"rows": None}}, Misconfigured),
        ({"json": {"rows": [1]}}, Misconfigured),
        ({"json": {"rows": [{"d": {"__class__": "date", "year": 1}}]}}, Misconfigured),
    ],
)
def test_it_names_what_is_wrong_with_an_answer_and_shows_no_secret(tmp_path, wire, answer, sort):
    wire.get(f"{URL}/a%20b/rows", **answer)

    with pytest.raises(sort) as caught:
        client(tmp_path, REQUEST).call({"filter": []})

    assert "geheim" not in caught.value.message


def test_it_names_the_placeholder_that_has_no_value(tmp_path):
    with pytest.raises(Misconfigured, match=r"x\.yml: the placeholder \{tenant\} has no value"):
        client(tmp_path, REQUEST.replace("{database}", "{tenant}")).call({"filter": []})
