"""What events of others mean as genealogy, one step at a time, and the scenarios of correction and duplication."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from epcis_examples import document, event

from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.epcis.inward import Meaning, meaning
from trace_core.epcis.reading import read
from trace_core.epcis.things import Ground
from trace_core.errors import Rejected
from trace_core.identifiers import parse_thing
from trace_core.memory import MemoryStore

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HZ, SU, DOCK = "urn:epc:id:sgln:4012345.00001.0", "urn:epc:id:sgln:4012345.00002.0", "urn:epc:id:sgln:4012345.00001.dock"
CUSTOMER = "urn:epc:id:pgln:0614141.00777"
GROUND = Ground(places={"4012345000016": "HZ", "https://id.gs1.org/414/4012345000023": "SU"}, items={("HZ", "04012345111118"): "BOARD"})
BOARD, CAP = "urn:epc:id:sgtin:4012345.011111.S1", "urn:epc:class:lgtin:4012345.022222.L1"
CARTON = "urn:epc:id:sscc:4012345.0000000111"
FACT = {"readPoint": {"id": HZ}}
BOARD_TOLD = {"kind": "serial", "item": "BOARD", "number": "S1"}
CAP_TOLD = {"kind": "lot", "item": "04012345222227", "number": "L1"}


def said(ground: Ground = GROUND, **changes: Any) -> Meaning:
    """What an event means."""
    told = read(document(event(**(FACT | changes))), "application/json")
    assert [str(problem) for problem in told.all_problems()] == []
    assert told.events[0].event
    return meaning(told.events[0].event, ground)


def moves(**changes: Any) -> list[str]:
    return [f"{one['plant']} {one['body'].get('type', one['kind'])}" for one in said(**changes).documents]


def party(uri: str, kind: str = "possessing_party") -> list[dict[str, str]]:
    return [{"type": kind, "source": uri, "destination": uri}]


def sources(uri: str) -> dict[str, Any]:
    return {"sourceList": [{"type": "possessing_party", "source": uri}]}


def destinations(uri: str) -> dict[str, Any]:
    return {"destinationList": [{"type": "location", "destination": uri}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bizStep": "receiving"}, ["HZ receive"]),
        ({"bizStep": "receiving", **sources(SU)}, ["HZ transfer_in"]),
        ({"bizStep": "receiving", **sources(CUSTOMER)}, ["HZ receive"]),
        ({"bizStep": "receiving", "disposition": "returned"}, ["HZ customer_return"]),
        ({"bizStep": "shipping", **destinations(CUSTOMER)}, ["HZ ship"]),
        ({"bizStep": "shipping", **destinations(SU)}, ["HZ transfer_out"]),
        ({"bizStep": "shipping", **destinations(HZ)}, ["HZ ship"]),
        ({"bizStep": "commissioning", "action": "ADD"}, ["HZ produce"]),
        ({"bizStep": "commissioning"}, []),
        ({"bizStep": "destroying", "action": "DELETE"}, ["HZ scrap"]),
        ({"bizStep": "inspecting", "disposition": "conformant"}, ["HZ inspection"]),
        ({"bizStep": "inspecting"}, []),
        ({"bizStep": "departing"}, []),
        ({"bizStep": "arriving"}, []),
        ({"bizStep": "stock_taking"}, []),
        ({"bizStep": "https://ns.example.com/steps/own"}, []),
        ({"bizStep": None}, []),
        ({"bizStep": "receiving", "epcList": [BOARD, CARTON]}, ["HZ receive", "HZ receive"]),
        ({"bizStep": "receiving", "readPoint": {"id": DOCK}}, ["HZ receive"]),
        ({"bizStep": "receiving", "readPoint": None, "bizLocation": {"id": SU}}, ["SU receive"]),
    ],
    ids=str,
)
def test_an_object_event_is_the_movement_that_its_step_says(changes: dict[str, Any], expected: list[str]) -> None:
    assert moves(**changes) == expected


def test_a_movement_has_its_thing_order_partner_and_shipment() -> None:
    found = said(
        bizStep="shipping",
        epcList=[BOARD],
        quantityList=[{"epcClass": CAP, "quantity": 12.5, "uom": "GRM"}],
        destinationList=[{"type": "owning_party", "destination": CUSTOMER}],
        bizTransactionList=[{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:DN-1"}],
    )

    assert [one["body"] for one in found.documents] == [
        {"type": "ship", "at": "2026-03-01T08:00:00+08:00", "partner": "0614141007776", "shipment": "DN-1"} | more
        for more in ({"thing": BOARD_TOLD, "quantity": "1", "uom": "H87"}, {"thing": CAP_TOLD, "quantity": "12.5", "uom": "GRM"})
    ]
    assert [one["key"][-2:] for one in found.documents] == ["/1", "/2"]


def made(**changes: Any) -> list[dict[str, Any]]:
    told = {"type": "TransformationEvent", "action": None, "epcList": None, "bizStep": "assembling"}
    return [one | {"body": dict(one["body"])} for one in said(**(told | changes)).documents]


def test_a_transformation_is_an_operation_of_its_order() -> None:
    (one,) = made(
        inputQuantityList=[{"epcClass": CAP, "quantity": 44}],
        outputEPCList=[BOARD],
        bizTransactionList=[{"type": "prodorder", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:MO-1"}],
    )

    assert (one["kind"], one["body"]["order"], one["body"]["operation"]) == ("operation", "MO-1", "assembling")
    assert one["body"]["inputs"] == [{"thing": CAP_TOLD, "quantity": "44", "uom": "H87"}]
    assert one["body"]["outputs"] == [{"thing": BOARD_TOLD, "quantity": "1", "uom": "H87"}]


def test_parts_under_one_transformation_id_meet_in_its_pools() -> None:
    (one,) = made(inputQuantityList=[{"epcClass": CAP, "quantity": 44}], transformationID="urn:x:t-1")
    (other,) = made(outputEPCList=[BOARD], transformationID="urn:x:t-1")

    assert (one["body"]["type"], other["body"]["type"]) == ("issue", "produce")
    assert one["body"]["order"] == other["body"]["order"] == "urn:x:t-1"


def test_a_thing_that_stays_itself_was_repaired() -> None:
    (one,) = made(
        bizStep="repairing",
        inputEPCList=[BOARD],
        inputQuantityList=[{"epcClass": CAP, "quantity": 1}],
        outputEPCList=[BOARD],
    )

    assert one["kind"] == "repair"
    assert (one["body"]["thing"], one["body"]["removed"]) == (BOARD_TOLD, [])
    assert one["body"]["installed"] == [{"thing": CAP_TOLD, "quantity": "1", "uom": "H87"}]


def test_lots_of_one_item_are_split_and_merged() -> None:
    other = "urn:epc:class:lgtin:4012345.022222.L2"
    whole = [{"epcClass": CAP, "quantity": 10}]
    parts = [{"epcClass": CAP, "quantity": 6}, {"epcClass": other, "quantity": 4}]

    split = made(bizStep="repackaging", inputQuantityList=whole, outputQuantityList=parts)
    merged = made(bizStep="repackaging", inputQuantityList=parts, outputQuantityList=whole)

    assert [(one["body"]["type"], one["body"]["other"]["number"]) for one in split] == [("split", "L1"), ("split", "L2")]
    assert [(one["body"]["type"], one["body"]["thing"]["number"]) for one in merged] == [("merge", "L1"), ("merge", "L2")]


def test_an_aggregation_packs_and_unpacks() -> None:
    pack = {"type": "AggregationEvent", "epcList": None, "parentID": CARTON, "bizStep": "packing"}

    (added,) = said(**pack, action="ADD", childEPCs=[BOARD], childQuantityList=[{"epcClass": CAP, "quantity": 5}]).documents
    (emptied,) = said(**pack, action="DELETE").documents

    assert added["body"]["container"] == "040123450000001112"
    assert added["body"]["contents"] == [BOARD_TOLD, CAP_TOLD | {"quantity": "5", "uom": "H87"}]
    assert (emptied["body"]["action"], emptied["body"]["contents"]) == ("remove", [])
    assert said(**pack, action="OBSERVE", childEPCs=[BOARD]).documents == ()


def test_an_association_builds_in_and_takes_out() -> None:
    tie = {"type": "AssociationEvent", "epcList": None, "parentID": BOARD, "childQuantityList": [{"epcClass": CAP, "quantity": 1}]}

    (built,) = said(**tie, action="ADD").documents
    (taken,) = said(**tie, action="DELETE").documents

    assert list(built["body"]["installed"]) == [{"thing": CAP_TOLD, "quantity": "1", "uom": "H87"}]
    assert list(taken["body"]["removed"]) == [{"thing": CAP_TOLD, "quantity": "1", "uom": "H87"}]
    assert said(**(tie | {"parentID": HZ}), action="ADD").documents == ()
    assert said(**tie, action="OBSERVE").documents == ()


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"bizStep": "void_shipping"}, ["bizStep"]),
        ({"readPoint": {"id": "https://elsewhere.example.com/dock"}}, ["readPoint"]),
        ({"readPoint": None}, ["readPoint"]),
        ({"epcList": ["urn:epc:id:gdti:4012345.00009.PO-4711", CUSTOMER]}, ["epcList/0", "epcList/1"]),
        ({"epcList": None, "quantityList": [{"epcClass": CAP}]}, ["quantityList/0"]),
        ({"type": "AggregationEvent", "epcList": None, "action": "ADD", "parentID": BOARD, "childEPCs": [CARTON]}, ["parentID"]),
        ({"type": "AssociationEvent", "epcList": None, "action": "DELETE", "parentID": BOARD}, ["childEPCs"]),
    ],
    ids=str,
)
def test_what_cannot_be_genealogy_is_refused_with_every_reason(changes: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(Rejected) as refused:
        said(**changes)

    assert [problem.path for problem in refused.value.problems] == paths


def test_a_class_without_a_lot_makes_no_link_and_says_so() -> None:
    found = said(quantityList=[{"epcClass": "urn:epc:idpat:sgtin:4012345.066666.*", "quantity": 220}])

    assert len(found.documents) == 1
    assert [note.path for note in found.notes] == ["quantityList/0"]


def test_a_default_plant_takes_what_no_place_says() -> None:
    assert said(Ground(default_plant="CD"), readPoint=None).documents[0]["plant"] == "CD"


class Told:
    """Events in a memory store, in the order told."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.store = MemoryStore()
        for hour, one in enumerate(events):
            found = read(document(one), "application/json")
            assert [str(problem) for problem in found.all_problems()] == []
            assert found.events[0].event
            for envelope in meaning(found.events[0].event, GROUND).documents:
                self.store.add(read_document(envelope).known_since(datetime(2026, 3, 10, hour, tzinfo=UTC)))

    def backward(self, thing: str) -> list[str]:
        root = parse_thing(thing)
        assert root
        return [told["id"] for told in trace(self.store.view(), root, direction="backward", now=NOW)["things"]]

    def containers(self, thing: str, at: str, known: datetime | None = None) -> list[str]:
        root = parse_thing(thing)
        assert root
        asked = datetime.fromisoformat(at)
        return trace(self.store.view(known), root, direction="forward", now=NOW, at=asked)["query"].get("containers", [])


