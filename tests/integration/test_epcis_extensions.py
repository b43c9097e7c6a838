"""Queries about sensor data and extension fields, on a real database."""

from __future__ import annotations

import json

import pytest
from epcis_site import ask, capture, document, event, key, own, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House

EXT = {"GS1-Extensions": "x=https://ns.example.com/epcis/"}
WARM = {"sensorMetadata": {"deviceID": "urn:x:d:1"}, "sensorReport": [{"type": "Temperature", "value": 31.5, "uom": "CEL"}]}


def extended() -> bytes:
    told = json.loads(document(event(1), event(2, sensorElementList=[WARM]), event(3)))
    told["@context"].append({"ext": "https://ns.example.com/epcis/"})
    for one, batch in zip(told["epcisBody"]["eventList"], (7, 10, "B"), strict=True):
        one |= {"ext:batch": batch, "ext:run": {"ext:oven": batch}, "ilmd": {"ext:code": f"C{batch}"}}
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("GE_value_CEL=30&EQ_type=Temperature&EQ_deviceID=urn:x:d:1", ["02"]),
        ("GE_value_CEL=32", []),
        ("EXISTS_sensorElementList=true", ["02"]),
        ("GT_x:batch=7", ["02"]),
        ("EQ_x:batch=B|7", ["03", "01"]),
        ("GE_INNER_x:oven=7&EXISTS_x:run", ["02", "01"]),
        ("EQ_ILMD_x:code=CB", ["03"]),
        ("EXISTS_INNER_urn:lotweave:epcis:%23thing", []),
        ("orderBy=x:batch", ["03", "02", "01", "44", "43", "42", "41"]),
        ("orderBy=x:batch&orderDirection=ASC&eventCountLimit=4", ["01", "02", "03", "41"]),
    ],
)
def test_sensors_and_extensions_are_asked_for(client: FlaskClient, site: House, query: str, found: list[str]) -> None:
    headers = key(site)
    own(site)
    assert capture(client, headers, extended())["success"]

    assert times(ask(client, headers | EXT, query)) == found


@pytest.mark.parametrize("entry", ["x", "x=ns", "1=urn:x:", "xml=urn:x:"])
def test_a_wrong_extension_is_refused(client: FlaskClient, site: House, entry: str) -> None:
    answer = client.get("/epcis/events", headers=key(site) | {"GS1-Extensions": entry})

    assert (answer.status_code, answer.json["problems"][0]["value"]) == (400, entry)
