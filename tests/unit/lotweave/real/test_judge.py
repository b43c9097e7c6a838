"""The judge of the real run sees every difference, so that "all as Tryton says" means something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import responses

from connectors.generic.client import RestClient
from connectors.generic.definition import read_definition
from connectors.kit.manifest import manifest, typed
from lotweave.real.judge import Genealogy, by_tryton, differences

URL = "http://tryton.example"
STEEL, GEAR, BOX = ("STEEL", "steel-A"), ("GEAR", "gear-7"), ("BOX", "box-1")


def row(number: int, lot: tuple[str, str], quantity: float, ends: tuple[str, str], **more: Any) -> dict[str, Any]:
    told = {"id": number, "product.": {"code": lot[0]}, "lot.": {"number": lot[1]}, "quantity": quantity}
    places = {"from_location.": {"type": ends[0]}, "to_location.": {"type": ends[1]}}
    return {"production_input.": None, "production_output.": None, "upward_traces": [], "downward_traces": []} | told | places | more


STORY = [
    row(1, STEEL, 2.5, ("supplier", "storage"), upward_traces=[2]),
    row(2, STEEL, 0.5, ("storage", "production"), **{"production_input.": {"number": "1"}}, upward_traces=[3], downward_traces=[1]),
    row(3, GEAR, 4, ("production", "storage"), **{"production_output.": {"number": "1"}}, upward_traces=[4], downward_traces=[2]),
    row(4, GEAR, 1, ("storage", "customer"), downward_traces=[3]),
]


def told(folder: Path, rows: list[dict[str, Any]]) -> Genealogy:
    (folder / "x.yml").write_text("request: {path: /, rows: rows}\nkinds: {}\n", "utf-8")
    client = RestClient(
        read_definition(folder / "x.yml"), typed(manifest("generic"), {"url": URL, "definition": str(folder / "x.yml")}, "test")
    )
    with responses.RequestsMock() as wire:
        wire.post(f"{URL}/", json={"rows": rows})
        return by_tryton(client)


def test_it_reads_edges_quantities_and_whole_traces_out_of_trytons_rows(tmp_path):
    found = told(tmp_path, STORY)

    assert found.lots == {STEEL, GEAR}
    assert found.forward == found.backward == {(STEEL, GEAR, "1"): Decimal("0.5")}
    assert found.moved == {
        (STEEL, "receive", ""): Decimal("2.5"),
        (STEEL, "issue", "1"): Decimal("0.5"),
        (GEAR, "produce", "1"): Decimal(4),
        (GEAR, "ship", ""): Decimal(1),
    }
    assert found.reached == {(STEEL, "forward"): (GEAR,), (STEEL, "backward"): (), (GEAR, "forward"): (), (GEAR, "backward"): (STEEL,)}


def test_it_gives_an_edge_no_quantity_where_a_production_made_several_lots(tmp_path):
    second = row(5, BOX, 1, ("production", "storage"), **{"production_output.": {"number": "1"}}, downward_traces=[2])
    both = [one | {"upward_traces": [3, 5]} if one["id"] == 2 else one for one in STORY]

    assert told(tmp_path, [*both, second]).forward == {(STEEL, GEAR, "1"): None, (STEEL, BOX, "1"): None}


def test_it_finds_no_difference_between_equals(tmp_path):
    assert differences(told(tmp_path, STORY), told(tmp_path, STORY)) == []


@pytest.mark.parametrize("name", ["forward", "backward", "moved", "reached"])
def test_it_tells_what_only_one_side_says(tmp_path, name):
    found = told(tmp_path, STORY)
    emptied = replace(found, **{name: {}})

    assert len(differences(emptied, found)) == len(differences(found, emptied)) == len(found.tables()[name])


def test_it_tells_a_quantity_that_differs(tmp_path):
    found = told(tmp_path, STORY)
    doubled = replace(found, moved={key: quantity * 2 for key, quantity in found.moved.items()})

    assert "moved STEEL steel-A issue 1: we 1.0, Tryton 0.5" in differences(doubled, found)


def test_it_tells_an_edge_without_a_quantity_from_no_edge(tmp_path):
    found = told(tmp_path, STORY)
    unknown = replace(found, forward=dict.fromkeys(found.forward))

    assert differences(unknown, replace(found, forward={})) == ["forward STEEL steel-A GEAR gear-7 1: we no quantity, Tryton nothing"]