def packed(at: str, action: str, **more: Any) -> dict[str, Any]:
    told = {
        "type": "AggregationEvent",
        "epcList": None,
        "parentID": CARTON,
        "bizStep": "packing",
        "action": action,
        "readPoint": {"id": HZ},
    }
    return event(**(told | {"eventTime": f"2026-03-0{at}:00:00+08:00"} | more))


UNIT, BOX = "HZ/serial/BOARD/S1", "HZ/container//040123450000001112"
ASSEMBLED = event(
    type="TransformationEvent", action=None, epcList=None, bizStep="assembling", readPoint={"id": HZ},
    inputQuantityList=[{"epcClass": CAP, "quantity": 44}], outputEPCList=[BOARD],
)  # fmt: skip


def test_a_pack_that_did_not_occur_is_taken_back_and_was_known_before() -> None:
    wrong = packed("1T09", "ADD", childEPCs=[BOARD])
    declared = wrong | {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}}

    for told in (Told(wrong, declared), Told(declared, wrong)):
        assert told.containers(UNIT, "2026-03-02T00:00:00Z") == []
    before = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
    assert Told(wrong, declared).containers(UNIT, "2026-03-02T00:00:00Z", before) == [BOX]


def test_a_correction_takes_the_place_of_what_was_wrong() -> None:
    right = ASSEMBLED | {"inputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.022222.L9", "quantity": 44}], "eventID": "urn:x:2"}
    declared = ASSEMBLED | {
        "errorDeclaration": {
            "declarationTime": "2026-03-05T00:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": ["urn:x:2"],
        }
    }  # fmt: skip

    for story in ([ASSEMBLED, declared, right], [right, declared, ASSEMBLED]):
        assert Told(*story).backward(UNIT) == ["HZ/lot/04012345222227/L9"]


def test_the_same_event_delivered_again_is_one_and_elsewhere_it_is_two() -> None:
    again = dict(reversed(ASSEMBLED.items())) | {"eventID": "urn:uuid:5", "recordTime": "2026-03-09T00:00:00Z"}
    elsewhere = ASSEMBLED | {"readPoint": {"id": DOCK}}

    assert len(Told(ASSEMBLED, again, ASSEMBLED).store.versions) == 1
    assert len(Told(ASSEMBLED, elsewhere).store.versions) == 2


def test_a_carton_is_emptied_without_naming_its_contents() -> None:
    told = Told(packed("1T09", "ADD", childEPCs=[BOARD]), packed("2T09", "DELETE", bizStep="unpacking"))

    assert told.containers(UNIT, "2026-03-01T12:00:00+08:00") == [BOX]
    assert told.containers(UNIT, "2026-03-02T12:00:00+08:00") == []
