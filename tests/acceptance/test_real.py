"""`lotweave real`: an ERP that nobody here wrote, joined by configuration, judged by its own lot trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_genealogy_equals_trytons_own_and_only_the_change_moves(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lotweave", "real", "--folder", str(tmp_path / "real")], capture_output=True, text=True, timeout=400
    )
    if done.returncode == 3 and "registry" in done.stderr:
        pytest.skip(f"Tryton cannot be installed here: {done.stderr.strip()}")

    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "real" / "summary.json").read_text("utf-8"))
    assert summary["differences"] == 0
    assert (summary["lots"], summary["edges"], summary["quantities"], summary["traces"]) == (15, 24, 39, 30)
    assert summary["first"] == {"fetched": 82, "applied": 82, "unchanged": 0, "quarantined": 0}
    assert summary["second"] == {"fetched": 88, "applied": 6, "unchanged": 82, "quarantined": 0}
    assert summary["versions"]["trytond"].startswith("8.2.")


def test_a_registry_out_of_reach_is_said_plainly_and_ends_with_3(tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "-m", "lotweave", "real", "--folder", str(tmp_path / "real")],
        capture_output=True,
        text=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if not name.startswith("PIP_")} | nowhere,
    )

    assert done.returncode == 3, done.stdout + done.stderr
    assert "the package registry cannot be reached" in done.stderr
    assert not (tmp_path / "real" / "summary.json").exists()
