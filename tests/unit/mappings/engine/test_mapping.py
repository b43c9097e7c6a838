"""Mappings: what they make, and how they say what is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.engine.apply import read_mapper
from mappings.engine.check import mapping_problems
from mappings.engine.load import SHIPPED, read_mapping
from trace_core.errors import Misconfigured

GOOD = """\
mapping: kingdee/TEST
version: 3
documents:
  - document: movement
    each: {row: FEntity}
    when: {FStatus: [C], row.FLot: present}
    key: {join: [TEST, {from: FID}, {from: row.FEntryID}], with: /}
    body:
      type: {constant: issue}
      at: {from: FDate, date: local}
      thing: {kind: {constant: lot}, item: row.FMaterial, number: row.FLot}
      quantity: {from: row.FQty, number: true}
      uom: {from: row.FUnit, code: units}
      order: row.FOrder
ignore: [FEntity.FStock]
"""
RAW: dict[str, Any] = {
    "FID": 7,
    "FStatus": "C",
    "FDate": "2026-03-01T08:00:00",
    "FEntity": [
        {"FEntryID": 1, "FMaterial": "R-10K", "FLot": "L1", "FQty": Decimal("1234.50"), "FUnit": "Pcs", "FOrder": "MO1", "FStock": "W1"},
        {"FEntryID": 2, "FMaterial": "胶水", "FLot": "Ｌ２", "FQty": "１，234.5", "FUnit": "g", "FOrder": " MO1 ", "FStock": "W1"},
        {"FEntryID": 3, "FMaterial": "R-10K", "FLot": " ", "FQty": "1", "FUnit": "Pcs", "FOrder": "MO1"},
    ],
}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mappings" / "kingdee" / "TEST.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def apply(tmp_path: Path, raw: dict[str, Any], text: str = GOOD) -> Any:
    mapper = read_mapper(write(tmp_path, text), "kingdee", tmp_path)
    outcome = mapper.apply(raw, zone=ZoneInfo("Asia/Shanghai"), plant="HZ", connection="hz")
    return outcome.documents, outcome.problems


def test_each_row_makes_a_document_and_a_row_that_does_not_hold_makes_none(tmp_path: Path) -> None:
    made, problems = apply(tmp_path, RAW)

    assert problems == []
    assert [one.key for one in made] == ["TEST/7/1", "TEST/7/2"]
    assert made[0].body["at"] == "2026-03-01T08:00:00+08:00"
    assert [one.body["quantity"] for one in made] == ["1234.5", "1234.5"]
    assert [one.body["uom"] for one in made] == ["H87", "GRM"]
    assert made[1].body["order"] == "MO1"


def test_a_voided_bill_makes_nothing(tmp_path: Path) -> None:
    assert apply(tmp_path, RAW | {"FStatus": "A"}) == ([], [])


def test_every_problem_names_path_value_and_place(tmp_path: Path) -> None:
    row = {"FEntryID": 1, "FMaterial": "R", "FLot": "L1", "FQty": "abc", "FUnit": "箱", "FOrder": "MO1"}

    _, problems = apply(tmp_path, RAW | {"FDate": "gestern", "FEntity": [row]})

    assert [(problem.path, problem.value, problem.rule.partition(":")[2]) for problem in problems] == [
        ("FDate", "gestern", "10:7"),
        ("FEntity.0.FQty", "abc", "12:7"),
        ("FEntity.0.FUnit", "箱", "13:7"),
    ]
    assert "codes/units.csv" in problems[2].problem


def test_a_sites_code_table_comes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "units.csv").write_text("from,to,plant\n箱,BX,SU\n箱,BOX,HZ\n", "utf-8")
    row = {"FEntryID": 1, "FMaterial": "R", "FLot": "L1", "FQty": "1", "FUnit": "箱", "FOrder": "MO1"}

    made, problems = apply(tmp_path, RAW | {"FEntity": [row]})

    assert problems == []
    assert made[0].body["uom"] == "BOX"


def test_new_fields_of_the_source_are_reported(tmp_path: Path) -> None:
    mapper = read_mapper(write(tmp_path, GOOD), "kingdee", tmp_path)

    assert mapper.unlisted(RAW | {"FNew": 1}) == {"FNew"}


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("document: movement", "document: movment", "4:5", "did you mean movement?"),
        ("quantity: {from", "quantty: {from", "12:7", "did you mean quantity?"),
        ("number: true", "nummer: true", "12:34", "did you mean number?"),
        ("date: local", "date: lokal", "10:25", "must be one of"),
        ("version: 3", "version: three", "2:1", "whole number"),
        ("when: {FStatus: [C]", "when: {FStatus: C", "6:12", "a condition is"),
        ("    key: {join", "    kee: {join", "7:5", "did you mean key?"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_at_its_place(tmp_path: Path, old: str, new: str, place: str, said: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))

    with pytest.raises(Misconfigured) as caught:
        read_mapping(path)

    found = [(problem.path.partition(":")[2], problem.problem) for problem in caught.value.problems]
    assert any(at == place and said in text for at, text in found), found


def test_broken_yaml_is_named_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_mapping(write(tmp_path, GOOD.replace("version: 3", "version: [3")))

    assert caught.value.problems[0].path.startswith("mappings/kingdee/TEST.yml:")


def test_all_shipped_mappings_are_in_order(tmp_path: Path) -> None:
    kinds = {(path.parent.name, path.stem) for path in SHIPPED.glob("*/*.yml")}

    assert len(kinds) > 25
    assert mapping_problems(tmp_path, kinds) == []
