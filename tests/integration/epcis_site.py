"""A site with places and EPCIS settings, what others send to it, and what is asked of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
from flask.testing import FlaskClient

from lotweave.access.keys import create
from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.epcis.reading import read
from trace_core.epcis.shape import CONTEXT
from trace_core.identifiers import parse_thing

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HZ, SU = "urn:epc:id:sgln:4012345.00001.0", "urn:epc:id:sgln:4012345.00002.0"
BOARD, CAP = "urn:epc:id:sgtin:4012345.011111.{}", "urn:epc:class:lgtin:4012345.022222.L1"
JSON = {"Content-Type": "application/ld+json"}


def key(house: House, role: str = "engineer", *plants: str) -> dict[str, str]:
    with house.begin() as connection:
        return {"Authorization": f"Bearer {create(connection, role=role, plants=plants, now=datetime.now(UTC))}"}


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    told = {
        "type": "TransformationEvent",
        "eventTime": f"2026-03-01T08:{number:02}:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "assembling",
        "inputQuantityList": [{"epcClass": CAP, "quantity": 44}],
        "outputEPCList": [BOARD.format(f"S{number}")],
        "readPoint": {"id": HZ},
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def document(*events: dict[str, Any]) -> bytes:
    told = {"@context": [CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T08:00:00Z"}
    return json.dumps(told | {"epcisBody": {"eventList": list(events)}}).encode()


def capture(
    client: FlaskClient, headers: dict[str, str], payload: bytes, media: str = "application/ld+json", **more: str
) -> dict[str, Any]:
    """The job of a document."""
    sent = client.post("/epcis/capture", data=payload, headers=headers | more, content_type=media)
    assert sent.status_code == 202, sent.json
    job = client.get(sent.headers["Location"], headers=headers).json
    assert isinstance(job, dict)
    return job


def ask(client: FlaskClient, headers: dict[str, str], query: str = "", path: str = "/epcis/events") -> list[dict[str, Any]]:
    answer = client.get(f"{path}?{query}", headers=headers)
    assert answer.status_code == 200, answer.json
    found = read(answer.data, "application/ld+json")
    assert [str(problem) for problem in found.all_problems()] == []
    events: list[dict[str, Any]] = json.loads(answer.data)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def times(events: list[dict[str, Any]]) -> list[str]:
    return [one["eventTime"][14:16] for one in events]


def ids(events: list[dict[str, Any]]) -> set[str]:
    return {one["eventID"] for one in events}


def backward(house: House, thing: str) -> list[str]:
    root = parse_thing(thing)
    assert root
    with house.view() as view:
        return [told["id"] for told in trace(view, root, direction="backward", now=NOW)["things"]]


UNIT = {"kind": "serial", "item": "PCBA", "number": "U1"}
CAP_L9 = {"kind": "lot", "item": "CAP", "number": "L9"}
OWN = [
    ("movement", "1", {"type": "issue", "order": "MO-1", "thing": CAP_L9, "quantity": "5", "uom": "H87"}),
    ("movement", "2", {"type": "produce", "order": "MO-1", "thing": UNIT, "quantity": "1", "uom": "H87"}),
    ("movement", "3", {"type": "ship", "shipment": "DN-1", "partner": "K", "thing": UNIT, "quantity": "1", "uom": "H87"}),
    ("pack", "4", {"container": "C1", "action": "add", "contents": [UNIT]}),
]  # fmt: skip


def own(house: House) -> None:
    told = [
        {"kind": kind, "plant": "HZ", "key": name, "revision": 1, "body": body | {"at": f"2026-03-01T00:{40 + int(name)}:00Z"}}
        for kind, name, body in OWN
    ]
    load([orjson.dumps(one) for one in told], begin=house.begin, now=lambda: NOW)


U1 = quote("urn:lotweave:thing/HZ/serial/PCBA/U1", safe="")
