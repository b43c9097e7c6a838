"""The definition of a system is read whole or refused with every mistake at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.generic.definition import read_definition
from trace_core.errors import Misconfigured

GOOD = """\
request: {path: /rows, rows: rows}
kinds:
  lot: &base
    key: id
    stamps: [changed, made]
  order:
    <<: *base
    values: {kind: orders}
    children: {lines: {ids: line_ids, key: id, filter: "{ids}"}}
"""
BAD = """\
zone: Asia/Shanghay
request:
  row: x
  method: GETT
faults: {pat: x, verdicts: {Bad: Reject}, good: yes}
paging: {short_page: end}
kinds:
  lot: {stamp: [x], stamps: changed}
  order: {key: id, children: {lines: {ids: line_ids}}}
  item: nothing
"""


def read(folder: Path, text: str):
    (folder / "x.yml").write_text(text, "utf-8")
    return read_definition(folder / "x.yml")


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        read(folder, text)
    return [f"{problem.path} {problem.problem}" for problem in caught.value.problems]


def test_it_fills_in_the_safer_word_where_a_definition_is_silent(tmp_path):
    found = read(tmp_path, GOOD)

    assert (found.zone.key, found.short_page, found.typed) == ("UTC", "continues", "__class__")
    assert found.faults.default == "Misconfigured"


def test_it_reads_what_a_kind_shares_with_another(tmp_path):
    kind = read(tmp_path, GOOD).kinds["order"]

    assert (kind.key, kind.stamps, dict(kind.values)) == ("id", ("changed", "made"), {"kind": "orders"})
    assert [child.name for child in kind.children] == ["lines"]


def test_it_names_every_mistake_at_its_place(tmp_path):
    found = problems(tmp_path, BAD)

    assert [one for one in found if "did you mean" in one] == [
        "x.yml:3:3 row is no word here; did you mean rows?",
        "x.yml:4:3 method must be one of GET, POST, PUT, PATCH; did you mean GET?",
        "x.yml:5:10 pat is no word here; did you mean path?",
        "x.yml:5:29 Bad must be one of Unreachable, Rejected, Conflict, Misconfigured; did you mean Rejected?",
        "x.yml:1:1 zone is no time zone; did you mean Asia/Shanghai?",
        "x.yml:8:9 stamp is no word here; did you mean stamps?",
    ]
    assert {one for one in found if "did you mean" not in one} == {
        "x.yml:3:3 path is missing",
        "x.yml:5:43 good must be a list",
        "x.yml:6:10 short_page must be one of continues, last",
        "x.yml:8:8 key is missing",
        "x.yml:8:21 stamps must be a list",
        "x.yml:9:38 filter is missing",
        "x.yml:9:38 key is missing",
        "x.yml:10:3 item must be a table",
        "x.yml:1:1 key is missing",
    }


@pytest.mark.parametrize("text", ["", "[]", "text"])
def test_it_refuses_a_file_that_is_no_table(tmp_path, text):
    assert problems(tmp_path, text)[0] == "x.yml:1:1 a definition is a table of words"


def test_it_names_the_place_where_a_file_stops_being_yaml(tmp_path):
    [found] = problems(tmp_path, "request: {path: /rows\nkinds: }")

    assert found.startswith("x.yml:2:")


def test_it_says_when_there_is_no_file(tmp_path):
    with pytest.raises(Misconfigured, match="does not exist; the setting `definition` names it"):
        read_definition(tmp_path / "none.yml")


def test_it_refuses_a_file_in_another_encoding(tmp_path):
    (tmp_path / "x.yml").write_bytes("request: 张".encode("gbk"))

    with pytest.raises(Misconfigured, match="UTF-8"):
        read_definition(tmp_path / "x.yml")
