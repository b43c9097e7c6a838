"""The rules of single fields and between fields, one wrong thing at a time."""

from __future__ import annotations

from typing import Any

import pytest
from epcis_examples import document, event

from trace_core.epcis.reading import read

SSCC = "urn:epc:id:sscc:4047023.0111111122"
UNIT = "urn:epc:id:sgtin:4047023.077551.98"
LOT = "urn:epc:class:lgtin:4054739.099914.20160711"
PACK = {"type": "AggregationEvent", "epcList": None, "bizStep": "packing"}
MADE = {"type": "TransformationEvent", "action": None, "epcList": None, "bizStep": "assembling"}


def wrong(told: dict[str, Any]) -> list[str]:
    """Where the event is wrong."""
    found = read(document(told), "application/json")
    return [problem.path.removeprefix("/epcisBody/eventList/0/") for problem in found.all_problems()]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"eventTime": None}, ["eventTime"]),
        ({"eventTime": "2026-03-01T08:00:00"}, ["eventTime"]),
        ({"eventTimeZoneOffset": "8"}, ["eventTimeZoneOffset"]),
        ({"eventTimeZoneOffset": "+14:30"}, ["eventTimeZoneOffset"]),
        ({"action": None}, ["action"]),
        ({"bizStep": "https://ns.example.com/steps/own"}, []),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:receiving"}, []),
        ({"bizStep": "cbv:BizStep-receiving"}, []),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:transforming"}, ["bizStep"]),
        ({"disposition": "lost_in_thought"}, ["disposition"]),
        ({"eventID": "17"}, ["eventID"]),
        ({"epcList": []}, ["epcList"]),
        ({"epcList": [], "quantityList": [{"epcClass": LOT, "quantity": 5}]}, []),
        ({"epcList": [UNIT, UNIT]}, ["epcList/1"]),
        ({"quantityList": [{"epcClass": LOT, "quantity": -1, "uom": "KGM"}]}, ["quantityList/0/quantity"]),
        ({"quantityList": [{"epcClass": LOT, "quantity": 0}]}, ["quantityList/0/quantity"]),
        ({"quantityList": [{"epcClass": LOT, "quantity": "5"}]}, ["quantityList/0/quantity"]),
        ({"quantityList": [{"epcClass": LOT, "quantity": 10**40}]}, ["quantityList/0/quantity"]),
        ({"quantityList": [{"epcClass": LOT, "quantity": 5, "uom": "pieces"}]}, ["quantityList/0/uom"]),
        ({"quantityList": [{"epcClass": LOT, "uom": "KGM"}]}, ["quantityList/0/uom"]),
        ({"quantityList": [{"epcClass": LOT}, {"epcClass": LOT}]}, ["quantityList/1"]),
        ({"quantityList": [{"epcClass": LOT, "colour": "red"}]}, ["quantityList/0/colour"]),
        ({"readPoint": {"name": "dock"}}, ["readPoint/name", "readPoint/id"]),
        ({"ilmd": {"ext:a": "1"}}, ["ilmd"]),
        ({"action": "ADD", "ilmd": {"ext:a": "1"}}, []),
        ({"action": "ADD", "ilmd": {"lot": "1"}}, ["ilmd/lot"]),
        ({"ext:own": {"anything": 1}}, []),
        ({"own": 1}, ["own"]),
        ({"undeclared:own": 1}, ["undeclared:own"]),
        ({"sourceList": [{"source": SSCC}]}, ["sourceList/0/type"]),
        ({"sourceList": [{"type": "place", "source": SSCC}]}, ["sourceList/0/type"]),
        ({"bizTransactionList": [{"type": "po"}]}, ["bizTransactionList/0/bizTransaction"]),
        ({"errorDeclaration": {"reason": "boredom"}}, ["errorDeclaration/declarationTime", "errorDeclaration/reason"]),
        ({"persistentDisposition": {}}, ["persistentDisposition"]),
        ({"sensorElementList": [{"sensorReport": []}]}, ["sensorElementList/0/sensorReport"]),
        ({"sensorElementList": [{"sensorReport": [{"type": "Mood"}]}]}, ["sensorElementList/0/sensorReport/0/type"]),
        ({"epcList": None, "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 26.5, "uom": "CEL"}]}]}, []),
        (PACK | {"parentID": SSCC, "childEPCs": [UNIT], "action": "ADD"}, []),
        (PACK | {"childEPCs": [UNIT], "action": "ADD"}, ["parentID"]),
        (PACK | {"childEPCs": [UNIT], "action": "DELETE"}, ["parentID"]),
        (PACK | {"childEPCs": [UNIT]}, []),
        (PACK | {"parentID": SSCC, "action": "ADD"}, ["childEPCs"]),
        (PACK | {"parentID": SSCC, "action": "DELETE"}, []),
        (PACK | {"parentID": SSCC, "childEPCs": [SSCC], "action": "ADD"}, ["childEPCs"]),
        (PACK | {"parentID": SSCC, "childEPCs": [UNIT], "action": "ADD", "ilmd": {}}, ["ilmd"]),
        ({"type": "AssociationEvent", "epcList": None, "childEPCs": [UNIT]}, ["parentID"]),
        ({"type": "TransactionEvent"}, ["bizTransactionList"]),
        ({"type": "TransactionEvent", "bizTransactionList": [{"bizTransaction": "urn:x:po-1"}], "epcList": None}, ["epcList"]),
        (MADE | {"inputEPCList": [UNIT], "outputEPCList": [SSCC]}, []),
        (MADE | {"inputEPCList": [UNIT]}, ["outputEPCList"]),
        (MADE | {"inputEPCList": [UNIT], "transformationID": "urn:x:t-1"}, []),
        (MADE | {"inputEPCList": [UNIT], "outputEPCList": [SSCC], "action": "ADD"}, ["action"]),
        ({"type": "SomeEvent"}, ["type"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_is_broken_where_it_is_broken(changes: dict[str, Any], paths: list[str]) -> None:
    assert wrong(event(**changes)) == paths


def test_an_offset_that_is_not_that_of_the_time_is_a_warning_and_no_problem() -> None:
    found = read(document(event(eventTime="2026-03-01T00:00:00Z")), "application/json").events[0]

    assert found.event is not None
    assert [warning.path for warning in found.warnings] == ["/epcisBody/eventList/0/eventTimeZoneOffset"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"@context": None}, "/@context"),
        ({"@context": ["https://example.com/own.jsonld"]}, "/@context"),
        ({"type": "Document"}, "/type"),
        ({"creationDate": None}, "/creationDate"),
        ({"schemaVersion": "1.2"}, "/schemaVersion"),
        ({"colour": "red"}, "/colour"),
        ({"epcisBody": {}}, "/epcisBody/eventList"),
    ],
)
def test_the_frame_of_a_document_is_judged_too(changes: dict[str, Any], path: str) -> None:
    found = read(document(event(), **changes), "application/json")

    assert path in [problem.path for problem in found.problems]
