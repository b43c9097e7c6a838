"""Mappings at work: unknown codes and those that wait for them, fields of the systems, versions, what runs should make."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.kit.contract import RawDocument
from lotweave.bootstrap import House
from lotweave.plumbing import plumbing_of
from lotweave.settings import Connection, Plant
from mappings.engine.apply import read_mapper
from pipelines.ports import Plumbing
from pipelines.state import inbox, mapping_releases, quarantine, runs, source_fields, unknown_codes
from pipelines.steps.interpret import interpret
from pipelines.steps.load import load
from pipelines.steps.mapped import difference, drift, why
from pipelines.steps.replay import interpret_again
from pipelines.steps.summary import summarise
from pipelines.steps.sweep import sweep
from trace_core.errors import Rejected
from trace_core.identifiers import parse_thing
from trace_core.store.sources import current_of_sources

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MAPPING = """\
mapping: kingdee/TEST
version: 1
documents:
  - document: lot
    key: FID
    body:
      item: FItem
      lot: FLot
      supplier: FSupplier
      quality: {from: FGrade, code: {table: grades, unknown: %s}}
expect: {rejected: {at_most: 0.5}, documents: {lot: {at_least: 2}}}
"""


@pytest.fixture
def site(house: House, tmp_path: Path) -> House:
    """A house with one Kingdee connection and a mapping and table of its own."""
    folder = tmp_path / "site"
    for name in ("mappings/kingdee", "codes"):
        (folder / name).mkdir(parents=True)
    plant, line = Plant("HZ", "HZ", ZoneInfo("Asia/Shanghai")), Connection("hz", "HZ", "kingdee", (), {})
    return replace(house, site=replace(house.site, folder=folder, plants={"HZ": plant}, connections={"hz": line}))


def write(house: House, policy: str, grades: str) -> None:
    (house.site.folder / "mappings/kingdee/TEST.yml").write_text(MAPPING % policy, "utf-8")
    (house.site.folder / "codes/grades.csv").write_text(f"from,to\n{grades}", "utf-8")


def keep(house: House, *told: dict[str, Any], run: int | None = None) -> None:
    """Raw documents into the inbox."""
    raw = [RawDocument("hz", "TEST", str(one["FID"]), None, json.dumps(one).encode(), NOW) for one in told]
    with house.begin() as connection:
        inbox.keep(connection, raw, plant="HZ", run_id=run)


def lot(number: int, grade: str | None = "A", **more: Any) -> dict[str, Any]:
    return {"FID": number, "FItem": "CAP", "FLot": f"L{number}", "FGrade": grade} | more


def held(house: House) -> dict[str, Any]:
    """Current lots by key: (quality, revision)."""
    with house.begin() as connection:
        found = current_of_sources(connection, [("hz", "TEST", str(n)) for n in range(1, 9)])
        return {name[2]: row.mapping_version for name, row in found.items()}


def codes(house: House) -> list[tuple[str, int]]:
    with house.begin() as connection:
        return [(told["code"], told["documents"]) for told in unknown_codes.listing(connection)]


def waits(house: House) -> list[str]:
    with house.begin() as connection:
        return [told["stage"] for told in quarantine.listing(connection)]


@pytest.mark.parametrize(("policy", "stage"), [("reject", "interpret"), ("hold", "held")])
def test_documents_with_an_unknown_code_wait_until_the_row_is_added(site: House, policy: str, stage: str) -> None:
    write(site, policy, "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1), lot(2, "B"), lot(3, "B"), lot(4, "C"))

    interpret("HZ", plumbing)
    assert (codes(site), waits(site), list(held(site))) == ([("B", 2), ("C", 1)], [stage] * 3, ["1"])
    sweep(plumbing)
    interpret("HZ", plumbing)
    assert codes(site) == [("B", 2), ("C", 1)]

    write(site, policy, "A,released\nB,hold\n")
    sweep(plumbing)
    interpret("HZ", plumbing)

    assert (codes(site), waits(site), sorted(held(site))) == ([("C", 1)], [stage], ["1", "2", "3"])


def test_a_code_keeps_since_when_it_is_known_to_be_unknown(site: House) -> None:
    write(site, "keep", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1, "Z"))
    interpret("HZ", plumbing)
    with site.begin() as connection:
        (first,) = unknown_codes.listing(connection)

    keep(site, lot(1, "Z", FSupplier="M"))
    interpret("HZ", plumbing)

    with site.begin() as connection:
        (second,) = unknown_codes.listing(connection)
    assert (second["first_seen"], second["documents"]) == (first["first_seen"], 1)
    assert second["last_seen"] > first["last_seen"]


def test_a_code_that_is_kept_is_noted_and_stops_nothing(site: House) -> None:
    write(site, "keep", "A,released\n")
    keep(site, lot(1, "hold"), lot(2))

    interpret("HZ", plumbing_of(site))

    assert (codes(site), waits(site), sorted(held(site))) == ([("hold", 1)], [], ["1", "2"])


def test_a_code_leaves_when_its_document_no_longer_has_it(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1, "Z"))
    interpret("HZ", plumbing)

    keep(site, lot(1, "A"))
    interpret("HZ", plumbing)

    assert (codes(site), waits(site), list(held(site))) == ([], [], ["1"])


def test_a_document_that_is_no_json_stops_nothing_but_itself(site: House) -> None:
    write(site, "reject", "A,released\n")
    keep(site, lot(1))
    with site.begin() as connection:
        inbox.keep(connection, [RawDocument("hz", "TEST", "2", None, b'{"FID": ', NOW)], plant="HZ", run_id=None)

    interpret("HZ", plumbing_of(site))

    assert (waits(site), list(held(site))) == (["interpret"], ["1"])


def test_what_is_deleted_is_withdrawn_also_while_the_mapping_is_wrong(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1), lot(2))
    interpret("HZ", plumbing)
    write(site, "reject", "A,released\nA,hold\n")
    with site.begin() as connection:
        inbox.keep(connection, [RawDocument("hz", "TEST", "1", None, b"{}", NOW, deleted=True)], plant="HZ", run_id=None)

    interpret("HZ", plumbing)

    with site.begin() as connection:
        found = current_of_sources(connection, [("hz", "TEST", "1"), ("hz", "TEST", "2")])
    assert {name[2]: row.deleted for name, row in found.items()} == {"1": True, "2": False}
    assert waits(site) == []


def test_fields_of_a_system_are_noted_with_their_sorts(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1), lot(2, None, FNew=[{"x": 1}]), lot(3, FLot=7))

    interpret("HZ", plumbing)

    with site.begin() as connection:
        found = [(row.path, row.sort) for row in source_fields.fields_of(connection, "hz")]
    assert ("FNew.x", "number") in found
    assert {sort for path, sort in found if path == "FLot"} == {"text", "number"}
    assert {sort for path, sort in found if path == "FGrade"} == {"text", "empty"}


def test_a_version_is_kept_with_what_it_was_made_of(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1))
    interpret("HZ", plumbing)
    first = held(site)["1"]

    write(site, "reject", "A,rejected\n")
    keep(site, lot(1, FSupplier="M"))
    interpret("HZ", plumbing)

    second = held(site)["1"]
    assert first != second
    with site.begin() as connection:
        texts = [mapping_releases.files_of(connection, "kingdee/TEST", version) or {} for version in (first, second)]
    assert ["A,rejected" in text["site/codes/grades.csv"] for text in texts] == [False, True]


def test_quarantined_documents_are_interpreted_anew_when_the_mapping_is_mended(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1, FItem=None), lot(2, FItem=None, FOther="CAP"))
    interpret("HZ", plumbing)
    path = site.site.folder / "mappings/kingdee/TEST.yml"
    path.write_text(path.read_text("utf-8").replace("item: FItem", "item: {first: [{from: FItem}, {from: FOther}]}"), "utf-8")

    first, second = interpret_again([], plumbing)

    assert (first.taken, first.problems) == (False, ["is missing"])
    assert second.taken
    assert list(held(site)) == ["2"]


def test_a_summary_tells_lots_and_where_to_look(site: House) -> None:
    told = [
        {"type": "issue", "thing": {"kind": "lot", "item": "CAP", "number": "L1"}, "order": "MO", "at": "2026-03-01T08:00:00Z"},
        {"type": "produce", "thing": {"kind": "serial", "item": "PCBA", "number": "S1"}, "order": "MO", "at": "2026-03-01T09:00:00Z"},
    ]
    lines = [
        {"kind": "movement", "plant": "HZ", "key": str(n), "revision": 1, "body": one | {"quantity": "1", "uom": "H87"}}
        for n, one in enumerate(told)
    ]
    load([json.dumps(line).encode() for line in lines], begin=site.begin, now=lambda: NOW)
    unit = parse_thing("HZ/serial/PCBA/S1")
    assert unit

    with site.view() as view:
        summary = summarise(view, [unit], now=NOW, address="https://trace.example.com/")

    assert summary["lots"] == [{"plant": "HZ", "item": "CAP", "number": "L1"}]
    assert summary["link"] == "https://trace.example.com/api/v1/trace/backward?id=HZ%2Fserial%2FPCBA%2FS1"


def run(house: House, plumbing: Plumbing, at: datetime, *told: dict[str, Any]) -> Any:
    """A whole run with these documents: its findings."""
    with house.begin() as connection:
        (number,) = runs.create(connection, [runs.Due("hz", "HZ", "TEST", 0, at)], now=at)
        row = runs.claim(connection, number, now=at)
    keep(house, *told, run=number)
    with house.begin() as connection:
        runs.pulled(connection, number, row.token)
    interpret("HZ", plumbing)
    with house.begin() as connection:
        (found,) = runs.listing(connection, [number])
    assert found["state"] == "done"
    return found["findings"]


def test_a_run_that_is_not_as_expected_says_so(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)

    fine = run(site, plumbing, NOW, lot(1), lot(2), lot(3, "Z"))
    odd = run(site, plumbing, NOW + timedelta(hours=1), lot(4), lot(5, "Z"), lot(6, "Z"))

    assert fine is None
    assert [told["problem"] for told in odd] == [
        "rejected: 0.666667 of all, expected at most 0.5",
        "documents of lot: 1, expected at least 2",
    ]
    assert all(told["path"].startswith("mappings/kingdee/TEST.yml:11:") for told in odd)


def test_a_value_says_where_it_came_from_also_after_the_mapping_changed(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1, " A "))
    interpret("HZ", plumbing)
    write(site, "reject", "A,hold\n")

    told = why(("HZ", "lot", "1"), "quality", plumbing)

    assert (told["held"], told["source"]) == ("released", {"connection": "hz", "kind": "TEST", "key": "1"})
    (made,) = told["made"]
    assert made["from"] == [{"path": "FGrade", "value": " A "}]
    assert made["steps"] == [{"verb": "code", "before": "A", "after": "released", "by": "codes/grades.csv:2:1"}]
    assert made["rule"] == "mappings/kingdee/TEST.yml:10:7"
    assert told["version"].startswith("1@")


@pytest.mark.parametrize(
    ("name", "field", "said"), [("9", "quality", "there is no document"), ("1", "expires_at", "has no field expires_at")]
)
def test_what_cannot_be_explained_says_why(site: House, name: str, field: str, said: str) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1))
    interpret("HZ", plumbing)

    with pytest.raises(Rejected, match=said):
        why(("HZ", "lot", name), field, plumbing)


def test_a_change_is_tried_on_what_the_inbox_holds(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, *(lot(n) for n in range(1, 6)))
    interpret("HZ", plumbing)
    path = site.site.folder / "new" / "kingdee" / "TEST.yml"
    path.parent.mkdir(parents=True)
    path.write_text((MAPPING % "reject").replace("lot: FLot", "lot: {from: FLot, call: {function: left, length: 1}}"), "utf-8")

    found = difference(None, read_mapper(path, "kingdee", site.site.folder), "TEST", "kingdee", plumbing, limit=3)

    assert found.as_json()["changes"][0] | {"examples": []} == {
        "what": "changed",
        "kind": "lot",
        "field": "lot",
        "count": 3,
        "examples": [],
    }
    assert sorted(held(site)) == ["1", "2", "3", "4", "5"]


def test_drift_names_fields_that_are_new_changed_or_never_came(site: House) -> None:
    write(site, "reject", "A,released\n")
    plumbing = plumbing_of(site)
    keep(site, lot(1), lot(2, FLot=7), lot(3, FNew={"x": 1}))
    interpret("HZ", plumbing)

    told = {(one["field"], one["what"]) for one in drift(plumbing)}

    assert told == {("FLot", "changed"), ("FNew.x", "new"), ("FSupplier", "missing")}
