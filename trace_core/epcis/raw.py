"""An event as it was read from either binding, before it is judged: members under their JSON names, extensions under `{namespace}local`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trace_core.epcis.shape import ITEMS
from trace_core.errors import Problem

Part = str | int


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a document: a JSON pointer, or an XPath of elements for XML."""

    base: str
    xml: bool = False

    def at(self, *path: Part) -> str:
        """The path of a part below this place."""
        if not self.xml:
            return self.base + "".join(f"/{_escaped(str(part))}" for part in path)
        text, last = self.base, ""
        for part in path:
            if isinstance(part, int):
                text += f"/{ITEMS[last]}[{part + 1}]" if last in ITEMS else f"[{part + 1}]"
            else:
                text += f"/{part}"
            last = str(part)
        return text


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event with its place, the prefixes that hold there, and what was already wrong while reading it."""

    told: Mapping[str, Any]
    where: Where
    prefixes: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class RawElement:
    """One element of a master data vocabulary as it was read, in the shape of the JSON binding."""

    vocabulary: Any
    told: Any
    where: Where
    prefixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """The events of a document, and what is wrong with the document around them. `about` are its own members beside the body.

    `elements` are the master data of its header.
    """

    events: Sequence[RawEvent]
    problems: Sequence[Problem] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    elements: Sequence[RawElement] = ()
