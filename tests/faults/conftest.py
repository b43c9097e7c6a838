"""What the tests of the interfaces share is found from here too, and the table of the fault matrix is written where it is asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parents[1] / "integration"), str(Path(__file__).parent)]
HEAD = ("scene", "disturbed", "lost", "doubled", "disordered", "unbalanced", "asked again", "stall", "may")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Show what the scenes of the matrix came to; with LOTWEAVE_FAULTS_TABLE also write it there."""
    del exitstatus, config
    reports = [one for sort in ("passed", "failed") for one in terminalreporter.stats.get(sort, [])]
    told = [value for report in reports for name, value in getattr(report, "user_properties", []) if name == "fault"]
    if not told:
        return
    rows = ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    rows += ["| " + " | ".join(str(one[name]) for name in HEAD) + " |" for one in told]
    terminalreporter.section("faults")
    terminalreporter.write_line("\n".join(rows))
    if target := os.environ.get("LOTWEAVE_FAULTS_TABLE"):
        page = Path(target)
        head = page.read_text("utf-8").partition(rows[0])[0] if page.is_file() else ""
        page.write_text(head + "\n".join(rows) + "\n", "utf-8")
