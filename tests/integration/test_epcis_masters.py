"""Master data of captured documents, and places found by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from epcis_site import CAP, HZ, ask, capture, document, event, key, own, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House

LINE, CELL, NAME = "urn:x:place:line", "urn:x:place:cell", "urn:epcglobal:cbv:mda:name"


def mastered() -> bytes:
    stored = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "storing", "inputQuantityList": None, "outputEPCList": None}
    stored |= {"quantityList": [{"epcClass": CAP}]}
    places = ({"readPoint": {"id": CELL}}, {"bizLocation": {"id": HZ}}, {"readPoint": {"id": LINE}})
    told = json.loads(document(*(event(at, **stored, **one) for at, one in enumerate(places, 1))))
    elements: list[dict[str, Any]] = [
        {"id": HZ, "children": [LINE], "attributes": [{"id": "cbvmda:name", "attribute": "Hangzhou"}]},
        {"id": LINE, "children": [CELL, HZ]},
        {"id": CELL, "attributes": [{"id": "cbvmda:name", "attribute": "Cell"}, {"id": "urn:x:oven", "attribute": 3}]},
    ]
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": elements}
    item = {"id": CAP, "attributes": [{"id": "cbvmda:descriptionShort", "attribute": "capacitor"}]}
    items = {"type": "urn:epcglobal:epcis:vtype:EPCClass", "vocabularyElementList": [item]}
    return json.dumps(told | {"epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary, items]}}}).encode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"WD_readPoint={HZ}", ["03", "02", "01"]),
        (f"WD_readPoint={CELL}", ["01"]),
        (f"EQ_readPoint={LINE}", ["03"]),
        ("HASATTR_readPoint=cbvmda:name", ["02", "01"]),
        ("HASATTR_readPoint=urn:x:oven|urn:x:none", ["01"]),
        ("HASATTR_bizLocation=urn:epcglobal:cbv:mda%23name", ["02"]),
        ("HASATTR_readPoint=urn:x:none", []),
        ("EQATTR_readPoint_cbvmda:name=Cell", ["01"]),
        ("EQ_ATTR_readPoint_urn:x:oven=3|4", ["01"]),
        ("EQATTR_bizLocation_cbvmda:name=Cell", []),
        ("EQATTR_epcClass_cbvmda:descriptionShort=capacitor&EQ_readPoint=urn:x:place:line", ["03"]),
    ],
)
def test_places_are_found_by_their_master_data(client: FlaskClient, site: House, query: str, found: list[str]) -> None:
    headers = key(site)
    own(site)
    job = capture(client, headers, mastered(), **{"GS1-Capture-Error-Behaviour": "rollback"})
    assert job["success"], job

    assert times(ask(client, headers, query)) == found


def test_master_data_is_kept_with_its_events_and_what_was_said_last_holds(client: FlaskClient, site: House) -> None:
    headers = key(site)
    wrong = json.loads(mastered())
    wrong["epcisBody"]["eventList"].append(event(4, action="WRONG"))
    assert not capture(client, headers, json.dumps(wrong).encode())["success"]
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM vocabulary_element").scalar_one() == 0

    assert capture(client, headers, mastered())["success"]
    assert capture(client, headers, mastered().replace(b'"Cell"', b'"Oven"'))["success"]

    assert times(ask(client, headers, "EQATTR_readPoint_cbvmda:name=Oven")) == ["01"]
    assert ask(client, headers, "EQATTR_readPoint_cbvmda:name=Cell") == []


def test_a_key_tells_nothing_of_places_of_other_plants(client: FlaskClient, site: House) -> None:
    job = capture(client, key(site, "engineer", "SU"), mastered())

    assert not job["success"]
    assert (-1, "epcisException:SecurityException") in [(one["event"], one["type"]) for one in job["errors"]]
    assert ask(client, key(site), "HASATTR_readPoint=cbvmda:name") == []
