"""The definition of a system: read from YAML, every problem named at once.

Shape: docs in connectors/generic/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from connectors.generic.faults import SORTS, Faults
from connectors.generic.words import Words
from trace_core.errors import Misconfigured, Problem

TOP = ("description", "zone", "typed", "header", "login", "request", "paging", "faults", "kinds")
REQUEST = ("method", "path", "query", "body", "rows")
LOGIN = ("method", "path", "query", "body", "take", "header", "context")
CONTEXT = ("method", "path", "query", "body", "take")
FAULTS = ("path", "good", "name", "text", "verdicts", "expired", "default")
KIND = ("values", "filter", "changed", "one", "many", "survey", "key", "stamps", "order", "children")
CHILD = ("ids", "values", "filter", "order", "key")
METHODS = ("GET", "POST", "PUT", "PATCH")
ENDS = ("continues", "last")


@dataclass(frozen=True, slots=True)
class ChildDefinition:
    """Rows of another sort that take the place of ids in a row: where the ids are, the filter with `{ids}`, and the child's key."""

    name: str
    ids: str
    values: Mapping[str, Any]
    filter: Any
    order: Any
    key: str


@dataclass(frozen=True, slots=True)
class KindDefinition:
    """One kind: values for the request's placeholders, its filters, key and stamps.

    `filter` always applies, `changed` asks for changes since `{since}`, `one` for the row with `{key}`,
    `many` for those with `{keys}`; `survey` replaces `values` where
    keys and stamps are enough.
    """

    name: str
    values: Mapping[str, Any]
    filter: Any
    changed: Any
    one: Any
    many: Any
    survey: Mapping[str, Any]
    key: str
    stamps: tuple[str, ...]
    order: Any
    children: tuple[ChildDefinition, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A system that is joined by configuration alone."""

    file: str
    header: Mapping[str, Any]
    login: Mapping[str, Any]
    request: Mapping[str, Any]
    faults: Faults
    typed: str
    zone: ZoneInfo
    short_page: str
    kinds: Mapping[str, KindDefinition]


def read_definition(path: Path) -> Definition:
    """The definition in a file. Errors: `Misconfigured` with every problem at file:line:column."""
    if not path.is_file():
        raise Misconfigured(f"the definition {path} does not exist; the setting `definition` names it", code="definition")
    try:
        told = YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        raise Misconfigured("the definition is no YAML", code="definition", problems=[Problem(where, str(fault.problem))]) from fault
    except UnicodeDecodeError as fault:
        raise Misconfigured(f"the definition {path.name} is not written in UTF-8", code="definition") from fault
    words = Words(path.name)
    found = _definition(words, words.whole(told))
    if words.problems:
        raise Misconfigured(f"{path.name} has {len(words.problems)} problem(s)", code="definition", problems=words.problems)
    return found


def _definition(words: Words, told: Mapping[str, Any]) -> Definition:
    words.known(told, TOP)
    words.need(told, "request", "kinds")
    request, login = words.table(told, "request"), words.table(told, "login")
    _request(words, request, REQUEST)
    if login:
        _request(words, login, LOGIN)
        context = words.table(login, "context")
        if context:
            _request(words, context, CONTEXT)
        for name in ("take", "header"):
            words.table(login, name)
    paging = words.table(told, "paging")
    words.known(paging, ("short_page",))
    kinds = words.table(told, "kinds")
    return Definition(
        words.file,
        header=words.table(told, "header"),
        login=login,
        request=request,
        faults=_faults(words, words.table(told, "faults")),
        typed=words.text(told, "typed", "__class__"),
        zone=words.zone(told, "zone"),
        short_page=words.choice(paging, "short_page", ENDS),
        kinds={str(name): _kind(words, str(name), words.table(kinds, name)) for name in kinds},
    )


def _request(words: Words, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    words.known(told, known)
    words.need(told, "path")
    words.text(told, "path", "")
    words.table(told, "query")
    words.choice(told, "method", METHODS, default="POST")


def _faults(words: Words, told: Mapping[str, Any]) -> Faults:
    words.known(told, FAULTS)
    sorts = tuple(SORTS)
    verdicts = words.table(told, "verdicts")
    return Faults(
        path=words.text(told, "path", ""),
        good=words.list(told, "good"),
        name=words.text(told, "name", ""),
        text=words.text(told, "text", ""),
        verdicts={str(name): words.choice(verdicts, name, sorts) for name in verdicts},
        expired=tuple(str(name) for name in words.list(told, "expired")),
        default=words.choice(told, "default", sorts, default="Misconfigured"),
    )


def _kind(words: Words, name: str, told: Mapping[str, Any]) -> KindDefinition:
    words.known(told, KIND)
    words.need(told, "key")
    children = words.table(told, "children")
    return KindDefinition(
        name,
        values=words.table(told, "values"),
        filter=told.get("filter", []),
        changed=told.get("changed"),
        one=told.get("one"),
        many=told.get("many"),
        survey=words.table(told, "survey"),
        key=words.text(told, "key", "id"),
        stamps=tuple(str(stamp) for stamp in words.list(told, "stamps")),
        order=told.get("order", []),
        children=tuple(_child(words, str(child), words.table(children, child)) for child in children),
    )


def _child(words: Words, name: str, told: Mapping[str, Any]) -> ChildDefinition:
    words.known(told, CHILD)
    words.need(told, "ids", "filter", "key")
    text = {word: words.text(told, word, "id") for word in ("ids", "key")}
    return ChildDefinition(name, values=words.table(told, "values"), filter=told.get("filter"), order=told.get("order", []), **text)
