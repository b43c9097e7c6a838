"""Master data of a document's header, in both bindings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from epcis_examples import document, event

from trace_core.epcis.masters import Element, attribute_name
from trace_core.epcis.reading import read

PLACE, SHELF = "urn:epc:id:sgln:0037000.00729.0", "urn:epc:id:sgln:0037000.00729.8201"
TYPE = "urn:epcglobal:epcis:vtype:BusinessLocation"
MDA = "urn:epcglobal:cbv:mda:"
XML = f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="urn:x:" schemaVersion="2.0" creationDate="2026-03-01T08:00:00Z">
<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type="{TYPE}"><VocabularyElementList>
<VocabularyElement id="{PLACE}"><attribute id="urn:epcglobal:cbv:mda#countryCode">CN</attribute>
<attribute id="urn:x:a"><x:b>1</x:b></attribute>
<children><id>{SHELF}</id></children></VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension>
</EPCISHeader><EPCISBody><EventList/></EPCISBody></e:EPCISDocument>"""


def header(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"epcisMasterData": {"vocabularyList": [{"type": TYPE, "vocabularyElementList": list(elements), **more}]}}


def test_both_bindings_say_the_same_of_a_place() -> None:
    attributes = [{"id": "cbvmda:countryCode", "attribute": "CN"}, {"id": "urn:x:a", "attribute": {"urn:x:b": 1}}]
    told = document(event(), epcisHeader=header({"id": PLACE, "attributes": attributes, "children": [SHELF]}))

    (found,) = read(told, "application/ld+json").elements
    (again,) = read(XML.encode(), "application/xml").elements

    link = "https://id.gs1.org/414/0037000007296"
    assert (found.vocabulary, found.id, found.children) == (TYPE, link, (f"{link}/254/8201",))
    assert found.attributes == {f"{MDA}countryCode": ("CN",), "urn:x:a": ()}
    assert again == Element(found.vocabulary, found.id, found.attributes, found.children, again.where)
    assert again.where.endswith("/Vocabulary[1]/VocabularyElementList/VocabularyElement[1]")


@pytest.mark.parametrize(
    "text", ["cbvmda:city", "urn:epcglobal:cbv:mda#city", "urn:epcglobal:cbv:mda:city", "https://ref.gs1.org/cbv/mda/city"]
)
def test_attributes_of_the_vocabulary_have_one_name(text: str) -> None:
    assert attribute_name(text, {}) == f"{MDA}city"


def test_every_wrong_element_is_named_with_its_place() -> None:
    wrong = header({"id": "17", "attributes": [{"id": "x"}]}, {"id": PLACE, "children": ["y"]}, "z", {"id": PLACE, "attributes": 1})
    found = read(document(event(), epcisHeader=wrong), "application/ld+json")

    base = "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList"
    assert [one.path.removeprefix(base) for one in found.problems] == ["/0/id", "/0/attributes/0", "/1/children/0", "/2", "/3/attributes"]
    assert found.elements == ()


def test_an_element_that_comes_twice_and_a_vocabulary_that_is_none_are_refused() -> None:
    twice = read(document(event(), epcisHeader=header({"id": PLACE}, {"id": PLACE})), "application/ld+json")
    none = read(document(event(), epcisHeader=header({"id": PLACE}, vocabularyElementList={})), "application/ld+json")

    assert [one.problem for one in twice.problems] == ["comes twice in its vocabulary"]
    assert [one.path for one in none.problems] == ["/epcisHeader/epcisMasterData/vocabularyList/0"]


def test_master_data_of_others_is_read(data: Path) -> None:
    path = data / "openepcis/1.2/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"

    found = read(path.read_bytes(), "application/xml").elements

    assert [one.vocabulary.rpartition(":")[2] for one in found] == ["EPCClass"] * 2 + ["Location"] * 4
    assert {one.attributes[f"{MDA}countryCode"] for one in found[2:]} == {("US",)}
