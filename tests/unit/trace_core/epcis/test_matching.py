"""Which events fulfil which parameters, and that the terms of an event leave out none that does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from epcis_examples import DATA, document, event

from trace_core.epcis.fields import fingerprint, typed
from trace_core.epcis.matching import compiled
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.queries import from_json, from_url
from trace_core.epcis.reading import read
from trace_core.epcis.terms import narrowed, terms

METADATA = {"time": "2026-03-01T08:00:00+08:00", "deviceID": "urn:epc:id:giai:4000001.111", "ext:room": "cold"}
REPORT = {"type": "Temperature", "value": 8.5, "uom": "CEL", "minValue": 7, "percRank": 50, "percValue": 9, "ext:probe": "P-1"}
SAID = event(
    action="ADD",
    bizLocation={"id": "urn:epc:id:sgln:0012345.11111.400", "ext:zone": "Z"},
    persistentDisposition={"set": ["damaged"], "unset": ["expired"]},
    sensorElementList=[
        {
            "sensorMetadata": METADATA,
            "sensorReport": [REPORT, {"type": "gs1:Speed", "booleanValue": True, "hexBinaryValue": "f0F0"}],
            "ext:batch": {"ext:run": 17},
        }
    ],
    ilmd={"cbvmda:lotNumber": "0041", "ext:made": {"ext:line": ["L1", "L2"], "ext:on": "2026-02-01T00:00:00Z"}},
    errorDeclaration={"declarationTime": "2026-03-02T00:00:00Z", "correctiveEventIDs": ["urn:x:2"], "ext:by": "Q"},
    **{"ext:count": 12, "ext:note": "twelve", "ext:seen": "2026-03-01T09:00:00+08:00", "ext:tree": [{"ext:leaf": 3}, {"ext:leaf": "5"}]},
    **{"ext:maker": "https://id.gs1.org/417/4012345000016", "ext:tagged": {"#text": "7", "ext:unit": "mm"}},
)  # fmt: skip
CONTEXT = {"@context": {"ext": "https://ns.example.com/epcis/"}}


def one(told: dict[str, Any]) -> EpcisEvent:
    (judged,) = read(document(told), "application/ld+json").events
    assert judged.event, judged.problems
    return judged.event


def fulfils(said: EpcisEvent, told: dict[str, Any]) -> bool:
    query = from_json(CONTEXT | told)
    found = compiled(query)(said, ())
    assert not found or all(set(group) & set(terms(said)) for group in narrowed(query))
    return found


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("EQ_type", "Temperature", "Pressure"),
        ("EQ_type", "https://gs1.org/voc/Speed", "Length"),
        ("EQ_value_CEL", 8.50, 8),
        ("EQ_value_CEL", 8.5, 7),
        ("GE_value_CEL", "8.5", 8.6),
        ("GT_value_CEL", 8.4, 8.5),
        ("LT_minValue_CEL", 7.1, 7),
        ("LE_percValue_CEL", 9, 8),
        ("GE_percRank", 50, 51),
        ("EQ_deviceID", "https://id.gs1.org/8004/4000001111", "urn:epc:id:giai:4000001.112"),
        ("EQ_booleanValue", True, False),
        ("EQ_hexBinaryValue", "F0f0", "F0F1"),
        ("GE_time", "2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z"),
        ("LT_time", "2026-03-01T00:00:01Z", "2026-03-01T00:00:00Z"),
        ("EQ_persistentDisposition_set", "damaged", "expired"),
        ("EQ_correctiveEventID", "urn:x:2", "urn:x:3"),
        ("WD_bizLocation", "urn:epc:id:sgln:0012345.11111.0", "urn:epc:id:sgln:0012345.11112.0"),
        ("EQ_bizLocation", "urn:epc:id:sgln:0012345.11111.400", "urn:epc:id:sgln:0012345.11111.0"),
        ("EQ_ext:count", "12.0", 13),
        ("EQ_https://ns.example.com/epcis/#count", 12, 13),
        ("GT_ext:count", 11, 12),
        ("LT_ext:count", "12.5", 12),
        ("EQ_ext:note", "twelve", "12"),
        ("EQ_ext:seen", "2026-03-01T01:00:00Z", "2026-03-01T09:00:00Z"),
        ("GE_ext:seen", "2026-03-01T01:00:00Z", "2026-03-01T01:00:01Z"),
        ("EQ_ext:maker", "urn:epc:id:pgln:4012345.00001", "urn:epc:id:pgln:4012345.00002"),
        ("EQ_ext:tagged", 7, 8),
        ("EQ_INNER_ext:leaf", 5, 12),
        ("GE_INNER_ext:leaf", 5, 6),
        ("EQ_ILMD_cbvmda:lotNumber", "0041", "41"),
        ("EQ_INNER_ILMD_ext:line", "L2", "L3"),
        ("LT_INNER_ILMD_ext:on", "2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("EQ_ERROR_DECLARATION_ext:by", "Q", "R"),
        ("EQ_bizLocation_ext:zone", "Z", "Y"),
        ("EQ_INNER_SENSORELEMENT_ext:run", 17, 18),
        ("EQ_SENSORMETADATA_ext:room", "cold", "warm"),
        ("EQ_SENSORREPORT_ext:probe", "P-1", "P-2"),
    ],
)
def test_a_value_is_compared_by_what_it_is(name: str, right: Any, wrong: Any) -> None:
    said = one(SAID)

    assert fulfils(said, {name: right})
    assert not fulfils(said, {name: wrong})


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("EXISTS_sensorElementList", True),
        ("EXISTS_errorDeclaration", True),
        ("EXISTS_ext:note", True),
        ("EXISTS_ext:leaf", False),
        ("EXISTS_INNER_ext:leaf", True),
        ("EXISTS_INNER_ext:note", False),
        ("EXISTS_ILMD_ext:made", True),
        ("EXISTS_ILMD_ext:line", False),
        ("EXISTS_INNER_ILMD_ext:line", True),
        ("EXISTS_SENSORELEMENT_ext:batch", True),
        ("EXISTS_SENSORREPORT_ext:batch", False),
        ("EXISTS_ERROR_DECLARATION_ext:by", True),
        ("EXISTS_readPoint_ext:zone", False),
    ],
)
def test_what_exists_is_found_where_it_stands(name: str, there: bool) -> None:
    said = one(SAID)

    assert fulfils(said, {name: None}) is there
    assert fulfils(said, {name: "false"})


@pytest.mark.parametrize("name", ["LE_value_FAH", "GE_percValue_A93", "EQ_sDev_CEL"])
def test_measures_in_another_unit_are_not_compared(name: str) -> None:
    assert not fulfils(one(SAID), {name: 8.5})


def test_prefixes_are_those_of_the_query_and_not_of_the_event() -> None:
    query = from_url([("EQ_other:count", "12")], {"other": "https://ns.example.com/epcis/"})

    assert compiled(query)(one(SAID), ())


@pytest.mark.parametrize(
    ("one", "same"),
    [("1", "1.00"), ("1e2", "100"), ("0", "-0.0"), ("-2.50", "-2.5"), ("1e-3", "0.001"),
     ("2026-03-01T08:00:00+08:00", "2026-03-01T00:00:00Z"),
     ("urn:epc:id:pgln:4012345.00001", "https://id.gs1.org/417/4012345000016"), ("true", "true")],
)  # fmt: skip
def test_values_that_are_equal_have_one_fingerprint(one: str, same: str) -> None:
    first, second = typed(one), typed(same)
    assert first is not None
    assert second is not None

    assert first == second
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first) != fingerprint(f"{one} ")


@pytest.mark.parametrize("path", sorted((DATA / "openepcis/2.0/JSON/Query").glob("*.json")), ids=lambda path: path.name)
def test_events_of_others_are_found_by_each_of_their_extensions(path: Path) -> None:
    for judged in (one for one in read(path.read_bytes(), "application/ld+json").events if one.event):
        assert judged.event
        for term in (term for term in terms(judged.event) if term.startswith("field ")):
            part, _, name = term.removeprefix("field ").partition(" ")
            namespace, _, local = name[1:].partition("}")
            area = f"{part}_" if part else ""
            asked = [f"EXISTS_{inner}{area}x:{local}" for inner in ("", "INNER_")]
            queries = [from_json({"@context": {"x": namespace}, one: None}) for one in asked]
            assert any(compiled(query)(judged.event, ()) for query in queries), json.dumps(asked)
