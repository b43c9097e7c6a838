"""What linters cannot say about the house."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from lotweave.doctor import FLAT_NAMES, owners

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [path for name in FLAT_NAMES for path in (ROOT / name).rglob("*.py") if "migrations/versions" not in str(path)]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LIMIT = 400
MEDIAN = 100
BUILT = {"demo-site", "real-site", "build", "dist", "lotweave.egg-info"}


@pytest.mark.parametrize("name", FLAT_NAMES)
def test_each_flat_name_has_one_owner(name: str) -> None:
    assert owners(name) <= {"lotweave"}


@pytest.mark.parametrize("path", [*SHIPPED, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_the_limit(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LIMIT


def test_the_median_module_is_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in SHIPPED)

    assert lengths[len(lengths) // 2] <= MEDIAN


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_every_folder_of_the_root_is_documented() -> None:
    for folder in ROOT.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and any(folder.glob("*")) and folder.name not in BUILT:
            assert (folder / "__init__.py").is_file() or (folder / "README.md").is_file() or folder.name == "requirements", folder.name


def test_every_top_level_package_says_what_it_may_import_and_how_to_add_to_it() -> None:
    for name in FLAT_NAMES:
        told = ast.get_docstring(ast.parse((ROOT / name / "__init__.py").read_text("utf-8"))) or ""
        assert "may import" in told.lower(), name
        assert "how to add" in told.lower(), name


def test_every_module_is_tested_by_a_file_of_its_own_or_by_what_the_list_says() -> None:
    """`covered.toml` names, for each module without a test file of its own, the tests that exercise it."""
    covered = tomllib.loads((Path(__file__).parent / "covered.toml").read_text("utf-8"))
    missing, stale = [], []
    for path in SHIPPED:
        module = str(path.relative_to(ROOT))
        own = ROOT / "tests" / "unit" / path.relative_to(ROOT).parent / f"test_{path.stem}.py"
        if path.name in {"__init__.py", "__main__.py"} or own.is_file():
            continue
        by = next((tests for pattern, tests in covered.items() if re.fullmatch(pattern, module)), None)
        if by is None:
            missing.append(module)
        else:
            stale += [test for test in by if not (ROOT / test).exists()]

    assert missing == []
    assert stale == []


def test_every_connector_folder_is_complete() -> None:
    for manifest in (ROOT / "connectors").glob("*/manifest.toml"):
        told = tomllib.loads(manifest.read_text("utf-8"))
        assert (manifest.parent / "README.md").is_file(), manifest.parent.name
        for name in ("entry", "simulator"):
            if told.get(name):
                module = told[name].partition(":")[0].replace(".", "/")
                assert (ROOT / f"{module}.py").is_file(), told[name]


def test_every_setting_of_a_connector_says_what_it_is_for() -> None:
    for manifest in (ROOT / "connectors").glob("*/manifest.toml"):
        for name, setting in tomllib.loads(manifest.read_text("utf-8"))["settings"].items():
            assert setting.get("help"), f"{manifest.parent.name}: {name}"


def test_every_dependency_has_its_sentence() -> None:
    told = (ROOT / "docs" / "explanation" / "dependencies.md").read_text("utf-8").lower()
    for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]:
        name = re.split(r"[\[<>=!]", requirement)[0]
        assert f"`{name.lower()}`" in told, name


def test_every_decision_has_the_parts_of_the_template() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        told = path.read_text("utf-8")
        for part in ("## Context", "## Decision", "## Consequences", "## What would change our mind"):
            assert part in told, path.name


def test_no_float_touches_a_quantity() -> None:
    for path in (ROOT / "trace_core").rglob("*.py"):
        assert not re.search(r"\bfloat\(", path.read_text("utf-8")), path.name
