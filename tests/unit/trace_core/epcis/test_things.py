"""Identifiers of things, there and back."""

from __future__ import annotations

import pytest

from trace_core.epcis.things import Ground, gtin14, is_sscc
from trace_core.identifiers import ThingId, parse_thing

GROUND = Ground(base="https://id.example.com/", places={"4012345000016": "HZ"})


def named(uri: str, *, instance: bool = True) -> str:
    found = GROUND.thing_at(uri, "HZ", instance=instance)
    return found.uri if found else ""


@pytest.mark.parametrize(
    ("uri", "thing"),
    [
        ("urn:epc:id:sgtin:4012345.011111.S1", "HZ/serial/04012345111118/S1"),
        ("https://shop.example.com/01/04012345111118/21/S1?x=1", "HZ/serial/04012345111118/S1"),
        ("https://id.gs1.org/01/04012345111118/10/L%2F1", "HZ/lot/04012345111118/L%2F1"),
        ("urn:epc:id:sscc:4012345.0000000333", "HZ/container//040123450000003338"),
        ("urn:epc:id:grai:4012345.00022.9", "HZ/container//040123450002219"),
        ("urn:epc:id:giai:4012345.ABC", "HZ/serial/GIAI/4012345ABC"),
        ("https://id.example.com/thing/SU/lot/CAP/L1", "SU/lot/CAP/L1"),
        ("https://other.example.com/units/77", "HZ/serial/https%3A%2F%2Fother.example.com%2Funits%2F/77"),
        ("urn:epc:idpat:sgtin:4012345.011111.*", ""),
        ("https://id.gs1.org/01/04012345111118", ""),
        ("urn:epc:id:gdti:4012345.00009.PO-4711", ""),
        ("urn:epc:id:sgln:4012345.00001.0", ""),
    ],
)
def test_an_identifier_names_a_thing_or_none(uri: str, thing: str) -> None:
    assert named(uri) == thing


@pytest.mark.parametrize(
    "text",
    [
        "HZ/serial/04012345111118/S1",
        "HZ/lot/04012345111118/L 1",
        "HZ/lot/04012345111118/a-number-that-is-longer-than-gs1-allows",
        "HZ/container//040123450000003338",
        "HZ/container//CTN 1",
        "SU/serial/A%2FB/%25",
        "HZ/serial/https%3A%2F%2Fother.example.com%2Funits%2F/77",
        "HZ/lot/A/L1",
    ],
)
def test_a_thing_reads_back_from_its_identifier(text: str) -> None:
    thing = parse_thing(text)
    assert isinstance(thing, ThingId)

    assert GROUND.thing_at(GROUND.thing_uri(thing, "HZ"), "HZ", instance=thing.kind != "lot") == thing


def test_a_place_belongs_to_a_plant_by_uri_gln_or_its_own_name() -> None:
    assert GROUND.plant_at("urn:epc:id:sgln:4012345.00001.dock") == "HZ"
    assert GROUND.plant_at("https://id.example.com/plant/SU") == "SU"
    assert GROUND.plant_at("urn:epc:id:sgln:4012345.00009.0") is None


def test_numbers_of_documents_and_parties_lose_what_only_addresses_them() -> None:
    assert GROUND.number_of("urn:epcglobal:cbv:bt:4012345000009:DN%2F1", "shipment") == "DN/1"
    assert GROUND.number_of("urn:epc:id:pgln:0614141.00777", "party") == "0614141007776"
    assert GROUND.number_of("https://id.example.com/order/HZ/MO-1", "order") == "MO-1"
    assert GROUND.number_of("https://other.example.com/po/1", "order") == "https://other.example.com/po/1"


def test_check_digits_decide_what_a_number_is() -> None:
    assert is_sscc("040123450000003338")
    assert not is_sscc("040123450000003339")
    assert gtin14("4012345111118") == "04012345111118"
    assert gtin14("4012345111119") is None
