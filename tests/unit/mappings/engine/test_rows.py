"""Rows are added to tables, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.engine.rows import add_row
from trace_core.errors import Misconfigured


def test_a_row_is_added_with_the_columns_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "codes" / "units.csv"
    add_row(path, {"from": "箱", "to": "BX", "plant": "", "note": ""})
    add_row(path, {"from": "箱", "to": "BOX", "plant": "HZ", "note": 'as agreed, "finally"'})

    assert path.read_text("utf-8") == 'from,to,plant,note\n箱,BX,,\n箱,BOX,HZ,"as agreed, ""finally"""\n'
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("row", "said"), [({"from": "箱", "to": "X"}, "says again"), ({"from": "a", "to": "b", "valid_from": "soon"}, "a day")]
)
def test_a_row_that_does_not_fit_leaves_the_file_as_it_was(tmp_path: Path, row: dict[str, str], said: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text("from,to\n箱,BX\n", "utf-8")

    with pytest.raises(Misconfigured) as caught:
        add_row(path, row)

    assert said in caught.value.problems[0].problem
    assert path.read_text("utf-8") == "from,to\n箱,BX\n"
    assert list(tmp_path.iterdir()) == [path]
