"""The definition of a system: read from YAML, every problem named at once.

Shape: docs in connectors/generic/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from trace_core.errors import Misconfigured, Problem

VERDICTS = ("Unreachable", "Rejected", "Conflict", "Misconfigured")
TOP = ("login", "request", "faults", "typed", "zone", "kinds", "description")
KIND = ("values", "filter", "changed", "key", "stamps", "order")


@dataclass(frozen=True, slots=True)
class Faults:
    """Errors inside good answers: where the error is, where its name and text, and the verdict of each name."""

    path: str = ""
    name: str = ""
    text: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    default: str = "Rejected"


@dataclass(frozen=True, slots=True)
class KindDefinition:
    """One kind: values for the request's placeholders, the filter always applied, the one for changes since `{since}`, key and stamps."""

    name: str
    values: Mapping[str, Any]
    filter: Any
    changed: Any
    key: str
    stamps: tuple[str, ...]
    order: Any


@dataclass(frozen=True, slots=True)
class Definition:
    """A system that is joined by configuration alone."""

    file: str
    login: Mapping[str, Any]
    request: Mapping[str, Any]
    faults: Faults
    typed: str
    zone: str
    kinds: Mapping[str, KindDefinition]


def read_definition(path: Path) -> Definition:
    """The definition in a file. Errors: `Misconfigured` with every problem at file:line:column."""
    if not path.is_file():
        raise Misconfigured(f"the definition {path} does not exist", code="definition")
    try:
        told = YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        raise Misconfigured("the definition is no YAML", code="definition", problems=[Problem(where, str(fault.problem))]) from fault
    reader = _Reader(path.name)
    found = reader.read(told if isinstance(told, Mapping) else {})
    if reader.problems:
        raise Misconfigured(f"{path.name} has {len(reader.problems)} problem(s)", code="definition", problems=reader.problems)
    return found


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, parent: Any, name: str, said: str) -> None:
        try:
            line, column = parent.lc.key(name)
        except (AttributeError, KeyError, TypeError):
            line, column = 0, 0
        self.problems.append(Problem(f"{self.file}:{line + 1}:{column + 1}", said, name))

    def known(self, told: Mapping[str, Any], names: tuple[str, ...]) -> None:
        for name in told:
            if name not in names:
                near = get_close_matches(str(name), names, 1)
                self.wrong(
                    told, name, "is no word of a definition" + (f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}")
                )

    def need(self, told: Mapping[str, Any], *names: str) -> None:
        for name in names:
            if name not in told:
                self.wrong(told, name, "is missing")

    def read(self, told: Mapping[str, Any]) -> Definition:
        self.known(told, TOP)
        self.need(told, "request", "kinds")
        request, login, faults = (dict(told.get(name) or {}) for name in ("request", "login", "faults"))
        self.known(request, ("method", "path", "body", "query", "rows"))
        self.need(request, "path")
        self.known(login, ("method", "path", "body", "take", "header", "context"))
        self.known(faults, ("path", "name", "text", "verdicts", "default"))
        for verdict in (*(faults.get("verdicts") or {}).values(), faults.get("default", "Rejected")):
            if verdict not in VERDICTS:
                self.wrong(told, "faults", f"{verdict} is no verdict; there are {', '.join(VERDICTS)}")
        kinds = {name: self.kind(name, kind or {}) for name, kind in (told.get("kinds") or {}).items()}
        return Definition(self.file, login, request, Faults(**faults), str(told.get("typed", "")), str(told.get("zone", "UTC")), kinds)

    def kind(self, name: str, told: Mapping[str, Any]) -> KindDefinition:
        self.known(told, KIND)
        self.need(told, "key")
        stamps = tuple(told.get("stamps") or ())
        found = (told.get("values") or {}, told.get("filter", []), told.get("changed"))
        return KindDefinition(name, *found, key=str(told.get("key", "id")), stamps=stamps, order=told.get("order", []))
