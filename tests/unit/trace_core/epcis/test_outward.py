"""Our own events as EPCIS: right by our own rules, and read back as the documents they came from."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from trace_core.documents.envelope import Document, read_document
from trace_core.epcis.inward import meaning
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.outward import epcis_of
from trace_core.epcis.reading import read
from trace_core.epcis.things import OWN_PREFIX, Ground
from trace_core.epcis.writing import document_json
from trace_core.epcis.writing_xml import document_xml

sys.path.append(str(Path(__file__).parents[3] / "spec"))

from random_world import NOW, world

GTIN = "04012345111118"
GROUND = Ground(base="https://id.example.com/", items={("HZ", GTIN): "PCBA"}, gtins={("HZ", "PCBA"): GTIN})


def told(kind: str, **body: Any) -> Document:
    return read_document({"kind": kind, "plant": "HZ", "key": "K/1", "revision": 3, "body": {"at": "2026-03-01T08:00:00+08:00"} | body})


def thing(kind: str, item: str, number: str) -> dict[str, str]:
    return {"kind": kind, "item": item, "number": number}


def written(document: Document, ground: Ground = GROUND) -> EpcisEvent:
    found = epcis_of(document, ground)
    assert found
    return found


def back(event: EpcisEvent, ground: Ground, *, xml: bool) -> list[Document]:
    payload = (document_xml if xml else document_json)([event], created=NOW, prefixes=OWN_PREFIX)
    found = read(payload, "application/xml" if xml else "application/json")
    assert [str(problem) for problem in found.all_problems()] == []
    assert found.events[0].event
    return [read_document(one) for one in meaning(found.events[0].event, ground).documents]


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("seed", range(12))
def test_every_document_of_a_random_world_comes_back_as_it_was(seed: int, xml: bool) -> None:
    for one in world(random.Random(seed), rich=True):
        document = read_document(one)
        event = epcis_of(document, Ground())
        if event is None:
            body = document.body
            assert any(content["number"] == body["container"] for content in body["contents"]), "only packing into itself cannot be said"
            continue

        (again,) = back(event, Ground(), xml=xml)

        assert (again.name, again.revision, again.content) == (document.name, document.revision, document.content)


FULL = [
    told("movement", type="ship", thing=thing("serial", "PCBA", "S1"), quantity="1", uom="H87", partner="K", shipment="DN-1", person="p"),
    told("movement", type="adjust", thing=thing("lot", "CAP", "L1"), quantity="-2.5", uom="KGM", equipment="scale"),
    told("movement", type="issue", thing=thing("lot", "CAP", "L1"), quantity="1", uom="REEL", order="M/1", backflush=True, operation="1"),
    told("movement", type="merge", thing=thing("lot", "CAP", "L1"), other=thing("lot", "CAP", "L2"), quantity="2", uom="H87"),
    told(
        "operation", order="MO-1", operation="SMT", started_at="2026-03-01T07:00:00+08:00", people=["a", "b"], equipment="line", good="1",
        inputs=[{"thing": thing("lot", "CAP", "L1"), "quantity": "2", "uom": "H87", "designators": ["C1", "C2"]}],
        outputs=[{"thing": thing("serial", "PCBA", "S1"), "lot": thing("lot", "PCBA", "B1")}],
    ),
    told("operation", order="MO-1", operation="A", inputs=[{"thing": thing("lot", "CAP", "L1"), "quantity": "2", "uom": "G"}], outputs=[]),
    told("pack", container="340123450000000000", action="add", contents=[thing("serial", "A", "S1"), {"kind": "container", "number": "C"}]),
    told("pack", container="CTN-1", action="remove", contents=[]),
    told("repair", thing=thing("serial", "PCBA", "S1"), removed=[], installed=[], order="MO-1", person="p"),
    told(
        "repair", thing=thing("lot", "PCBA", "B1"),
        removed=[{"thing": thing("lot", "CAP", "L1"), "quantity": "1", "uom": "H87", "designators": ["C1"]}],
        installed=[{"thing": thing("lot", "CAP", "L2"), "quantity": "1", "uom": "H87"}],
    ),
    told("inspection", thing=thing("serial", "A", "S1"), result="concession", defects=[{"code": "D1", "designator": "C"}, {"code": "E"}]),
    told("inspection", thing=thing("lot", "CAP", "L1"), result="fail", operation="AOI"),
]  # fmt: skip


@pytest.mark.parametrize("xml", [False, True], ids=["json", "xml"])
@pytest.mark.parametrize("document", FULL, ids=lambda document: f"{document.kind} {document.body.get('type', '')}")
def test_a_document_with_all_its_fields_comes_back_as_it_was(document: Document, xml: bool) -> None:
    (again,) = back(written(document), GROUND, xml=xml)

    assert again.body == document.body
    assert (again.name, again.revision) == (document.name, document.revision)


def test_things_of_items_with_a_gtin_are_digital_links_and_others_are_under_the_base() -> None:
    event = written(FULL[4])

    assert event.instances["outputEPCList"] == (f"https://id.gs1.org/01/{GTIN}/21/S1",)
    assert event.classes["inputQuantityList"][0].epc_class == "https://id.example.com/thing/HZ/lot/CAP/L1"


def test_the_standard_words_say_what_they_can() -> None:
    event = written(FULL[0])

    assert (event.type, event.action, event.biz_step, event.disposition) == ("ObjectEvent", "OBSERVE", "shipping", "in_transit")
    assert [one.id for one in event.transactions] == ["https://id.example.com/shipment/DN-1"]
    assert [one.id for one in event.destinations] == ["https://id.example.com/party/HZ/K"]
    assert event.event_id == "https://id.example.com/event/HZ/movement/K%2F1/3"


def test_what_is_no_event_is_not_told() -> None:
    item = read_document(
        {"kind": "item", "plant": "HZ", "key": "1", "revision": 1, "body": {"item": "A", "base_uom": "H87", "tracking": "lot"}}
    )
    gone = read_document({"kind": "pack", "plant": "HZ", "key": "1", "revision": 1, "deleted": True, "body": {}})

    assert epcis_of(item, GROUND) is None
    assert epcis_of(gone, GROUND) is None
