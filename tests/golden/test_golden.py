"""Every shipped mapping makes of each golden case what the case says, and the cases show more of what goes wrong than of what goes well."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lotweave.real
from connectors.kingdee.catalogue import kinds
from connectors.kit.manifest import manifest, typed
from connectors.yonyou.kinds import PLANS
from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.golden import Case, accept, read_cases, run
from mappings.engine.load import SHIPPED, mapping_path
from mappings.engine.sources import leaves

HERE = Path(__file__).parent
CASES = read_cases(HERE)
INWARD = [case for case in CASES if case.kind != "push_trace"]
VENDORS = ("kingdee", "yonyou", "yonbip", "u8", "nccloud")
SYSTEMS = (*VENDORS, "generic")
TRYTON = Path(lotweave.real.__file__).parent / "site"
"""The site whose mappings and tables are those of `generic`."""
KINDS = [
    (system, kind)
    for system in VENDORS
    for kind in (*sorted(name for name, told in manifest(system).kinds.items() if told.read), "push_trace")
    if kind != "push_trace" or (SHIPPED / system / "push_trace.yml").is_file()
]
KINDS += [("generic", path.stem) for path in sorted((TRYTON / "mappings" / "generic").glob("*.yml"))]
FEWEST = 6
UNUSED: dict[str, str] = {}
"""Rows of shipped code tables (`system/table/code`) that no case uses, with the reason."""


@cache
def mapper(system: str, kind: str) -> Mapper:
    """The shipped mapping over the tables of this folder, in which organisations have rows of their own, or Tryton's over its own."""
    site = TRYTON if system == "generic" else HERE
    path = mapping_path(system, kind, TRYTON)
    assert path is not None, f"no mapping of {system}/{kind}"
    return read_mapper(path, system, site)


def tables(system: str) -> Path:
    return TRYTON / "codes" if system == "generic" else SHIPPED / system / "codes"


def of(case: Case) -> Mapper:
    return mapper(case.system, case.kind)


def named(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


@named(CASES)
def test_it_comes_out_as_the_case_says(case: Case) -> None:
    assert run(case, of(case)) == []


@named(CASES)
def test_the_file_is_written_as_accepting_it_writes_it(case: Case, tmp_path: Path) -> None:
    copy = tmp_path.joinpath(*case.path.parts[-3:])
    copy.parent.mkdir(parents=True)
    shutil.copy(case.path, copy)

    accept(Case(copy, case.told), of(case))

    assert copy.read_text("utf-8") == case.path.read_text("utf-8")


@named(INWARD)
def test_many_at_once_come_out_as_one_alone(case: Case) -> None:
    plan = of(case).plan(case.line)
    alone = plan.explain(case.told["raw"]).outcome

    together = plan.apply_many([case.told["raw"], case.told["raw"]])

    assert [one.problems for one in together] == [alone.problems] * 2
    assert alone.problems or [one.documents for one in together] == [alone.documents] * 2


@named(INWARD)
def test_what_the_mapping_cannot_read_is_placed_in_it(case: Case) -> None:
    problems = of(case).plan(case.line).explain(case.told["raw"]).outcome.problems

    assert {problem.rule.partition(":")[0] for problem in problems} <= {f"mappings/{case.system}/{case.kind}.yml"}


@named(INWARD)
def test_no_field_is_passed_over_in_silence_but_a_new_one(case: Case) -> None:
    assert bool(of(case).unlisted(case.told["raw"])) == (case.told["about"] == "new")


@pytest.mark.parametrize(("system", "kind"), KINDS)
def test_most_cases_of_a_kind_are_of_what_goes_wrong(system: str, kind: str) -> None:
    about = Counter(case.told["about"] for case in CASES if (case.system, case.kind) == (system, kind))

    assert about.total() >= FEWEST
    assert about["usual"] * 2 < about.total()
    assert {"usual", "empty", "wrong", "reversed", "chinese"} <= set(about)
    assert "organisation" in about or system == "generic"


def test_no_case_is_of_a_kind_that_nothing_pulls() -> None:
    assert {(case.system, case.kind) for case in CASES} == set(KINDS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_row_of_every_code_table_is_used(system: str) -> None:
    used = {name for case in INWARD if case.system == system for name in rows_used(case)}
    shipped = {(path.stem, row["from"]) for path in tables(system).glob("*.csv") for row in rows_of(path)}
    excused = {(table, code) for one in UNUSED for name, table, code in [one.split("/", 2)] if name == system}

    assert shipped - used == excused


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def rows_used(case: Case) -> Iterator[tuple[str, str]]:
    """(table, code as the table writes it) of every row that a case looks up with success."""
    explained = of(case).plan(case.line).explain(case.told["raw"])
    places = {step.by for told in explained.told for one in told for step in one.steps if step.verb == "code"}
    for place in places:
        folder, _, rest = place.partition("/")
        if folder == "codes" and "/" not in rest:
            name, line, _ = rest.split(":")
            yield name.removesuffix(".csv"), list(rows_of(tables(case.system) / name))[int(line) - 2]["from"]


@named([case for case in INWARD if case.system == "kingdee" and case.told["about"] != "new"])
def test_a_kingdee_case_holds_what_the_connector_asks_for(case: Case) -> None:
    given = {"url": "https://erp.example/k3cloud/", "acct_id": "1", "user": "u"}
    kind = kinds(typed(manifest("kingdee"), given, "hz"))[case.kind]
    rows = {"FEntryID", "FSeq", *kind.rows}
    asked = {kind.pk, *kind.head, *(f"{kind.entity}.{name}" for name in rows)}
    asked |= {f"{kind.entity}.{kind.sub}.{name}" for name in ("FDetailID", *kind.subs)}

    assert {leaf for leaf in leaves(case.told["raw"], "") if not leaf.rpartition(".")[2].startswith("LW_") and ".LW_" not in leaf} <= asked


@named([case for case in INWARD if case.system == "yonyou" and PLANS[case.kind].route == "sql"])
def test_a_case_of_u9_tables_holds_what_the_connector_selects(case: Case) -> None:
    head = PLANS[case.kind].head
    asked = {"ID", "ModifiedOn", "OrgCode", *head.columns}
    for name, lines in head.lines.items():
        asked |= {f"{name}.{column}" for column in ("ID", *lines.columns)}
        asked |= {f"{name}.{inner}.{column}" for inner, told in lines.lines.items() for column in ("ID", *told.columns)}

    assert {leaf for leaf in leaves(case.told["raw"], "") if not leaf.startswith("LW_")} <= asked
