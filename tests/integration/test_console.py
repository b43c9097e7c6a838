"""The HTTP interface: keys, documents in, answers out, nothing that a key may not see."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from flask.testing import FlaskClient

from lotweave.access.keys import create
from lotweave.bootstrap import House
from lotweave.console.app import make_app
from pipelines.steps.index import build

STORY = [
    ("HZ", "1", {"type": "issue", "thing": {"kind": "lot", "item": "CAP", "number": "L1"}, "order": "MO-1"}),
    ("HZ", "2", {"type": "produce", "thing": {"kind": "serial", "item": "PCBA", "number": "S1"}, "order": "MO-1"}),
    ("HZ", "3", {"type": "transfer_out", "thing": {"kind": "serial", "item": "PCBA", "number": "S1"}, "shipment": "SH-1"}),
    ("SU", "4", {"type": "transfer_in", "thing": {"kind": "serial", "item": "PCBA", "number": "S1"}, "shipment": "SH-1"}),
]
LINES = b"\n".join(
    orjson.dumps(
        {
            "kind": "movement",
            "plant": plant,
            "key": key,
            "revision": 1,
            "body": body | {"at": f"2026-03-0{key}T08:00:00Z", "quantity": "1", "uom": "H87"},
        }
    )
    for plant, key, body in STORY
)


@pytest.fixture
def client(house: House) -> FlaskClient:
    return make_app(house).test_client()


def key(house: House, role: str = "engineer", *plants: str) -> dict[str, str]:
    with house.begin() as connection:
        return {"Authorization": f"Bearer {create(connection, role=role, plants=plants, now=datetime.now(UTC))}"}


def test_health_needs_no_key(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"ok": True}
    assert client.get("/readyz").json == {"ok": True, "database": True, "migrated": True, "silent": {"exchange": None, "house": None}}


def test_without_a_key_there_is_a_problem_and_no_answer(client: FlaskClient) -> None:
    answer = client.get("/api/v1/trace/forward?id=L1")

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_documents_go_in_and_traces_come_out(client: FlaskClient, house: House) -> None:
    headers = key(house)

    loaded = client.post("/api/v1/documents", data=LINES, headers=headers).json
    answer = client.get("/api/v1/trace/forward?id=L1&at=2026-03-09T00:00:00+08:00", headers=headers).json

    assert loaded["accepted"] == 4
    assert [told["id"] for told in answer["things"]] == ["HZ/serial/PCBA/S1", "SU/serial/PCBA/S1"]


def test_a_trace_tells_histories_when_asked(client: FlaskClient, house: House) -> None:
    headers = key(house)
    client.post("/api/v1/documents", data=LINES, headers=headers)

    plain = client.get("/api/v1/trace/forward?id=L1", headers=headers).json
    asked = client.get("/api/v1/trace/forward?id=L1&histories=true", headers=headers).json

    assert all("history" not in told for told in plain["things"])
    assert [told["history"] for told in asked["things"]] == [[] for _ in asked["things"]]


def test_a_trace_tells_quantities_when_asked_and_refuses_where_there_is_none(client: FlaskClient, house: House) -> None:
    headers = key(house)
    client.post("/api/v1/documents", data=LINES, headers=headers)

    asked = client.get("/api/v1/trace/forward?id=L1&exposure=true", headers=headers).json
    ever = client.get("/api/v1/trace/forward?id=L1&exposure=true&question=ever", headers=headers)

    assert [told["exposure"] for told in asked["things"]] == [{"quantity": "1", "minimum": "1", "maximum": "1", "uom": "H87"}] * 2
    assert (ever.status_code, ever.content_type) == (400, "application/problem+json")


def test_a_viewer_cannot_load_and_a_plants_key_not_for_others(client: FlaskClient, house: House) -> None:
    assert client.post("/api/v1/documents", data=LINES, headers=key(house, "viewer")).status_code == 403
    assert client.post("/api/v1/documents", data=LINES, headers=key(house, "engineer", "HZ")).status_code == 403


def test_beyond_its_plants_a_key_sees_ids_alone(client: FlaskClient, house: House) -> None:
    client.post("/api/v1/documents", data=LINES, headers=key(house))
    headers = key(house, "viewer", "HZ")

    answer = client.get("/api/v1/trace/forward?id=HZ/lot/CAP/L1", headers=headers).json

    assert answer["things"][1] == {"id": "SU/serial/PCBA/S1", "plant": "SU", "redacted": True}
    assert answer["links"][-1] == {"from": "HZ/serial/PCBA/S1", "to": "SU/serial/PCBA/S1", "redacted": True}
    assert client.get("/api/v1/trace/backward?id=SU/serial/PCBA/S1", headers=headers).status_code == 404
    assert client.get("/api/v1/find?number=S1", headers=headers).json == {"candidates": [{"id": "HZ/serial/PCBA/S1", "why": "number"}]}


def test_a_thing_is_compared_with_its_bill(client: FlaskClient, house: House) -> None:
    client.post("/api/v1/documents", data=LINES, headers=key(house))

    told = client.get("/api/v1/as-built?id=HZ/serial/PCBA/S1", headers=key(house)).json
    beyond = client.get("/api/v1/as-built?id=HZ/serial/PCBA/S1", headers=key(house, "viewer", "SU"))

    assert told == {"id": "HZ/serial/PCBA/S1", "level": None, "bills": [], "unexpected": []}
    assert beyond.status_code == 404


def test_a_wrong_time_is_a_problem(client: FlaskClient, house: House) -> None:
    assert client.get("/api/v1/trace/forward?id=L1&at=yesterday", headers=key(house)).status_code == 400


def test_a_reach_names_things_and_says_who_served_it(client: FlaskClient, house: House) -> None:
    client.post("/api/v1/documents", data=LINES, headers=key(house))

    by_documents = client.get("/api/v1/reach/forward?id=L1", headers=key(house)).json
    build(house.begin, house.view, house.snapshots)
    by_index = client.get("/api/v1/reach/forward?id=L1", headers=key(house)).json
    lines = client.get("/api/v1/reach/forward?id=L1&format=lines", headers=key(house))
    counts = client.get("/api/v1/reach/forward?id=L1&count=true", headers=key(house)).json
    limited = client.get("/api/v1/reach/forward?id=L1", headers=key(house, "viewer", "HZ")).json

    assert (by_documents["served_by"], by_index["served_by"]) == ("documents", "index")
    assert by_documents["things"] == by_index["things"]
    assert by_index["counts"]["products"] == [
        {"plant": "HZ", "kind": "serial", "item": "PCBA", "things": 1},
        {"plant": "SU", "kind": "serial", "item": "PCBA", "things": 1},
    ]
    assert sorted(lines.data.splitlines()) == [b"HZ/serial/PCBA/S1", b"SU/serial/PCBA/S1"]
    assert "things" not in counts
    assert limited["things"][1] == {"id": "SU/serial/PCBA/S1", "plant": "SU", "redacted": True}
    assert client.get("/api/v1/reach/sideways?id=L1", headers=key(house)).status_code == 404


def test_a_recall_tells_a_limited_key_nothing_of_other_plants_but_ids(client: FlaskClient, house: House) -> None:
    client.post("/api/v1/documents", data=LINES, headers=key(house))

    whole = client.get("/api/v1/recall?id=HZ/lot/CAP/L1", headers=key(house)).json
    limited = client.get("/api/v1/recall?id=HZ/lot/CAP/L1", headers=key(house, "viewer", "HZ")).json

    assert whole is not None
    assert whole["in_stock"] == ["SU/serial/PCBA/S1"]
    assert limited is not None
    assert limited["plants"] == {"HZ": ["HZ/serial/PCBA/S1"], "SU": ["SU/serial/PCBA/S1"]}
    assert limited["in_stock"] == []
    assert list(limited["states"]) == ["HZ/serial/PCBA/S1"]


def test_a_recall_of_nothing_is_refused(client: FlaskClient, house: House) -> None:
    assert client.get("/api/v1/recall", headers=key(house)).status_code == 400


def test_a_wrong_condition_of_a_recall_is_a_problem_that_names_it(client: FlaskClient, house: House) -> None:
    client.post("/api/v1/documents", data=LINES, headers=key(house))

    answer = client.get("/api/v1/recall?id=HZ/lot/CAP/L1&where=colour=red&where=from=monday", headers=key(house))

    assert answer.status_code == 400
    assert answer.json is not None
    assert [told["value"] for told in answer.json["problems"]] == ["colour=red", "from=monday"]
