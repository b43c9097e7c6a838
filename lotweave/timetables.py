"""The timetable of a site as its files say now: a change counts from the next look at it, without a restart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lotweave.schedule_settings import CALENDARS, FILE, Known, read_timetable
from pipelines.telling import WARNING, tell
from scheduler.timetable import Timetable
from trace_core.errors import Problem

Marks = tuple[tuple[str, int, int], ...]


class Timetables:
    """Gives the timetable; where the files are wrong, the last one that was not. `problems` are those of the files as they are now."""

    def __init__(self, folder: Path, connections: Known) -> None:
        self._folder, self._connections = folder, connections
        self._seen = _marks(folder)
        self._timetable, self.problems = read_timetable(folder, connections)

    def __call__(self) -> Timetable:
        """The timetable of this moment."""
        marks = _marks(self._folder)
        if marks != self._seen:
            self._seen = marks
            self._read()
        return self._timetable

    def _read(self) -> None:
        found, self.problems = read_timetable(self._folder, self._connections)
        if self.problems:
            tell("schedules wrong", WARNING, problems=_told(self.problems))
        else:
            self._timetable = found
            tell("schedules read anew", schedules=len(found.schedules))


def _told(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.path}: {problem.problem}" for problem in problems)


def _marks(folder: Path) -> Marks:
    """What changes when one of the files does."""
    found = []
    for path in (folder / FILE, *sorted((folder / CALENDARS).glob("*.csv"))):
        try:
            told = path.stat()
        except OSError:
            continue
        found.append((path.name, told.st_mtime_ns, told.st_size))
    return tuple(found)
