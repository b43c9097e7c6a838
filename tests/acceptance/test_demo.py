"""`lotweave demo`, the installed command: the whole job, twice, leaving nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def left_behind(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in told and b"pytest" not in told:
                found.append(told.split(b"\0")[0].decode())
    return found


def test_the_demonstration_ends_well_twice_and_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "demo-site"
    summaries = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "lotweave", "demo", "--folder", str(folder)], capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stdout + done.stderr
        summaries.append(json.loads((folder / "summary.json").read_text("utf-8")))

    one, other = summaries
    assert one | {"seconds": 0} == other | {"seconds": 0}
    assert one["trace"]["backward"] == {"root": "SU/serial/2.01.0001/UK26031003", "things": 42, "plants": ["HZ", "SU"], "complete": True}
    assert one["trace"]["forward"]["things"] == 33
    assert one["stitches"] == {"automatic": 21, "waiting": 0}
    assert [told["verified"] for told in one["pushed"]] == [True] * 6
    assert (one["quarantined"], one["reconciled"]) == (0, {"differences": 0})
    assert left_behind(folder) == []


def test_a_folder_that_is_not_the_demonstrations_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")

    done = subprocess.run([sys.executable, "-m", "lotweave", "demo", "--folder", str(tmp_path)], capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "move it away" in done.stderr
    assert (tmp_path / "mine.txt").is_file()
