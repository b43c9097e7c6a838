"""Calendars of working days: exceptions from a file, the week for the rest."""

from __future__ import annotations

from datetime import date

from scheduler.calendar import SHIPPED, read_calendar

CN, CN_PROBLEMS = read_calendar("cn", (SHIPPED / "cn.csv").read_text("utf-8"), "calendars/cn.csv")


def test_the_shipped_calendar_has_holidays_and_make_up_working_days() -> None:
    assert CN_PROBLEMS == []
    assert not CN.works(date(2026, 10, 1))
    assert CN.works(date(2026, 10, 10))  # a Saturday that makes up for the National Day week
    assert CN.works(date(2026, 2, 14))
    assert not CN.works(date(2026, 2, 23))
    assert (sum(CN.days.values()), len(CN.days)) == (6, 33 + 6)


def test_a_day_that_is_not_named_follows_the_week() -> None:
    assert CN.works(date(2026, 3, 2))
    assert not CN.works(date(2026, 3, 7))
    assert (CN.knows(2026), CN.knows(2027)) == (True, False)


def test_every_mistake_is_told_with_its_place() -> None:
    text = "date,working,name\n2026-13-01,no,x\n2026-10-01,maybe,x\n2026-10-02,no\n2026-10-03,no,x\n2026-10-03,yes,x\n"

    calendar, problems = read_calendar("hz", text, "calendars/hz.csv")

    assert [(one.path, one.problem) for one in problems] == [
        ("calendars/hz.csv:2:1", "the date must be like 2026-10-01"),
        ("calendars/hz.csv:3:12", "working must be yes or no"),
        ("calendars/hz.csv:4:1", "has 2 columns; date,working,name are 3"),
        ("calendars/hz.csv:6:1", "the day is named twice"),
    ]
    assert calendar.days == {date(2026, 10, 3): False}


def test_a_file_without_its_first_line_is_told() -> None:
    assert [one.path for one in read_calendar("hz", "", "calendars/hz.csv")[1]] == ["calendars/hz.csv:1:1"]
