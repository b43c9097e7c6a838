"""What a value is made from: the document and the rows that are gone through, and what is noted on the way where that is asked for.

A frame is a sequence: the document first, then the row of each name. The plain ones are tuples; a `Noted` one knows the path of every row
and gathers problems, unknown codes and, when it explains, every step of every value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings.engine.codes import Unknown
from mappings.engine.language import Place
from mappings.engine.values import clean
from trace_core.errors import Problem

MISSING = (KeyError, TypeError, IndexError, AttributeError)
"""What subscribing raises where a path leads nowhere."""
Names = Mapping[str, int]
"""Names of rows → their place in the frame."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source path cut up once: the place in the frame where it starts, and the names from there."""

    at: int
    parts: tuple[str, ...]
    written: str

    def find(self, frame: Any) -> Any:
        """The value there, texts stripped; None where nothing is."""
        return clean(walk(frame[self.at], self.parts))


def source(path: str, names: Names) -> Source:
    """A path as the mapping writes it."""
    head, _, rest = path.partition(".")
    if head in names:
        return Source(names[head], tuple(rest.split(".")) if rest else (), path)
    return Source(0, tuple(path.split(".")), path)


def walk(value: Any, parts: Sequence[str]) -> Any:
    """The value at the end of some names; None where nothing is."""
    for name in parts:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


@dataclass(frozen=True, slots=True)
class Step:
    """One verb on the way of a value: what went in, what came out, and by which row, factor or function."""

    verb: str
    before: Any
    after: Any
    by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """How one value was made: for which field, by which part of the mapping, from which sources, through which steps."""

    target: str
    place: Place
    sources: tuple[tuple[str, Any], ...]
    steps: tuple[Step, ...]
    made: Any
    problem: str = ""


@dataclass(slots=True)
class Notes:
    """What was noted about one document. `told` stays empty unless every value is to be explained."""

    problems: list[Problem] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    told: list[Told] | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A frame that knows the paths of its rows and notes what happens. `target` is the field made that the last row belongs to."""

    values: tuple[Any, ...]
    paths: tuple[str, ...]
    notes: Notes
    target: str = ""

    def __getitem__(self, at: int) -> Any:
        return self.values[at]

    def with_row(self, row: Any, path: str, target: str = "") -> Noted:
        """This frame with one more row."""
        return Noted((*self.values, row), (*self.paths, path), self.notes, target or self.target)

    def path(self, at: Source) -> str:
        """The full path of a source."""
        return ".".join(filter(None, (self.paths[at.at], *at.parts)))

    def wrong(self, path: str, value: Any, said: str, place: Place) -> None:
        """Note a problem."""
        self.notes.problems.append(Problem(path, said, short(value), str(place)))


def with_row(frame: Any, row: Any, path: str, target: str = "") -> Any:
    """A frame of either sort with one more row."""
    return frame.with_row(row, path, target) if isinstance(frame, Noted) else (*frame, row)


def rows_of(frame: Any, at: Source) -> Iterator[tuple[str, Any]]:
    """(path, row) of every element of a list; of nothing else any."""
    found = walk(frame[at.at], at.parts)
    path = frame.path(at) if isinstance(frame, Noted) else ""
    for number, row in enumerate(found if isinstance(found, list) else ()):
        yield (f"{path}.{number}" if path else ""), row


def short(value: Any) -> str:
    """A value as text of at most 120 characters."""
    text = "" if value is None else str(value)
    longest = 120
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def noted(document: Any, notes: Notes) -> Noted:
    """The noted frame of a document alone."""
    return Noted((document,), ("",), notes)
