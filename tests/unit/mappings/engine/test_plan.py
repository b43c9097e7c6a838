"""A plan makes the same of every document, whichever way it is taken, and says everything that is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mapping_desk import LINE, Desk

from mappings.engine.steps import Line

RICH = """\
mapping: kingdee/TEST
version: 1
organisation: FOrg.FNumber
documents:
  - document: movement
    each: {row: FEntity, part: row.FParts}
    when: {FStatus: [C, "1"], row.FLot: present, part.FQty: {above: 0}}
    key: {join: [T, {from: FID}, {from: row.FEntryID}, {from: part.FSeq}], with: /}
    recorded_at: {from: FDate, date: local, empty: ["0001-01-01"]}
    body:
      type: {constant: issue}
      at: {first: [{from: row.FDate, date: utc}, {from: FDate, date: local}], required: true}
      thing: {kind: {constant: lot}, item: row.FItem.FNumber, number: {from: row.FLot, call: half_width}}
      quantity:
        from: part.FQty
        number: true
        convert: {from: {from: part.FUnit, code: units}, to: {constant: H87}, item: row.FItem.FNumber}
      uom: {from: part.FUnit, code: {table: units, unknown: keep}}
      order: {from: FOrder, split: "-", take: 0, when: {FKind: {not: [x]}}}
      backflush: {from: row.FFlag, flag: {true: ["1", true], false: ["0", false, ""]}}
  - document: lot
    each: {row: FEntity}
    when: {row.FLot: present}
    key: {join: [L, {from: row.FEntryID}], with: /}
    body:
      item: {from: row.FItem.FNumber, required: true}
      lot: row.FLot
      date_code: {from: row.FCode, code: {table: grades, unknown: hold}}
"""
LISTS = """\
mapping: kingdee/TEST
version: 1
organisation: FOrg.FNumber
documents:
  - document: operation
    when: {FKind: present}
    key: {join: [P, {from: FID}], with: /}
    body:
      order: FOrder
      equipment: {list: FEntity, of: it.FLot, with: "; "}
      inputs:
        list: FEntity
        of:
          thing: {kind: {constant: lot}, item: it.FItem.FNumber, number: it.FLot, plant: {from: it.FLot, when: {it.FFlag: ["1"]}}}
          uom: {from: it.FCode, code: {table: grades, unknown: keep}}
          designators: {list: it.FParts, of: {from: it.FQty, number: true}}
      outputs: {list: FEntity, of: {lot: it.FItem.FNumber}, required: true}
