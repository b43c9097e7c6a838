"""`schedules.toml` and `calendars/*.csv` of a site, typed, with every mistake at its file, line and column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

from lotweave.toml_places import Place, places
from scheduler.blackout import Blackout, read_window
from scheduler.calendar import SHIPPED, Calendar, read_calendar
from scheduler.cron import Cron, read_cron
from scheduler.schedule import CATCH_UP, CATCH_UP_LIMIT, MOST_CATCH_UP, ONLY, Schedule, interval
from scheduler.timetable import Timetable
from trace_core.errors import Problem

FILE = "schedules.toml"
CALENDARS = "calendars"
_SCHEDULE = (
    "name", "connection", "kinds", "every", "adaptive", "cron", "calendar", "only", "jitter", "catch_up", "catch_up_limit", "reconcile",
)  # fmt: skip
_BLACKOUT = ("name", "window", "connections")
MOST_JITTER = timedelta(days=1)


Known: TypeAlias = Mapping[str, tuple[tzinfo, Sequence[str]]]
"""The zone and the kinds of each connection."""


def read_timetable(folder: Path, connections: Known, text: str | None = None) -> tuple[Timetable, list[Problem]]:
    """The timetable of a site and everything that is wrong with it; with a `text`, what it would be if the file said that."""
    calendars, problems = _calendars(folder)
    path = folder / FILE
    if text is None:
        text = path.read_text("utf-8") if path.is_file() else ""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(fault))
        where = f"{FILE}:{at[1]}:{at[2]}" if at else f"{FILE}:1:1"
        return Timetable(), [*problems, Problem(where, re.sub(r" \(at .*\)", "", str(fault)))]
    reader = _Reader(places(text), connections, calendars)
    zones = {name: zone for name, (zone, _) in connections.items()}
    timetable = Timetable(reader.schedules(told), reader.blackouts(told), zones)
    return timetable, problems + reader.problems


def _calendars(folder: Path) -> tuple[dict[str, Calendar], list[Problem]]:
    """The shipped calendars, and the site's over them."""
    found: dict[str, Calendar] = {}
    problems: list[Problem] = []
    for path in (*sorted(SHIPPED.glob("*.csv")), *sorted((folder / CALENDARS).glob("*.csv"))):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            problems.append(Problem(f"{CALENDARS}/{path.name}:1:1", "must be text in UTF-8"))
            continue
        found[path.stem], wrong = read_calendar(path.stem, text, f"{CALENDARS}/{path.name}")
        problems += wrong
    return found, problems


