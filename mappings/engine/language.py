"""The parts of a mapping, after reading and before compiling. Every part remembers where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERBS = frozenset(
    {
        "from",
        "first",
        "constant",
        "join",
        "with",
        "split",
        "take",
        "number",
        "date",
        "code",
        "flag",
        "list",
        "of",
        "call",
        "required",
        "when",
    }
)
STARTS = frozenset({"from", "first", "constant", "join", "list"})
DATES = frozenset({"local", "utc", "epoch_ms"})


@dataclass(frozen=True, slots=True)
class Place:
    """`file:line:column` of a part of a mapping."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its verbs, e.g. `{from: FQty, number: true}`."""

    place: Place
    verbs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object whose members are values, shapes or lists of them."""

    place: Place
    members: Mapping[str, Value | Shape | Many]


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose entries are written out one by one."""

    place: Place
    entries: tuple[Value | Shape, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of one source path: `one_of` values, not one of `none_of`, or being there at all."""

    place: Place
    path: str
    one_of: frozenset[str] | None = None
    none_of: frozenset[str] | None = None
    present: bool | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One sort of canonical document that a mapping makes."""

    place: Place
    document: str
    each: Mapping[str, str]
    when: tuple[Condition, ...]
    key: Value
    body: Shape
    recorded_at: Value | None = None


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping as written. Inward ones have `documents`, outward ones `target`, `about` and `fields`."""

    name: str
    version: int
    file: str
    documents: tuple[Block, ...] = ()
    ignore: frozenset[str] = frozenset()
    target: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    fields: Shape | None = None
