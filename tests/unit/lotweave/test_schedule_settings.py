"""`schedules.toml` and calendars: what they say, and every mistake at its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lotweave.schedule_settings import read_timetable
from scheduler.cron import Cron
from trace_core.errors import Problem

KNOWN = {"hz": (ZoneInfo("Asia/Shanghai"), ["BD_MATERIAL", "ENG_BOM"]), "us": (ZoneInfo("America/New_York"), ["Item"])}
GOOD = """\
[[schedule]]
connection = "hz"
every = "5m"
adaptive = "30s..30m"
jitter = "20s"

[[schedule]]
name = "nightly"
connection = "us"
cron = "30 2 * * *"
kinds = ["Item"]
calendar = "cn"
only = "working-days"
catch_up = "all"
catch_up_limit = 5

[[blackout]]
name = "closing"
window = "last day 18:00 - first day 12:00"
connections = ["hz"]
"""


def problems(tmp_path: Path, text: str) -> list[Problem]:
    (tmp_path / "schedules.toml").write_text(text, "utf-8")
    return read_timetable(tmp_path, KNOWN)[1]


def test_schedules_and_blackouts_are_read(tmp_path: Path) -> None:
    (tmp_path / "schedules.toml").write_text(GOOD, "utf-8")

    table, found = read_timetable(tmp_path, KNOWN)

    assert found == []
    first, second = table.schedules
    assert (first.name, first.when, first.adaptive) == ("hz", timedelta(minutes=5), (timedelta(seconds=30), timedelta(minutes=30)))
    assert isinstance(second.when, Cron)
    assert (second.zone, second.kinds, second.catch_up, second.catch_up_limit) == (ZoneInfo("America/New_York"), ("Item",), "all", 5)
    assert not second.calendar.works(date(2026, 10, 1))
    assert table.blackouts[0].connections == {"hz"}


def test_a_schedule_may_reconcile_but_not_follow_what_changes(tmp_path: Path) -> None:
    good = '[[schedule]]\nconnection = "hz"\ncron = "0 3 * * *"\nreconcile = true\n'
    (tmp_path / "schedules.toml").write_text(good, "utf-8")
    assert read_timetable(tmp_path, KNOWN)[0].schedules[0].reconcile

    wrong = '[[schedule]]\nconnection = "hz"\nevery = "5m"\nadaptive = "1m..9m"\nreconcile = true\n'
    assert [one.path for one in problems(tmp_path, wrong)] == ["schedules.toml:4:1"]
    assert "true or false" in problems(tmp_path, good.replace("true", '"yes"'))[0].problem


def test_a_site_without_the_file_has_no_schedules(tmp_path: Path) -> None:
    assert read_timetable(tmp_path, KNOWN)[0].schedules == ()


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ('every = "5 minutes"', "3:1", "every must be a number and a unit"),
        ('cron = "60 * * * *"', "3:1", "cron the minute '60' must lie within 0 and 59"),
        ('every = "5m"\ncron = "0 2 * * *"', "2:1", "connection needs either every or cron"),
        ('every = "5m"\nadaptive = "10m..30m"', "4:1", "adaptive must begin below and end above every"),
        ('every = "5m"\nadaptive = "fast"', "4:1", "adaptive must be two intervals"),
        ('cron = "0 2 * * *"\nadaptive = "30s..30m"', "4:1", "adaptive needs every, not cron"),
        ('every = "5m"\njitter = "5m"', "4:1", "jitter must be shorter than every"),
        ('every = "5m"\nkinds = ["BD_MATERIAL", "ENG_BOMB"]', "4:1", "did you mean ENG_BOM?"),
        ('every = "5m"\nonly = "sundays"', "4:1", "only must be one of working-days, holidays"),
        ('every = "5m"\ncalendar = "de"', "4:1", "calendar must name one of cn"),
        ('every = "5m"\ncatch_up = "some"', "4:1", "catch_up must be one of latest, all, none"),
        ('every = "5m"\ncatch_up_limit = 5', "4:1", 'catch_up_limit counts only with catch_up = "all"'),
        ('every = "5m"\ncatch_up = "all"\ncatch_up_limit = 0', "5:1", "catch_up_limit must be a whole number from 1"),
        ('every = "5m"\njiter = "5s"', "4:1", "jiter is no setting; did you mean jitter?"),
        ('every = "5m"\n[[schedule]]\nconnection = "hz"\nevery = "1h"', "5:1", "connection is taken by another schedule"),
        ('every = "5m"\n[[blackout]]\nwindow = "sat 22:00"', "5:1", "window must be like `sat 22:00 - sun 06:00`"),
        ('every = "5m"\n[[blackout]]\nwindow = "sat 22:00 - sun 06:00"\nconnections = ["x"]', "6:1", "connections names 'x'"),
        ('every = "5m"\n[blackouts]', "1:1", "blackouts is no table"),
        ("every = 5m", "3:10", ""),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, line: str, place: str, said: str) -> None:
    found = problems(tmp_path, f'[[schedule]]\nconnection = "hz"\n{line}\n')

    assert [one.path for one in found] == [f"schedules.toml:{place}"]
    assert said in found[0].problem


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "hz.csv").write_text("date,working,name\n2026-02-30,no,x\n", "utf-8")

    found = problems(tmp_path, '[[schedule]]\nconnection = "su"\nevery = "1w"\n[[schedule]]\ncron = "x"\n')

    assert [one.path for one in found] == [
        "calendars/hz.csv:2:1",
        "schedules.toml:3:1",
        "schedules.toml:2:1",
        "schedules.toml:5:1",
        "schedules.toml:4:1",
    ]
