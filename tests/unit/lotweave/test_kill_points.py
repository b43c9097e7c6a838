"""A moment ends a process once for each file that names it, when it comes for the k-th time."""

from __future__ import annotations

from pathlib import Path

from lotweave.kill_points import KillPoints


def points(folder: Path, *files: str) -> tuple[KillPoints, list[str]]:
    for name in files:
        (folder / name).touch()
    ended: list[str] = []
    return KillPoints(folder, lambda: ended.append("ended")), ended


def test_it_ends_at_the_kth_time_and_only_once(tmp_path: Path) -> None:
    reach, ended = points(tmp_path, "fetch@3.a")
    for _ in range(2):
        reach("fetch")
    assert ended == []

    for _ in range(3):
        reach("fetch")
    assert ended == ["ended"]
    assert list(tmp_path.iterdir()) == []


def test_other_moments_pass(tmp_path: Path) -> None:
    reach, ended = points(tmp_path, "push.sent@1.a")
    for moment in ("push.told", "push", "plan"):
        reach(moment)

    assert ended == []


def test_each_file_is_for_one_process(tmp_path: Path) -> None:
    reach, ended = points(tmp_path, "map@1.a", "map@1.b")
    reach("map")

    assert ended == ["ended", "ended"]
