"""Tables that people keep: scopes, days, and mistakes with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.engine.codes import codes_of, folded, read_codes
from mappings.engine.tables import read_table


def table(tmp_path: Path, text: str, name: str = "t") -> Path:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def found(folder: Path, code: str, *, connection: str = "hz", plant: str = "HZ", organisation: str = "", day: str = "") -> str | None:
    from datetime import date

    row = codes_of(read_codes("t", [folder]), connection, plant).find(code, organisation, date.fromisoformat(day) if day else None)
    return row.values["to"] if row else None


SCOPED = "from,to,connection,organisation,plant\n箱,ANY,,,\n箱,PLANT,,,HZ\n箱,ORG,,100,\n箱,ORG-PLANT,,100,HZ\n箱,CONN,erp2,,\n"


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ({"plant": "SU"}, "ANY"),
        ({}, "PLANT"),
        ({"organisation": "100", "plant": "SU"}, "ORG"),
        ({"organisation": "100"}, "ORG-PLANT"),
        ({"organisation": "200"}, "PLANT"),
        ({"connection": "erp2", "organisation": "100"}, "CONN"),
    ],
)
def test_the_most_particular_row_wins(tmp_path: Path, scope: dict[str, str], wanted: str) -> None:
    assert found(table(tmp_path, SCOPED), "箱", **scope) == wanted


def test_rows_hold_from_their_first_day_until_their_last(tmp_path: Path) -> None:
    folder = table(tmp_path, "from,to,valid_from,valid_to\nB,OLD,,2026-04-01\nB,NEW,2026-04-01,\n")

    assert [found(folder, "B", day=day) for day in ("2026-03-31", "2026-04-01")] == ["OLD", "NEW"]


def test_a_code_is_found_as_people_type_it(tmp_path: Path) -> None:
    folder = table(tmp_path, "from,to\nＰｃｓ,H87\nkg net,KGM\nPCS,EA\n")

    assert [found(folder, code) for code in ("Ｐｃｓ", "Pcs", "kg　 net", "ＰＣＳ", "pcs")] == ["H87", "H87", "KGM", "EA", None]
    assert folded("　a\u00a0 b") == "a b"


def test_a_sites_rows_come_before_the_shipped_ones_row_by_row(tmp_path: Path) -> None:
    shipped, site = table(tmp_path / "shipped", "from,to\nA,1\nB,2\n"), table(tmp_path / "site", "from,to\nB,3\n")
    codes = codes_of(read_codes("t", [shipped, site]), "hz", "HZ")

    assert codes.plain == {"A": "1", "B": "3"}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("from\nA\n", "1:1", "missing: to"),
        ("from,to,plnt\nA,1,HZ\n", "1:3", "no use for the column 'plnt'"),
        ("from,to\n,1\n", "2:1", "from is empty"),
        ("from,to\nA,1,2\n", "2:1", "more cells than columns"),
        ("from,to,valid_from\nA,1,1.3.2026\n", "2:1", "must be a day"),
        ("from,to\nA,1\nA,2\n", "3:1", "says again what line 2 says"),
        ("from,to,valid_from,valid_to\nA,1,,2026-05-01\nA,2,2026-04-01,\n", "3:1", "says again"),
    ],
)
def test_every_mistake_has_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    problems = read_table("t", [table(tmp_path, text) / "t.csv"], ("from", "to")).problems

    assert [(problem.path.partition(":")[2], said in problem.problem) for problem in problems] == [(place, True)]


def test_empty_lines_and_notes_are_fine(tmp_path: Path) -> None:
    folder = table(tmp_path, "from,to,note\nA,1,agreed with finance\n,,\nB,2,\n")

    assert read_codes("t", [folder]).problems == []
    assert found(folder, "B") == "2"
