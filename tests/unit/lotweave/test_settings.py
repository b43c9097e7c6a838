"""What a site says of itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lotweave.settings import read_site
from trace_core.errors import Misconfigured


def test_an_address_and_clocks_are_read(tmp_path: Path) -> None:
    (tmp_path / "lotweave.toml").write_text(
        '[site]\nurl = "https://trace.example.com/lot"\n[plants.HZ]\nclock_tolerance_seconds = 30\n[plants.SU]\n'
    )

    site = read_site(tmp_path)

    assert site.url == "https://trace.example.com/lot"
    assert site.clocks == {"HZ": timedelta(seconds=30), "SU": timedelta(0)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[site]\nurl = "trace"\n', "2:1"),
        ('[site]\nurl = "https://trace.example.com/?a=b"\n', "2:1"),
        ("[plants.HZ]\nclock_tolerance_seconds = -1\n", "2:1"),
        ("[plants.HZ]\nclock_tolerance_seconds = true\n", "2:1"),
    ],
)
def test_a_wrong_one_has_its_place(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "lotweave.toml").write_text(text)

    with pytest.raises(Misconfigured) as caught:
        read_site(tmp_path)

    assert [problem.path for problem in caught.value.problems] == [f"lotweave.toml:{place}"]


@pytest.mark.parametrize("line", ["push_limit = -1", "push_limit = true", "push_share = 1.5", 'push_share = "half"'])
def test_wrong_bounds_of_what_may_change_at_once_have_their_place(tmp_path: Path, line: str) -> None:
    text = f'[plants.HZ]\n[connections.hz]\nplant = "HZ"\nsystem = "generic"\n{line}\n'
    (tmp_path / "lotweave.toml").write_text(text)

    with pytest.raises(Misconfigured) as caught:
        read_site(tmp_path)

    said = {problem.path: problem.problem for problem in caught.value.problems}
    assert said["lotweave.toml:5:1"].startswith(f"connections.hz.{line.partition(' ')[0]} must be")
