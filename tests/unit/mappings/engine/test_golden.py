"""Golden cases: read with every mistake named, run with every difference named, accepted in a form that stays."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from mappings.engine.apply import Mapper
from mappings.engine.golden import Difference, accept, read_cases, run
from trace_core.errors import Misconfigured

ISSUE = """
mapping: kingdee/TEST
version: 1
documents:
  - document: movement
    name: lots
    each: {row: FEntity}
    when: {FState: [C]}
    key: {join: [TEST, {from: FID}, {from: row.FSeq}], with: /}
    recorded_at: {from: FAudited, date: local}
    body:
      type: {constant: receive}
      at: {from: FDate, date: local}
      thing: {kind: {constant: lot}, item: row.FItem, number: row.FLot}
      quantity: {from: row.FQty, number: true, required: true}
      uom: {constant: H87}
"""
OUT = "mapping: kingdee/TEST\nversion: 1\ndirection: out\ntarget: TEST\nfields: {F_Ref: reference, F_Sum: summary}\n"
ROW = '{"FSeq": 1, "FItem": "gear", "FLot": "gear-7", "FQty": 2.50}'
RAW = f'{{"FID": 7, "FState": "C", "FDate": "2026-03-01", "FAudited": "2026-03-02T10:00:00", "FEntity": [{ROW}]}}'
MADE = {
    "kind": "movement",
    "key": "TEST/7/1",
    "recorded_at": "2026-03-02T10:00:00+08:00",
    "body": {
        "at": "2026-03-01T00:00:00+08:00",
        "quantity": "2.5",
        "thing": {"item": "gear", "kind": "lot", "number": "gear-7"},
        "type": "receive",
        "uom": "H87",
    },
}


def write(folder: Path, text: str, name: str = "usual") -> Path:
    path = folder / "kingdee" / "TEST" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def case_of(folder: Path, raw: str = RAW, **expected: object) -> Path:
    rest = "".join(f', "{name}": {json.dumps(value)}' for name, value in expected.items())
    return write(folder, f'{{"says": "What comes in.", "raw": {raw}{rest}}}')


def differences(folder: Path, mapper: Mapper) -> list[Difference]:
    (case,) = read_cases(folder)
    return run(case, mapper)


@pytest.fixture
def mapper(desk) -> Mapper:
    return desk.mapper(ISSUE)


def test_a_case_that_is_as_it_says_has_no_difference(tmp_path, mapper):
    case_of(tmp_path, makes=[MADE])

    assert differences(tmp_path, mapper) == []


def test_every_difference_is_named_by_document_and_field(tmp_path, mapper):
    other = MADE | {"body": MADE["body"] | {"quantity": "3", "order": "MO-1001"}}
    case_of(tmp_path, makes=[other])

    assert differences(tmp_path, mapper) == [
        Difference("makes.movement TEST/7/1.body.quantity", "3", "2.5"),
        Difference("makes.movement TEST/7/1.body.order", "MO-1001", None),
    ]


def test_a_document_that_does_not_come_and_one_that_was_not_expected_are_named(tmp_path, mapper):
    case_of(tmp_path, makes=[MADE | {"key": "TEST/8/1"}])

    assert [(one.path, one.expected is None, one.found is None) for one in differences(tmp_path, mapper)] == [
        ("makes.movement TEST/8/1", False, True),
        ("makes.movement TEST/7/1", True, False),
    ]


def test_a_problem_fits_by_a_part_of_its_sentence_and_takes_all_documents_with_it(tmp_path, mapper):
    second = ROW.replace("1", "2", 1).replace("2.50", '"viel"')
    good_and_bad = RAW.replace(ROW, f"{ROW}, {second}")
    case_of(tmp_path, good_and_bad, problems=[{"path": "FEntity.1.FQty", "value": "viel", "problem": "no number"}])

    assert differences(tmp_path, mapper) == []


def test_a_problem_of_the_schema_is_a_problem_of_the_case(tmp_path, mapper):
    case_of(tmp_path, RAW.replace("2.50", "-2.50"), problems=[{"path": "body.quantity", "value": "-2.5"}])

    assert differences(tmp_path, mapper) == []


def test_problems_that_do_not_come_and_that_nobody_expected_are_named(tmp_path, mapper):
    case_of(tmp_path, RAW.replace("2.50", '"viel"'), problems=[{"path": "FDate", "problem": "no date"}])

    assert [one.path for one in differences(tmp_path, mapper)] == ["problems.FDate", "problems.FEntity.0.FQty"]


def test_what_makes_nothing_says_why_where_the_case_asks(tmp_path, mapper):
    skip = {"row": "FEntity.0", "of": "movement lots", "because": "FState", "wants": "one of C", "found": "A"}
    case_of(tmp_path, RAW.replace('"C"', '"A"'), makes=[], skips=[skip])

    assert differences(tmp_path, mapper) == []


def test_accepting_writes_what_comes_out_keeps_digits_and_stays(tmp_path, mapper):
    path = case_of(tmp_path)

    accepted = accept(read_cases(tmp_path)[0], mapper)
    text = path.read_text("utf-8")

    assert '"FQty": 2.50' in text
    assert accepted.told["makes"] == [MADE]
    assert differences(tmp_path, mapper) == []
    accept(read_cases(tmp_path)[0], mapper)
    assert path.read_text("utf-8") == text


def test_accepting_keeps_the_wording_of_a_problem_that_still_fits(tmp_path, mapper):
    worded = [{"path": "FEntity.0.FQty", "problem": "number"}]
    case_of(tmp_path, RAW.replace("2.50", '"viel"'), problems=worded)

    assert accept(read_cases(tmp_path)[0], mapper).told["problems"] == worded


def test_accepting_a_document_that_makes_nothing_writes_why(tmp_path, mapper):
    case_of(tmp_path, RAW.replace('"C"', "null"))

    assert [skip["because"] for skip in accept(read_cases(tmp_path)[0], mapper).told["skips"]] == ["FState"]


def test_a_case_of_an_outward_mapping_expects_fields(tmp_path, desk):
    mapper = desk.mapper(OUT)
    case_of(tmp_path, '{"reference": "LW-1", "summary": ""}', fields={"F_Ref": "LW-2"})

    assert differences(tmp_path, mapper) == [Difference("fields.F_Ref", "LW-2", "LW-1")]
    assert accept(read_cases(tmp_path)[0], mapper).told["fields"] == {"F_Ref": "LW-1"}
    assert differences(tmp_path, mapper) == []


def test_a_case_names_its_plant_zone_and_connection(tmp_path):
    write(tmp_path, f'{{"says": "x", "plant": "SU", "zone": "Europe/Berlin", "connection": "su", "raw": {RAW}}}')

    (case,) = read_cases(tmp_path, "kingdee", "TEST")

    assert (case.name, case.line.plant, str(case.line.zone), case.line.connection) == ("kingdee/TEST/usual", "SU", "Europe/Berlin", "su")
    assert case.told["raw"]["FEntity"][0]["FQty"].as_tuple() == Decimal("2.50").as_tuple()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "kingdee/TEST/usual.json"),
        ("[]", "kingdee/TEST/usual.json"),
        ('{"says": " ", "raw": {}}', "kingdee/TEST/usual.json: says"),
        ('{"says": "x", "raw": []}', "kingdee/TEST/usual.json: raw"),
        ('{"says": "x", "raw": {}, "about": "odd"}', "kingdee/TEST/usual.json: about"),
        ('{"says": "x", "raw": {}, "zone": "Mars"}', "kingdee/TEST/usual.json: zone"),
        ('{"says": "x", "raw": {}, "zone": []}', "kingdee/TEST/usual.json: zone"),
        ('{"says": "x", "raw": {}, "plant": 7}', "kingdee/TEST/usual.json: plant"),
        ('{"says": "x", "raw": {}, "make": []}', "kingdee/TEST/usual.json: make"),
        ('{"says": "x", "raw": {}, "makes": {}}', "kingdee/TEST/usual.json: makes"),
        ('{"says": "x", "raw": {}, "fields": []}', "kingdee/TEST/usual.json: fields"),
    ],
)
def test_what_is_wrong_with_a_case_is_named_with_its_file(tmp_path, text, where):
    write(tmp_path, text)

    with pytest.raises(Misconfigured) as caught:
        read_cases(tmp_path)

    assert [problem.path for problem in caught.value.problems] == [where]


def test_mistakes_of_all_files_are_named_at_once(tmp_path):
    write(tmp_path, "{", "one")
    write(tmp_path, "[]", "two")

    with pytest.raises(Misconfigured) as caught:
        read_cases(tmp_path)

    assert len(caught.value.problems) == 2
