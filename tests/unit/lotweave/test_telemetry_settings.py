"""`[telemetry]`: every mistake at its file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from lotweave.settings import read_site
from lotweave.telemetry_settings import Telemetry
from trace_core.errors import Misconfigured


def written(folder: Path, lines: str) -> Path:
    (folder / "lotweave.toml").write_text(f"[telemetry]\n{lines}\n", "utf-8")
    return folder


def test_without_the_table_nothing_is_traced_and_little_is_logged(tmp_path: Path) -> None:
    assert read_site(written(tmp_path, "")).telemetry == Telemetry(None, "info")


def test_a_collector_and_a_level(tmp_path: Path) -> None:
    site = read_site(written(tmp_path, 'otlp = "http://127.0.0.1:4318/"\nlog_level = "debug"'))

    assert site.telemetry == Telemetry("http://127.0.0.1:4318", "debug")


@pytest.mark.parametrize("address", ['"127.0.0.1:4318"', '"http://user:word@host:4318"', '"http://host/?key=1"', "4318"])
def test_an_address_that_is_none_or_holds_a_secret_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Misconfigured) as fault:
        read_site(written(tmp_path, f"otlp = {address}"))

    (problem,) = fault.value.problems
    assert problem.path == "lotweave.toml:2:1"
    assert "such as http://127.0.0.1:4318" in problem.problem


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as fault:
        read_site(written(tmp_path, 'log_levle = "info"\nlog_level = "loud"'))

    assert [(one.path, one.problem.partition(" ")[2]) for one in fault.value.problems] == [
        ("lotweave.toml:2:1", "is no setting; did you mean log_level?"),
        ("lotweave.toml:3:1", "must be one of debug, info, warning, error"),
    ]
