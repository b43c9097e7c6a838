"""Changes of `schedules.toml` by verb and API: one schedule or blackout set or dropped, and never into what could not be read.

Comments and what else people wrote stay; tables of one name come to stand together.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from lotweave.schedule_settings import FILE, read_timetable
from lotweave.settings import Site, zones_and_kinds
from trace_core.errors import Misconfigured, Problem

Sort: TypeAlias = Literal["schedule", "blackout"]
ELSE_NAMED_BY: Mapping[Sort, str] = {"schedule": "connection", "blackout": "window"}
"""What a table is called by that has no name."""
LISTS = ("kinds", "connections")


def change(site: Site, sort: Sort, name: str, told: Mapping[str, Any], *, whole: bool = False) -> bool:
    """Set keys of a schedule or blackout, and make it where there is none; True when it was made.

    None takes a key away; with `whole` all keys that are not told are taken away. Errors: `Misconfigured` with every problem when the file
    would not be right any more, or a name were another; then it is as it was.
    """
    if told.get("name", name) != name:
        said = "is what it is remembered by and stays: drop it and make another"
        raise Misconfigured(f"{name} cannot be renamed", code="schedules", problems=[Problem("name", said, str(told["name"]))])
    with _open(site) as document:
        tables = _tables(document, sort)
        found = _found(tables, sort, name)
        made = found is None
        one = tomlkit.table() if found is None else found
        if made:
            one.trivia.indent = "\n" if document.as_string().strip() else ""
            tables.append(one)
        if whole:
            for key in [key for key in one if key not in told and key != "name"]:
                del one[key]
        for key, value in told.items():
            if value is None:
                one.pop(key, None)
                continue
            try:
                one[key] = value
            except (TOMLKitError, ValueError, TypeError) as fault:
                problem = Problem(key, "must be a text, a number, true or false, or a list of these", str(value))
                raise Misconfigured(f"{name} cannot be written so", code="schedules", problems=[problem]) from fault
        if one.get(ELSE_NAMED_BY[sort]) != name:
            one["name"] = name
    return made


def drop(site: Site, sort: Sort, name: str) -> None:
    """Take a schedule or blackout out; runs that exist go on. Errors: `Misconfigured` where there is none."""
    with _open(site) as document:
        tables = _tables(document, sort)
        found = _found(tables, sort, name)
        if found is None:
            names = ", ".join(_name(one, sort) for one in tables) or "none"
            raise Misconfigured(f"{FILE} has no {sort} {name!r}; there are {names}", code="usage")
        tables.remove(found)


def read_settings(told: Sequence[str]) -> dict[str, Any]:
    """`KEY=VALUE` as people type it: a list with commas, a number, true or false where the key has such; nothing after `=` is None.

    Errors: `Misconfigured` for what has no `=`.

    >>> read_settings(["every=5m", "kinds=Item,BOM", "reconcile=true", "jitter="])
    {'every': '5m', 'kinds': ['Item', 'BOM'], 'reconcile': True, 'jitter': None}
    """
    if wrong := [Problem(one, "must be KEY=VALUE, such as every=5m") for one in told if "=" not in one]:
        raise Misconfigured("the settings cannot be read", code="usage", problems=wrong)
    pairs = ((key.strip(), value.strip()) for key, _, value in (one.partition("=") for one in told))
    return {key: _typed(key, value) if value else None for key, value in pairs}


def _typed(key: str, value: str) -> Any:
    if key in LISTS:
        return [part.strip() for part in value.split(",")]
    if key == "reconcile":
        return {"true": True, "false": False}.get(value.lower(), value)
    return int(value) if key == "catch_up_limit" and value.isdecimal() else value


@contextmanager
def _open(site: Site) -> Iterator[tomlkit.TOMLDocument]:
    """The file to be changed; it is written whole, by one at a time, when what it says can be read."""
    path, folder = site.folder / FILE, os.open(site.folder, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = path.read_text("utf-8") if path.is_file() else ""
        _refuse(site, before, "is wrong already: mend it first")
        document = tomlkit.parse(before)
        yield document
        text = document.as_string()
        _refuse(site, text, "would not be right; it is as it was")
        draft = path.with_name(f".{FILE}.draft")
        draft.write_text(text, "utf-8")
        os.replace(draft, path)  # noqa: PTH105 - whole or not at all, whoever reads meanwhile
    finally:
        os.close(folder)


def _refuse(site: Site, text: str, said: str) -> None:
    if problems := read_timetable(site.folder, zones_and_kinds(site), text)[1]:
        raise Misconfigured(f"{FILE} {said}", code="schedules", problems=problems)


def _tables(document: tomlkit.TOMLDocument, sort: Sort) -> AoT:
    if sort not in document:
        document.append(sort, tomlkit.aot())
    found = document[sort]
    if not isinstance(found, AoT):
        raise Misconfigured(f"{FILE} must have tables [[{sort}]]", code="schedules")
    return found


def _found(tables: AoT, sort: Sort, name: str) -> Table | None:
    return next((one for one in tables if _name(one, sort) == name), None)


def _name(one: Mapping[str, Any], sort: Sort) -> str:
    return str(one.get("name", one.get(ELSE_NAMED_BY[sort], "")))
