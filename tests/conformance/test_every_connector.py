"""Every connector does what every connector must do; nobody has to ask for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.kit.conformance import CHECKS, conform
from connectors.kit.manifest import manifest, systems


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("system", systems())
def test_it_does_what_every_connector_must(system: str, check: str) -> None:
    line = conform(manifest(system), check)

    if line.untried:
        pytest.skip(line.untried)
    assert line.ok, line.wrong


def lotweave(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lotweave", *arguments], capture_output=True, text=True, env=os.environ | env, timeout=300)


def test_a_new_connector_of_ones_own_is_known_once_installed_and_conforms(tmp_path: Path) -> None:
    made = lotweave("connector", "new", "acme", str(tmp_path / "acme"), "--title", "Acme MES")
    assert made.returncode == 0, made.stderr
    target = tmp_path / "installed"
    installed = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run([*installed, str(tmp_path / "acme")], check=True, capture_output=True, timeout=120)

    judged = lotweave("connector", "conform", "acme", PYTHONPATH=str(target))

    assert judged.returncode == 0, judged.stdout + judged.stderr
    tried = len(CHECKS) - judged.stdout.count(" -- ")
    assert tried == len(CHECKS) - 1  # it has no sessions
    assert f"acme: {tried} of {tried} checks passed" in judged.stdout


@pytest.mark.parametrize(("name", "said"), [("Ac me", "is no name"), ("kingdee", "there is a connector kingdee already")])
def test_a_connector_that_cannot_be_made_is_refused(tmp_path: Path, name: str, said: str) -> None:
    done = lotweave("connector", "new", name, str(tmp_path / "x"))

    assert done.returncode == 2
    assert said in done.stderr + done.stdout
