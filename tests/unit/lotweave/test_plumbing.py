"""Which kinds of a connection are read."""

from __future__ import annotations

from pathlib import Path

from lotweave.plumbing import lines_of
from lotweave.settings import read_site

TEXT = """
[plants.HZ]
[connections.hz]
plant = "HZ"
system = "kingdee"
{kinds}
[connections.hz.settings]
url = "https://erp.example/k3cloud/"
acct_id = "1"
user = "u"
"""


def kinds(folder: Path, told: str = "") -> set[str]:
    (folder / "lotweave.toml").write_text(TEXT.format(kinds=told), "utf-8")
    return set(lines_of(read_site(folder))["hz"].kinds)


def test_forms_without_a_mapping_are_read_only_where_they_are_named(tmp_path: Path) -> None:
    assert "STK_Inventory" not in kinds(tmp_path)
    assert "PRD_MO" in kinds(tmp_path)
    assert kinds(tmp_path, 'kinds = ["PRD_MO", "STK_Inventory"]') == {"PRD_MO", "STK_Inventory"}
