"""A site changes single fields of a shipped mapping and copies nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mapping_desk import LINE, Desk

from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.load import SHIPPED, read_mapping
from trace_core.errors import Misconfigured

KIND = "PRD_PickMtrl"
HEAD = f"mapping: kingdee/{KIND}\nversion: 2\nextends: %s\n"


def site(desk: Desk, text: str, version: int | None = None) -> Mapper:
    number = version or int(read_mapping(SHIPPED / "kingdee" / f"{KIND}.yml").version)
    return read_mapper(desk.write(f"mappings/kingdee/{KIND}.yml", HEAD % number + text), "kingdee", desk.folder)


def raw() -> dict[str, Any]:
    row: dict[str, Any] = {"FEntryID": 11, "FActualQty": "4", "FMoBillNo": "MO1", "F_OWN": "7"}
    row |= {name: {"FNumber": value} for name, value in {"FMaterialId": "R", "FLot": "L1", "FUnitID": "Pcs"}.items()}
    return {"FID": 1, "FDocumentStatus": "C", "FCancelStatus": "A", "FDate": "2026-03-01", "FApproveDate": "2026-03-01", "FEntity": [row]}


def test_one_field_is_changed_and_the_rest_stays(desk: Desk) -> None:
    mapper = site(desk, "documents:\n  - document: movement\n    body: {operation: row.F_OWN, order: null, thing: {number: row.F_OWN}}\n")
    shipped = read_mapper(SHIPPED / "kingdee" / f"{KIND}.yml", "kingdee")

    changed, before = (one.plan(LINE).apply(raw()).documents[0].body for one in (mapper, shipped))

    assert changed["operation"] == "7"
    assert "order" not in changed
    assert changed["thing"] == before["thing"] | {"number": "7"}
    assert {name: changed[name] for name in ("type", "at", "quantity", "uom")} == {
        name: before[name] for name in ("type", "at", "quantity", "uom")
    }
    assert mapper.told.version == f"{shipped.told.version}+2"
    assert mapper.version != shipped.version


def test_conditions_blocks_and_ignored_fields_are_added(desk: Desk) -> None:
    more = """
documents:
  - document: movement
    when: {row.F_OWN: ["8"]}
  - document: inspection
    each: {row: FEntity}
    key: {join: [I, {from: row.FEntryID}], with: /}
    body: {result: {constant: pass}}
ignore: [F_NEW]
"""
    mapper = site(desk, more)

    made = mapper.plan(LINE).apply(raw())

    assert [(one.kind, one.key) for one in made.documents] == [("inspection", "I/11")]
    assert mapper.unlisted({"F_NEW": 1}) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("documents:\n  - document: lot\n    body: {lot: x}\n", "makes no lot; a new block needs key"),
        ("documents:\n  - document: movement\n    name: other\n    body: {order: x}\n", "makes no movement named other"),
        ("documents:\n  - document: movement\n    body: {oder: x}\n", "did you mean order?"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_its_place(desk: Desk, text: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        site(desk, text)

    (problem,) = caught.value.problems
    assert said in problem.problem
    assert problem.path.startswith(f"mappings/kingdee/{KIND}.yml:")


def test_a_change_for_another_version_asks_to_be_looked_at(desk: Desk) -> None:
    with pytest.raises(Misconfigured) as caught:
        site(desk, "documents:\n  - document: movement\n    body: {order: null}\n", version=99)

    assert "changes version 99 of the shipped mapping, which is now version" in caught.value.problems[0].problem


def test_an_outward_mapping_makes_long_texts_characteristics_and_links(desk: Desk) -> None:
    text = """
mapping: kingdee/push_own
version: 1
direction: out
target: PRD_INSTOCK
fields:
  F_Lots: {list: lots, of: {join: [{from: it.item}, {from: it.number}], with: /}, with: "; ", limit: {bytes: 24, encoding: gbk}}
  F_Link: link
  Characteristics: {LW_TRACE: reference, LW_COMPLETE: {from: complete, flag: {true: [true], false: [false]}}}
  F_Empty: recall
"""
    mapper = read_mapper(desk.write("mappings/kingdee/push_own.yml", text), "kingdee", desk.folder)
    summary = {
        "lots": [{"item": "电阻", "number": "L1"}, {"item": "R-10K", "number": "L2"}, {"item": "R-10K", "number": "L3"}],
        "link": "https://trace.example.com/api/v1/trace/backward?id=HZ%2Fserial", "reference": "LW-1", "complete": True, "recall": "",
    }  # fmt: skip

    fields, problems = mapper.outward(summary, zone=LINE.zone, plant="HZ", connection="hz")

    assert problems == []
    assert fields == {
        "F_Lots": "电阻/L1; R-10K/L2; R-1…",
        "F_Link": "https://trace.example.com/api/v1/trace/backward?id=HZ%2Fserial",
        "Characteristics.LW_TRACE": "LW-1",
        "Characteristics.LW_COMPLETE": "true",
    }
    assert len(fields["F_Lots"].encode("gbk")) <= 24


def test_an_outward_mapping_is_changed_the_same_way(desk: Desk, tmp_path: Path) -> None:
    text = "mapping: kingdee/push_trace\nversion: 1\nextends: 1\ndirection: out\n"
    text += "fields: {F_OWN: {from: summary, limit: 12}, F_LW_TraceSummary: null}\n"
    mapper = read_mapper(desk.write("mappings/kingdee/push_trace.yml", text), "kingdee", tmp_path)

    fields, problems = mapper.outward({"reference": "LW-1", "summary": "48 units made"}, zone=LINE.zone, plant="HZ", connection="hz")

    assert problems == []
    assert fields == {"F_LW_TraceRef": "LW-1", "F_OWN": "48 units…"}
