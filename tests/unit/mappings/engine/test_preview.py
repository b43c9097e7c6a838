"""A preview says how every field came about, what made nothing, and what is wrong."""

from __future__ import annotations

from typing import Any

from mapping_desk import LINE, Desk

from mappings.engine.preview import preview, way_of

MAPPING = """\
mapping: kingdee/TEST
version: 1
documents:
  - document: movement
    each: {row: FEntity}
    when: {row.FState: [C]}
    key: {join: [T, {from: row.FID}], with: /}
    body:
      type: {constant: issue}
      at: {from: FDate, date: local}
      thing: {kind: {constant: lot}, item: row.FItem, number: row.FLot}
      quantity: {from: row.FQty, number: true}
      uom: {from: row.FUnit, code: grades}
      order: {first: [{from: row.FA}, {from: row.FB}]}
"""


def shown(desk: Desk, *rows: dict[str, Any]) -> dict[str, Any]:
    desk.write("codes/grades.csv", "from,to\n个,H87\n")
    mapper = desk.mapper(MAPPING)
    return preview(mapper, mapper.plan(LINE), {"FDate": "2026-03-01", "FEntity": list(rows), "FNew": 1})


ROW = {"FID": 1, "FState": "C", "FItem": "R", "FLot": "L1", "FQty": "1,000.50", "FUnit": " 个 ", "FB": "MO1"}


def test_every_field_has_its_source_its_steps_and_its_line(desk: Desk) -> None:
    told = shown(desk, ROW)

    fields = {field["field"]: field for field in told["documents"][0]["fields"]}
    assert told["problems"] == []
    assert fields["uom"] == {
        "field": "uom",
        "value": "H87",
        "rule": "mappings/kingdee/TEST.yml:13:7",
        "from": [{"path": "FEntity.0.FUnit", "value": " 个 "}],
        "steps": [{"verb": "code", "before": "个", "after": "H87", "by": "codes/grades.csv:2:1"}],
    }
    assert fields["order"]["value"] == "MO1"
    assert [one["path"] for one in fields["order"]["from"]] == ["FEntity.0.FA", "FEntity.0.FB"]
    assert set(fields) == {"key", "type", "at", "thing.kind", "thing.item", "thing.number", "quantity", "uom", "order"}
    assert told["new_fields"] == ["FNew"]


def test_what_makes_nothing_says_why(desk: Desk) -> None:
    told = shown(desk, ROW | {"FState": "A"})

    assert told["documents"] == []
    assert [(one["at"], one["because"]) for one in told["skipped"]] == [("FEntity.0", "row.FState is 'A', and must be one of C")]


def test_the_schemas_problems_have_the_mappings_line(desk: Desk) -> None:
    told = shown(desk, ROW | {"FUnit": "箱"}, ROW | {"FID": 2, "FItem": None})

    assert [(one["path"], one["rule"].partition(":")[2]) for one in told["problems"]] == [
        ("FEntity.0.FUnit", "13:7"),
        ("body.uom", "13:7"),
        ("body.thing.item", "11:38"),
    ]
    assert told["unknown_codes"] == [{"table": "grades", "code": "箱", "unknown": "reject"}]


def test_one_field_is_asked_for_by_its_name(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to\n个,H87\n")
    (values,) = desk.plan(MAPPING).explain({"FDate": "2026-03-01", "FEntity": [ROW]}).told

    assert [one["field"] for one in way_of(values, "thing")] == ["thing.kind", "thing.item", "thing.number"]
    assert [one["value"] for one in way_of(values, "body.quantity")] == ["1000.50"]
    assert way_of(values, "nothing") == []
