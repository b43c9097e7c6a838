"""Tables that a person keeps as CSV: rows for any connection, organisation and plant, or for one, and for a span of days.

The most particular row wins: connection, then organisation (account set), then plant. Dates are days, `valid_from` inclusive, `valid_to`
exclusive. A site's `codes/` comes before the shipped tables of a system, row by row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from mappings.engine.language import Place
from trace_core.errors import Problem

SCOPES = ("connection", "organisation", "plant")
DAYS = ("valid_from", "valid_to")
OTHERS = ("note",)
"""Columns that any table may have beside its own."""
_FIRST, _LAST = date.min, date.max


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is for (empty means any), its own columns, and from when until when it holds."""

    place: Place
    connection: str
    organisation: str
    plant: str
    values: Mapping[str, str]
    since: date = _FIRST
    until: date = _LAST

    @property
    def scope(self) -> tuple[str, str, str]:
        """What it is for."""
        return self.connection, self.organisation, self.plant

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How particular it is; greater is more."""
        return bool(self.connection), bool(self.organisation), bool(self.plant)

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day < self.until

    def overlaps(self, other: Row) -> bool:
        """Whether there is a day on which both hold."""
        return self.since < other.until and other.since < self.until


@dataclass(slots=True)
class Table:
    """A table's rows from all its files, the particular ones first."""

    name: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def for_line(self, connection: str, plant: str) -> list[Row]:
        """The rows that may be meant over one connection in one plant, the most particular first."""
        fitting = (row for row in self.rows if row.connection in ("", connection) and row.plant in ("", plant))
        return sorted(fitting, key=lambda row: row.rank, reverse=True)


def read_table(name: str, paths: Iterable[Path], columns: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """A table out of its files, later files over earlier ones; `columns` are what a row is about, the last of them what it says.

    Every problem is noted with `file:line:column`; nothing is raised.
    """
    table = Table(name)
    said: dict[tuple[object, ...], list[Row]] = {}
    for path in paths:
        own: dict[tuple[object, ...], list[Row]] = {}
        for row in _read(path, _shown(path), columns, optional, table.problems):
            about = (row.scope, *(row.values[column] for column in (*columns[:-1], *optional)))
            clash = next((other for other in own.get(about, ()) if other.overlaps(row)), None)
            if clash is not None:
                told = f"says again what line {clash.place.line} says for {row.values[columns[0]]!r}"
                table.problems.append(Problem(str(row.place), told, row.values[columns[0]]))
            own.setdefault(about, []).append(row)
        said |= own
    table.rows = [row for rows in said.values() for row in rows]
    return table


def _shown(path: Path) -> str:
    """A table as people know it: `codes/units.csv`, or `codes/kingdee/units.csv` for one of a system."""
    return "/".join(path.parts[-2 if path.parent.name == "codes" else -3 :])


def _read(path: Path, file: str, columns: Sequence[str], optional: Sequence[str], problems: list[Problem]) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restkey="")
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        if missing := [column for column in columns if column not in names]:
            problems.append(Problem(f"{file}:1:1", f"needs the columns {', '.join(columns)}; missing: {', '.join(missing)}"))
            return
        known = {*columns, *optional, *SCOPES, *DAYS, *OTHERS}
        for at, name in enumerate(names, 1):
            if name not in known:
                problems.append(Problem(f"{file}:1:{at}", f"has no use for the column {name!r}; it may have {', '.join(sorted(known))}"))
        for told in reader:
            row = {name: (value or "").strip() for name, value in told.items() if name}
            place = Place(file, reader.line_num, 1)
            if not any(row.values()):
                continue
            if "" in told or not row[columns[0]]:
                said = "has more cells than columns" if "" in told else f"{columns[0]} is empty"
                problems.append(Problem(str(place), said))
                continue
            since, until = (_day(row.get(name, ""), place, name, problems) for name in DAYS)
            connection, organisation, plant = (row.get(name, "") for name in SCOPES)
            values = {name: row.get(name, "") for name in (*columns, *optional)}
            yield Row(place, connection, organisation, plant, values, since or _FIRST, until or _LAST)


def _day(text: str, place: Place, name: str, problems: list[Problem]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(Problem(str(place), f"{name} must be a day such as 2026-03-01", text))
        return None
