"""Ids of things: there and back, whatever the numbers hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_core.identifiers import ItemCode, PlantCode, ThingId, parse_thing

TEXT = st.text(min_size=1, max_size=20)


@given(TEXT, TEXT, TEXT)
def test_an_id_reads_back_as_the_same_thing(plant: str, item: str, number: str) -> None:
    thing = ThingId(PlantCode(plant), "lot", ItemCode(item), number)

    assert parse_thing(thing.uri) == thing


def test_a_container_has_an_empty_item() -> None:
    assert parse_thing("HZ/container//C1") == ThingId(PlantCode("HZ"), "container", ItemCode(""), "C1")


@pytest.mark.parametrize("text", ["SN1", "HZ/lot/CAP", "HZ/box/CAP/L1", "HZ/container/CAP/C1", "HZ/lot//L1", "/lot/CAP/L1", "HZ/lot/CAP/"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert parse_thing(text) is None
