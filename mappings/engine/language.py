"""The parts of a mapping, after reading and before compiling. Every part remembers where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

STARTS = ("from", "first", "constant", "join", "list")
"""Where a value comes from: exactly one of these."""
STEPS = ("empty", "split", "flag", "code", "number", "convert", "date", "call", "limit")
"""What changes a value, in the order in which it is applied."""
SIDES = ("with", "of", "take", "format", "required", "when")
"""What says more about a start, a step or the value as a whole."""
VERBS = frozenset((*STARTS, *STEPS, *SIDES))
NEEDS = {"with": ("join", "list"), "of": ("list",), "take": ("split",), "format": ("date",)}
"""A side word → the words that it says more about."""
DATES = ("local", "utc", "epoch_s", "epoch_ms", "odata")
BOUNDS = ("above", "at_least", "below", "at_most", "other_than")


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
    """One value with its verbs, e.g. `{from: FQty, number: true}`; values within verbs are read too."""

    place: Place
    verbs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object whose members are values, shapes or lists of them. `removed` are members that an override takes away."""

    place: Place
    members: Mapping[str, Value | Shape | Many]
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose entries are written out one by one."""

    place: Place
    entries: tuple[Value | Shape, ...]


Part = Value | Shape | Many


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of one source path: `one_of` values, not one of `none_of`, being there at all, or numbers within `bounds`."""

    place: Place
    path: str
    one_of: frozenset[str] | None = None
    none_of: frozenset[str] | None = None
    present: bool | None = None
    bounds: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One sort of canonical document that a mapping makes. `name` tells blocks of one kind apart."""

    place: Place
    document: str
    name: str
    each: Mapping[str, str]
    when: tuple[Condition, ...]
    key: Value | None
    body: Shape
    recorded_at: Value | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What every run of this mapping should make: bounds of a count or a share, checked when the run ends.

    `subject` is `documents`, `rejected` or `filled`; `of` a kind of canonical document or one of its fields (`movement.order`).
    """

    place: Place
    subject: str
    of: str
    bounds: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping as written. Inward ones have `documents`; outward ones `target`, `about` and `fields`.

    `extends` is the version of the shipped mapping that an override changes, None for a mapping of its own. `texts` are the files as
    they were read, by their names.
    """

    name: str
    version: str
    file: str
    documents: tuple[Block, ...] = ()
    ignore: frozenset[str] = frozenset()
    organisation: Value | None = None
    expect: tuple[Expectation, ...] = ()
    target: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    fields: Shape | None = None
    extends: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
