"""Words of a definition, read with what is wrong with them gathered at file:line:column instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from trace_core.errors import Problem


class Words:
    """Reads tables of one file; `problems` holds what was wrong so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, table: Any, name: Any, said: str, value: str = "") -> None:
        """Note a problem at a word of a table, or where the table begins when the word is not there."""
        at = getattr(table, "lc", None)
        line, column = (at.line or 0, at.col or 0) if at is not None else (0, 0)
        with suppress(AttributeError, KeyError, TypeError):
            line, column = at.key(name)  # type: ignore[union-attr]
        self.problems.append(Problem(f"{self.file}:{line + 1}:{column + 1}", f"{name} {said}", value))

    def known(self, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
        """Every word is one of the names."""
        for name in table:
            if name not in names:
                near = get_close_matches(str(name), names, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
                self.wrong(table, name, f"is no word here; {hint}", str(name))

    def need(self, table: Mapping[str, Any], *names: str) -> None:
        """Each of the names is there."""
        for name in names:
            if table.get(name) is None:
                self.wrong(table, name, "is missing")

    def whole(self, told: Any) -> Mapping[str, Any]:
        """The file itself, which is a table."""
        if isinstance(told, Mapping):
            return told
        self.problems.append(Problem(f"{self.file}:1:1", "a definition is a table of words"))
        return {}

    def table(self, table: Mapping[str, Any], name: Any) -> Mapping[str, Any]:
        """The table at a name; an empty one when nothing is there."""
        found = table.get(name)
        if found is None or isinstance(found, Mapping):
            return found or {}
        self.wrong(table, name, "must be a table", str(found))
        return {}

    def list(self, table: Mapping[str, Any], name: str) -> tuple[Any, ...]:
        """The list at a name; an empty one when nothing is there."""
        found = table.get(name)
        if found is None or isinstance(found, list):
            return tuple(found or ())
        self.wrong(table, name, "must be a list", str(found))
        return ()

    def text(self, table: Mapping[str, Any], name: str, default: str) -> str:
        """The text at a name."""
        found = table.get(name, default)
        if isinstance(found, str):
            return found
        self.wrong(table, name, "must be a text", str(found))
        return default

    def choice(self, table: Mapping[str, Any], name: Any, known: tuple[str, ...], *, default: str = "") -> str:
        """One of the known texts; the first of them, or `default`, when nothing is there."""
        found = table.get(name, default or known[0])
        if found in known:
            return str(found)
        near = get_close_matches(str(found), known, 1)
        self.wrong(table, name, f"must be one of {', '.join(known)}" + (f"; did you mean {near[0]}?" if near else ""), str(found))
        return known[0]

    def zone(self, table: Mapping[str, Any], name: str) -> ZoneInfo:
        """The time zone at a name; UTC when nothing is there."""
        found = self.text(table, name, "UTC")
        if found in available_timezones():
            return ZoneInfo(found)
        near = get_close_matches(found, sorted(available_timezones()), 1)
        self.wrong(table, name, "is no time zone" + (f"; did you mean {near[0]}?" if near else ""), found)
        return ZoneInfo("UTC")
