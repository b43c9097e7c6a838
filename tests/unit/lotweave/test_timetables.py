"""A timetable follows its files, and stands while they are wrong."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lotweave.timetables import Timetables

KNOWN = {"su": (ZoneInfo("Asia/Shanghai"), ["ItemMaster", "BOM"])}
HOURLY = '[[schedule]]\nconnection = "su"\nevery = "1h"\n'


def names(timetables: Timetables) -> list[str]:
    return [one.name for one in timetables().schedules]


def test_a_change_counts_without_a_restart(tmp_path: Path) -> None:
    made = Timetables(tmp_path, KNOWN)

    before = names(made)
    (tmp_path / "schedules.toml").write_text(HOURLY)
    after = names(made)
    (tmp_path / "schedules.toml").unlink()

    assert (before, after, names(made)) == ([], ["su"], [])


def test_a_calendar_of_the_site_counts_too(tmp_path: Path) -> None:
    (tmp_path / "schedules.toml").write_text(HOURLY.replace('"1h"', '"1h"\ncalendar = "own"\nonly = "working-days"'))
    made = Timetables(tmp_path, KNOWN)
    wrong = [problem.problem for problem in made.problems]
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "own.csv").write_text("date,working,name\n2026-10-01,no,国庆节\n")

    found = made().schedules[0].calendar

    assert wrong
    assert (found.name, made.problems) == ("own", [])


def test_what_was_said_before_holds_while_the_file_is_wrong(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "schedules.toml").write_text(HOURLY)
    made = Timetables(tmp_path, KNOWN)

    (tmp_path / "schedules.toml").write_text(HOURLY + "every = 2h")
    kept, again = names(made), names(made)

    assert kept == again == ["su"]
    assert [record.message for record in caplog.records] == ["schedules wrong"]
    assert "schedules.toml:4" in made.problems[0].path
