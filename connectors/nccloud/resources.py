"""Where each kind is read and written: said by the site, because NC Cloud's resources are its modules' and its implementers' own.

Places within a body or a reply are names joined by dots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from trace_core.errors import Problem


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind.

    Reading: `path`, fixed `body`, names under which the body takes the change time (`since`, `until`), the page (`page`, from 1) and
    its size (`size`, `page_size`); in the reply's data the `rows`, in a row the `head` (empty: the row itself) and the `lines`, in the head
    its `key` and `stamp`. `read_by` is the name under which the body takes one key. Writing: `write_path`, or `billtype` and `root` for
    XChange.
    """

    path: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    rows: str = ""
    head: str = ""
    lines: str = ""
    key: str = ""
    stamp: str = "ts"
    since: str = ""
    until: str = ""
    page: str = ""
    size: str = ""
    page_size: int = 100
    read_by: str = ""
    write_path: str = ""
    billtype: str = ""
    root: str = "bill"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which kind says the code of a key: `value` of the document whose `key` it is."""

    kind: str
    key: str
    value: str = "code"


def resources_of(told: Mapping[str, Any], kinds: Mapping[str, Any], problems: list[Problem]) -> dict[str, Resource]:
    """The resources of a site, by kind; what is wrong is added to `problems`."""
    found: dict[str, Resource] = {}
    for kind, given in told.items():
        where = f"resources.{kind}"
        if kind not in kinds:
            problems.append(Problem(where, f"there is no such kind; known are {', '.join(kinds)}"))
        elif good := _typed(given, Resource, where, problems):
            found[kind] = good
            problems += [
                Problem(f"{where}.{name}", "is required where `path` is given") for name in ("key", "read_by") if not getattr(good, name)
            ]
            if not good.path.startswith("/"):
                problems.append(Problem(f"{where}.path", "must begin with a slash: /nccloud/api/MODULE/RESOURCE/METHOD", good.path))
    return found


def lookups_of(told: Mapping[str, Any], resources: Mapping[str, Resource], problems: list[Problem]) -> dict[str, Lookup]:
    """The lookups of a site, by field; what is wrong is added to `problems`."""
    found: dict[str, Lookup] = {}
    for name, given in told.items():
        good = _typed(given, Lookup, f"lookups.{name}", problems)
        if good is not None:
            found[name] = good
            if good.kind not in resources:
                problems.append(Problem(f"lookups.{name}.kind", "names a kind that `resources` does not have", good.kind))
    return found


def _typed(given: Any, shape: Any, where: str, problems: list[Problem]) -> Any:
    known = {one.name: one for one in fields(shape)}
    if not isinstance(given, Mapping):
        problems.append(Problem(where, "must be a table"))
        return None
    wrong = [Problem(f"{where}.{name}", f"must be one of {', '.join(known)}") for name in given if name not in known]
    wrong += [
        Problem(f"{where}.{name}", "must be a whole number of 1 or more" if name == "page_size" else "has the wrong type", str(value))
        for name, value in given.items()
        if name in known and not _fits(name, value)
    ]
    if shape is Lookup:
        wrong += [Problem(f"{where}.{name}", "is required") for name in ("kind", "key") if not given.get(name)]
    problems += wrong
    return None if wrong else shape(**given)


def _fits(name: str, value: Any) -> bool:
    if name == "page_size":
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    return isinstance(value, Mapping) if name == "body" else isinstance(value, str)


def dug(told: Any, path: str) -> Any:
    """What stands at a place; None for nothing."""
    for name in filter(None, path.split(".")):
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a place, making what lies on the way."""
    *way, last = path.split(".")
    for name in way:
        body = body.setdefault(name, {})
    body[last] = value


def listed(value: Any) -> Sequence[Any]:
    """A list, also of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