"""
blank = st.sampled_from([None, "", " ", "　"])
texts = st.one_of(blank, st.sampled_from(["A", " A ", "B-7", "Ｌ１", "x", "C", "批次"]), st.integers(0, 3), st.booleans())
numbers = st.one_of(blank, st.sampled_from(["1", "1.50", "1,000", "-3", "abc", "１２"]), st.integers(-2, 9), st.decimals(0, 9, places=2))
dates = st.one_of(blank, st.sampled_from(["2026-03-01", "2026/03/01 08:00:00", "2026-03-01T08:00:00", "gestern", "0001-01-01"]))


def record(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


named = st.one_of(record(FNumber=texts), blank)
parts = record(FSeq=st.integers(1, 3), FQty=numbers, FUnit=st.sampled_from(["Pcs", "PCS", "kg", "卷", None, "Ｐｃｓ"]))
rows = record(
    FEntryID=st.integers(1, 4),
    FLot=texts,
    FItem=named,
    FDate=dates,
    FFlag=st.sampled_from(["1", "0", True, False, None, "2"]),
    FCode=st.sampled_from(["A", "Z", None]),
    FParts=st.one_of(st.lists(parts, max_size=3), st.none(), texts),
)
documents = record(
    FID=st.integers(1, 9), FStatus=st.sampled_from(["C", "1", 1, "A", None]), FOrg=named, FDate=dates, FOrder=texts, FKind=texts,
    FEntity=st.one_of(st.lists(rows, max_size=3), st.none()),
)  # fmt: skip


@settings(max_examples=800, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(documents, max_size=6), st.sampled_from([RICH, LISTS]))
def test_many_at_once_one_by_one_and_explained_are_the_same(desk: Desk, told: list[Any], mapping: str) -> None:
    plan = ready(desk, mapping)

    together = plan.apply_many(told)
    alone = [plan.apply(one) for one in told]
    explained = [plan.explain(one).outcome for one in told]

    for one, other, third in zip(together, alone, explained, strict=True):
        assert one.problems == other.problems == third.problems
        assert one.unknown == other.unknown == third.unknown
        if not one.problems:
            assert one.documents == other.documents == third.documents


PLANS: dict[Any, Any] = {}


def ready(desk: Desk, mapping: str = RICH) -> Any:
    if (desk.folder, mapping) not in PLANS:
        desk.write("codes/grades.csv", "from,to,organisation\nA,GA,\nA,GB,A\n")
        desk.write("codes/unit_rates.csv", "from,to,factor,item\nREEL,H87,5000,\n卷,H87,5000,A\n")
        PLANS[desk.folder, mapping] = desk.plan(mapping)
    return PLANS[desk.folder, mapping]


def test_two_rows_with_one_key_are_refused_by_name(desk: Desk) -> None:
    row = {"FEntryID": 1, "FLot": "A", "FItem": {"FNumber": "R"}}

    (outcome,) = ready(desk).apply_many([{"FEntity": [row, row]}])

    assert [(problem.path, problem.value) for problem in outcome.problems] == [("FEntity.1", "L/1")]
    assert "identifier that stays" in outcome.problems[0].problem


def test_one_bad_document_does_not_spoil_its_neighbours(desk: Desk) -> None:
    plan = desk.body("at: {from: FDate, date: local}")
    told = [{"FID": n, "FDate": "gestern" if n == 300 else "2026-03-01"} for n in range(1000)]

    outcomes = plan.apply_many(told)

    assert [n for n, one in enumerate(outcomes) if one.problems] == [300]
    assert sum(len(one.documents) for one in outcomes if not one.problems) == 999


def test_an_unknown_code_says_what_it_does(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to\nA,GA\n")
    plan = desk.body("""
        type: {from: a, code: grades}
        order: {from: b, code: {table: grades, unknown: hold}}
        operation: {from: c, code: {table: grades, unknown: keep}}
    """)

    bad, kept = plan.apply_many([{"FID": 1, "a": "X", "b": "Y", "c": "Z"}, {"FID": 2, "a": "A", "c": "Z"}])

    assert [(one.code, one.policy) for one in bad.unknown] == [("X", "reject"), ("Y", "hold"), ("Z", "keep")]
    assert [problem.value for problem in bad.problems] == ["X", "Y"]
    assert kept.problems == []
    assert kept.documents[0].body == {"type": "GA", "operation": "Z"}


def test_a_code_in_other_letters_is_hinted_at(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to\nPcs,H87\n")

    (problem,) = desk.body("type: {from: a, code: grades}").apply({"FID": 1, "a": "ＰＣＳ"}).problems

    assert problem.problem.startswith("is not in the code table grades (it has Pcs); add the row")


def test_codes_are_scoped_by_organisation_and_day(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to,organisation,valid_from,valid_to\nA,OLD,,,2026-04-01\nA,NEW,,2026-04-01,\nA,ORG,100,,\n")
    plan = desk.plan(
        "mapping: kingdee/TEST\nversion: 1\norganisation: org\ndocuments:\n  - document: movement\n    key: {from: FID}\n"
        "    body: {type: {from: a, code: {table: grades, on: day}}}\n"
    )
    told = [
        {"FID": 1, "a": "A", "day": "2026-03-31T23:00:00"},
        {"FID": 2, "a": "A", "day": "2026/04/01"},
        {"FID": 3, "a": "A", "org": "100", "day": "2026-03-01"},
    ]

    assert [one.documents[0].body["type"] for one in plan.apply_many(told)] == ["OLD", "NEW", "ORG"]
    assert "needs a day" in plan.apply({"FID": 4, "a": "A", "day": "heute"}).problems[0].problem


def test_another_plants_zone_and_codes_are_its_own(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to,plant\nA,1,\nA,2,SU\n")
    fields = "at: {from: d, date: local}\ntype: {from: a, code: grades}"
    told = {"FID": 1, "d": "2026-07-01", "a": "A"}

    here = desk.body(fields).apply(told).documents[0].body
    there = desk.body(fields, Line("su", "SU", ZoneInfo("Europe/Berlin"))).apply(told).documents[0].body

    assert (here, there) == ({"at": "2026-07-01T00:00:00+08:00", "type": "1"}, {"at": "2026-07-01T00:00:00+02:00", "type": "2"})


@pytest.mark.parametrize(
    ("verbs", "value", "made"),
    [
        ("{from: a, limit: 10}", "批次一览表", "批次…"),
        ("{from: a, limit: {bytes: 6, encoding: gbk, more: ''}}", "批次一览", "批次一"),
        ("{from: a, limit: {characters: 3}}", "abcdef", "ab…"),
        ("{from: a, empty: ['-', N/A]}", " - ", None),
        ("{from: a, date: Asia/Tokyo}", "2026-03-01", "2026-03-01T00:00:00+09:00"),
        ("{from: a, date: utc, format: '%d.%m.%Y %H:%M'}", "01.03.2026 08:15", "2026-03-01T08:15:00Z"),
        ("{from: a, date: odata}", "/Date(0)/", "1970-01-01T00:00:00Z"),
        ("{from: a, call: {function: without_leading, sign: '0'}}", "000123", "123"),
        ("{from: a, number: true, call: negated}", "-5", "5"),
        ("{join: [x, {from: a, when: {a: [y]}}], with: '-'}", "z", None),
        ("{from: a, number: true}", Decimal("1E+2"), "100"),
    ],
)  # fmt: skip
def test_verbs(desk: Desk, verbs: str, value: Any, made: Any) -> None:
    outcome = desk.body(f"type: {verbs}").apply({"FID": 1, "a": value})

    assert outcome.problems == []
    assert outcome.documents[0].body.get("type") == made


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{above: 0}", "1 -"),
        ("{other_than: 0}", "-1 1 x None"),
        ("{at_least: -1, below: 1}", "-1 0 0.000"),
        ('{not: ["0"]}', "-1 0.000 1 x None"),
    ],
)
def test_conditions_on_numbers(desk: Desk, condition: str, holds: str) -> None:
    head = "mapping: kingdee/TEST\nversion: 1\ndocuments:\n  - document: movement\n"
    plan = desk.plan(f"{head}    when: {{q: {condition}}}\n    key: FID\n    body: {{type: q}}\n")
    values = ["-1", "0", "0.000", "1", "x", None]

    assert [str(value) for value in values if plan.apply({"FID": 1, "q": value}).documents] == holds.removesuffix(" -").split()


def test_lists_of_rows_and_lists_written_out(desk: Desk) -> None:
    plan = desk.plan(
        "mapping: kingdee/TEST\nversion: 1\ndocuments:\n  - document: operation\n    key: {from: FID}\n    body:\n"
        "      people: [a, b, {constant: c}]\n      inputs: {list: rows, of: {uom: it.u, designators: {list: it.d, of: it}}}\n"
    )
    told = {"FID": 1, "a": " ", "b": 7, "rows": [{"u": "x", "d": ["C1", "", 2]}, {"u": " "}, {"d": "no list"}]}

    assert plan.apply(told).documents[0].body == {"people": ["7", "c"], "inputs": [{"uom": "x", "designators": ["C1", "2"]}]}


def test_an_explanation_names_sources_steps_rows_and_what_made_nothing(desk: Desk) -> None:
    plan = ready(desk)
    row = {
        "FEntryID": 1,
        "FLot": "Ｌ１",
        "FItem": {"FNumber": "A"},
        "FParts": [{"FSeq": 1, "FQty": "2", "FUnit": "卷"}, {"FSeq": 2, "FQty": "0"}],
    }

    told = plan.explain({"FID": 7, "FStatus": "C", "FDate": "2026-03-01", "FEntity": [row]})
    by_target = {one.target: one for one in told.told[0]}

    assert told.outcome.problems[0].path == "FEntity.0.FParts.0.FUnit"  # 卷 is in no code table of units
    assert by_target["body.thing.number"].sources == (("FEntity.0.FLot", "Ｌ１"),)
    assert [(step.verb, step.after, step.by) for step in by_target["body.thing.number"].steps] == [("call", "L1", "half_width")]
    assert [(one.path, one.condition.path, one.found) for one in told.skipped] == [("FEntity.0.FParts.1", "part.FQty", "0")]


def test_the_line_of_an_explanation_is_that_of_the_mapping(desk: Desk) -> None:
    desk.write("codes/grades.csv", "from,to\nA,GA\n")
    (told,) = desk.body("type: {from: a, code: grades}").explain({"FID": 1, "a": " A "}).told

    (value,) = [one for one in told if one.target == "body.type"]
    assert (str(value.place), value.made) == ("mappings/kingdee/TEST.yml:7:7", "GA")
    assert [(step.before, step.after, step.by) for step in value.steps] == [("A", "GA", "codes/grades.csv:2:1")]
    assert LINE.plant == "HZ"