class _Reader:
    """Reads the parsed file and gathers what is wrong instead of stopping at the first."""

    def __init__(self, where: Mapping[str, Sequence[Place]], known: Known, calendars: Mapping[str, Calendar]) -> None:
        self.where = where
        self.known = known
        self.calendars = calendars
        self.problems: list[Problem] = []
        self.place = Place(1, 1)

    def wrong(self, key: str, said: str, value: object = "") -> None:
        line, column = self.place.of(key)
        self.problems.append(Problem(f"{FILE}:{line}:{column}", f"{key} {said}", str(value)))

    def tables(self, told: Mapping[str, Any], name: str, keys: Sequence[str]) -> list[tuple[Place, dict[str, Any]]]:
        """The tables of a name that can be read; a key that is not known is a mistake."""
        found = told.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.place = Place(1, 1)
            self.wrong(name, f"must be tables: [[{name}]]")
            return []
        spots = [*self.where.get(name, ()), *(Place(1, 1) for _ in found)]
        read = list(zip(spots, found, strict=False))
        for place, one in read:
            self.place = place
            for key in one:
                if key not in keys:
                    near = get_close_matches(key, keys, 1)
                    self.wrong(key, f"is no setting; did you mean {near[0]}?" if near else f"is no setting; known are {', '.join(keys)}")
        return read

    def schedules(self, told: Mapping[str, Any]) -> tuple[Schedule, ...]:
        self.place = Place(1, 1)
        for name in told:
            if name not in {"schedule", "blackout"}:
                self.wrong(name, "is no table; known are [[schedule]] and [[blackout]]")
        found: dict[str, Schedule] = {}
        for place, one in self.tables(told, "schedule", _SCHEDULE):
            self.place = place
            before = len(self.problems)
            read = self.schedule(one)
            if read is not None and read.name in found:
                self.wrong(
                    "name" if "name" in one else "connection", "is taken by another schedule: give each a name of its own", read.name
                )
            elif read is not None and len(self.problems) == before:
                found[read.name] = read
        return tuple(found.values())

    def schedule(self, told: Mapping[str, Any]) -> Schedule | None:
        connection, when = str(told.get("connection", "")), self.when(told)
        if connection not in self.known:
            self.wrong("connection", f"must name one of the connections {', '.join(self.known) or '(none is declared)'}", connection)
        only = self.one_of(told, "only", ONLY, "")
        catch_up = self.one_of(told, "catch_up", CATCH_UP, "latest")
        kinds = self.names(told, "kinds", self.known[connection][1] if connection in self.known else None)
        if "calendar" in told and told["calendar"] not in self.calendars:
            self.wrong("calendar", f"must name one of {', '.join(self.calendars)}: a file {CALENDARS}/NAME.csv", told["calendar"])
        jitter = self.jitter(told, when)
        limit = told.get("catch_up_limit", CATCH_UP_LIMIT)
        if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST_CATCH_UP:
            self.wrong("catch_up_limit", f"must be a whole number from 1 to {MOST_CATCH_UP}", limit)
        elif "catch_up_limit" in told and catch_up != "all":
            self.wrong("catch_up_limit", 'counts only with catch_up = "all"')
        if not isinstance(told.get("reconcile", False), bool):
            self.wrong("reconcile", "must be true or false", told["reconcile"])
        elif told.get("reconcile") and "adaptive" in told:
            self.wrong("adaptive", "follows what pulls change: a schedule that reconciles has none", told["adaptive"])
        name = told.get("name", connection)
        if "name" in told and (not isinstance(name, str) or not name or "/" in name):
            self.wrong("name", "must be a text without /", name)
        if when is None or connection not in self.known:
            return None
        zone, adaptive = self.known[connection][0], self.adaptive(told, when)
        calendar = self.calendars.get(str(told.get("calendar", "")), Calendar())
        return Schedule(
            str(name), connection, zone, when, kinds, adaptive, only, calendar, jitter, catch_up, limit, told.get("reconcile") is True
        )

    def when(self, told: Mapping[str, Any]) -> Cron | timedelta | None:
        if ("every" in told) == ("cron" in told):
            self.wrong("connection", "needs either every or cron")
            return None
        key = "every" if "every" in told else "cron"
        try:
            return interval(str(told[key])) if key == "every" else read_cron(str(told[key]))
        except ValueError as fault:
            said = "must be a number and a unit such as 30s, 5m, 1h or 1d" if key == "every" else str(fault)
            self.wrong(key, said, told[key])
            return None

    def adaptive(self, told: Mapping[str, Any], when: Cron | timedelta) -> tuple[timedelta, timedelta] | None:
        if "adaptive" not in told:
            return None
        try:
            low, high = (interval(part) for part in str(told["adaptive"]).split(".."))
        except ValueError:
            self.wrong("adaptive", "must be two intervals such as 30s..30m", told["adaptive"])
            return None
        if isinstance(when, Cron):
            self.wrong("adaptive", "needs every, not cron", told["adaptive"])
        elif not low <= when <= high or low == high:
            self.wrong("adaptive", "must begin below and end above every", told["adaptive"])
        return low, high

    def jitter(self, told: Mapping[str, Any], when: Cron | timedelta | None) -> timedelta:
        if "jitter" not in told:
            return timedelta(0)
        try:
            found = interval(str(told["jitter"]))
        except ValueError:
            self.wrong("jitter", "must be a number and a unit such as 30s or 5m", told["jitter"])
            return timedelta(0)
        if isinstance(when, timedelta) and found >= when:
            self.wrong("jitter", "must be shorter than every", told["jitter"])
        if found > MOST_JITTER:
            self.wrong("jitter", "must be a day at most", told["jitter"])
        return found

    def one_of(self, told: Mapping[str, Any], key: str, values: tuple[Any, ...], default: Any) -> Any:
        value = told.get(key, default)
        if key in told and value not in values:
            self.wrong(key, f"must be one of {', '.join(values)}", value)
            return default
        return value

    def names(self, told: Mapping[str, Any], key: str, known: Sequence[str] | None) -> tuple[str, ...]:
        value = told.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or (key in told and not value):
            self.wrong(key, "must be a list of names", value)
            return ()
        for one in value:
            if known is not None and one not in known:
                near = get_close_matches(one, known, 1)
                self.wrong(key, f"names {one!r}, which is none of {', '.join(known)}" + (f"; did you mean {near[0]}?" if near else ""), one)
        return tuple(value)

    def blackouts(self, told: Mapping[str, Any]) -> tuple[Blackout, ...]:
        found = []
        for place, one in self.tables(told, "blackout", _BLACKOUT):
            self.place = place
            connections = self.names(one, "connections", list(self.known))
            try:
                start, end = read_window(str(one.get("window", "")))
            except ValueError as fault:
                self.wrong("window", str(fault), one.get("window", ""))
                continue
            found.append(Blackout(str(one.get("name", one["window"])), start, end, frozenset(connections)))
        return tuple(found)
