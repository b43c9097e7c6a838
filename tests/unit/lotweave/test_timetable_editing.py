"""Changes of `schedules.toml`: whole or not at all, with what people wrote beside."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from lotweave.settings import Site, read_site
from lotweave.timetable_editing import change, drop, read_settings
from trace_core.errors import Misconfigured

SITE = """\
[plants.SU]
zone = "Asia/Shanghai"
[connections.su]
plant = "SU"
system = "yonyou"
[connections.su.settings]
url = "http://127.0.0.1:1"
client_id = "lotweave"
client_secret = "env:U9_SECRET"
user = "trace"
organisations = ["10"]
"""
WRITTEN = """\
# pulled as often as U9 allows
[[schedule]]
connection = "su"
every = "5m"  # agreed with IT
jitter = "20s"

[[blackout]]
name = "closing"
window = "last day 18:00 - first day 12:00"
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "lotweave.toml").write_text(SITE, "utf-8")
    (tmp_path / "schedules.toml").write_text(WRITTEN, "utf-8")
    return read_site(tmp_path)


def written(site: Site) -> str:
    return (site.folder / "schedules.toml").read_text("utf-8")


def test_a_key_is_changed_and_one_taken_away_and_comments_stay(site: Site) -> None:
    made = change(site, "schedule", "su", {"every": "10m", "jitter": None, "kinds": ["ItemMaster", "BOM"]})

    (one,) = site.timetable.schedules
    assert (made, one.name, one.kinds) == (False, "su", ("ItemMaster", "BOM"))
    assert [line for line in ("# pulled as often as U9 allows", "# agreed with IT", 'every = "10m"') if line not in written(site)] == []
    assert "jitter" not in written(site)


def test_a_schedule_is_made_and_dropped(site: Site) -> None:
    assert change(site, "schedule", "nightly", {"connection": "su", "cron": "30 2 * * *"})
    assert [one.name for one in site.timetable.schedules] == ["su", "nightly"]

    drop(site, "schedule", "nightly")

    assert [one.name for one in site.timetable.schedules] == ["su"]
    assert [line for line in written(site).splitlines() if line] == [line for line in WRITTEN.splitlines() if line]


def test_the_first_schedule_of_a_site_makes_the_file(site: Site) -> None:
    (site.folder / "schedules.toml").unlink()

    assert change(site, "schedule", "su", {"connection": "su", "every": "5m"})

    assert written(site).lstrip() == '[[schedule]]\nconnection = "su"\nevery = "5m"\n'


def test_a_blackout_is_made_changed_and_dropped(site: Site) -> None:
    assert change(site, "blackout", "stocktaking", {"window": "sat 22:00 - sun 06:00", "connections": ["su"]})
    assert not change(site, "blackout", "closing", {"window": "last day 20:00 - first day 12:00"})
    drop(site, "blackout", "stocktaking")

    assert [(one.name, str(one.start), str(one.end)) for one in site.timetable.blackouts] == [
        ("closing", "last day 20:00", "first day 12:00")
    ]


def test_a_whole_schedule_keeps_no_key_that_is_not_told(site: Site) -> None:
    change(site, "schedule", "su", {"connection": "su", "cron": "0 6 * * *"}, whole=True)

    assert ("every" in written(site), "jitter" in written(site), 'cron = "0 6 * * *"' in written(site)) == (False, False, True)


@pytest.mark.parametrize(
    ("told", "place", "said"),
    [
        ({"every": "soon"}, "schedules.toml:4:1", "must be a number and a unit"),
        ({"cron": "0 6 * * *"}, "schedules.toml:3:1", "needs either every or cron"),
        ({"kinds": ["BOMS"]}, "schedules.toml:6:1", "did you mean BOM?"),
        ({"evry": "5m"}, "schedules.toml:6:1", "did you mean every?"),
        ({"name": "other"}, "name", "stays"),
        ({"kinds": [None]}, "kinds", "must be a text, a number"),
    ],
)
def test_what_could_not_be_read_is_refused_with_its_place(site: Site, told: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        change(site, "schedule", "su", told)

    assert [(problem.path, said in problem.problem) for problem in refused.value.problems] == [(place, True)]
    assert written(site) == WRITTEN


def test_a_file_that_is_wrong_already_is_to_be_mended_first(site: Site) -> None:
    (site.folder / "schedules.toml").write_text("[[schedule\n", "utf-8")

    with pytest.raises(Misconfigured, match="mend it first") as refused:
        change(site, "schedule", "su", {"every": "10m"})

    assert [problem.path.rpartition(":")[0] for problem in refused.value.problems] == ["schedules.toml:1"]
    assert written(site) == "[[schedule\n"


def test_what_is_not_there_cannot_be_dropped(site: Site) -> None:
    with pytest.raises(Misconfigured, match="has no schedule 'nightly'; there are su"):
        drop(site, "schedule", "nightly")


def test_changes_made_at_the_same_time_are_all_made(site: Site) -> None:
    making = [
        threading.Thread(target=change, args=(site, "schedule", f"s{number}", {"connection": "su", "every": f"{number + 1}m"}))
        for number in range(8)
    ]
    for one in making:
        one.start()
    for one in making:
        one.join()

    assert {one.name for one in site.timetable.schedules} == {"su", *(f"s{number}" for number in range(8))}


def test_settings_are_read_as_people_type_them() -> None:
    with pytest.raises(Misconfigured) as wrong:
        read_settings(["every", "cron=0 6 * * *"])

    assert [problem.path for problem in wrong.value.problems] == ["every"]
    assert read_settings(["catch_up_limit=5", "connections=a, b", "only="]) == {
        "catch_up_limit": 5,
        "connections": ["a", "b"],
        "only": None,
    }
