"""Calendars: which days of a plant are working days. A file names the exceptions; other days follow the week."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from trace_core.errors import Problem

SHIPPED = Path(__file__).parent / "calendars"
COLUMNS = ("date", "working", "name")
_SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that a file names, each working or not."""

    name: str = ""
    days: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether a day is a working day: as the file says, else Monday to Friday."""
        return self.days.get(day, day.isoweekday() < _SATURDAY)

    def knows(self, year: int) -> bool:
        """Whether the file names any day of a year; if not, the year follows the week alone."""
        return any(day.year == year for day in self.days)


def read_calendar(name: str, text: str, where: str) -> tuple[Calendar, list[Problem]]:
    """The calendar of a CSV text with `date,working,name`, and every mistake in it at `where:line:column`."""
    days: dict[date, bool] = {}
    problems: list[Problem] = []
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or tuple(part.strip() for part in lines[0].split(",")) != COLUMNS:
        problems.append(Problem(f"{where}:1:1", f"the first line must be {','.join(COLUMNS)}", lines[0] if lines else ""))
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        row = next(csv.reader([line]))
        wrong = list(_wrong(row, days))
        problems += [Problem(f"{where}:{number}:{column}", said, value) for column, said, value in wrong]
        if not wrong:
            days[date.fromisoformat(row[0])] = row[1] == "yes"
    return Calendar(name, days), problems


def _wrong(row: list[str], days: Mapping[date, bool]) -> Iterator[tuple[int, str, str]]:
    if len(row) != len(COLUMNS):
        yield 1, f"has {len(row)} columns; {','.join(COLUMNS)} are {len(COLUMNS)}", ",".join(row)
        return
    day = _day(row[0])
    if day is None:
        yield 1, "the date must be like 2026-10-01", row[0]
    elif day in days:
        yield 1, "the day is named twice", row[0]
    if row[1] not in {"yes", "no"}:
        yield len(row[0]) + 2, "working must be yes or no", row[1]


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if len(told) == len("2026-10-01") else None
    except ValueError:
        return None
