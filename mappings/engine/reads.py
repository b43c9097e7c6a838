"""Closures that read one source of one frame and take its steps.

Steps that depend on the value alone are taken once for each text: what came of it is remembered, so that a field costs one look-up however
many rules it has. What is remembered is bounded and never the answer for an empty or failed value.
"""

from __future__ import annotations

from typing import Any

from mappings.engine.frames import MISSING, Source, walk
from mappings.engine.steps import Change, Make
from mappings.engine.values import settled

REMEMBERED = 16_384
"""Texts that one field remembers at most; then it begins anew."""
NEEDED = "is empty, but the mapping needs it"


def read(at: Source, changes: list[Change], *, required: bool = False) -> Make:
    """A closure that reads a source, strips it and takes the steps. It raises ValueError for what is wrong."""
    if not changes:
        return _text(at, required=required)
    pure = next((place for place, change in enumerate(changes) if not change.pure), len(changes))
    return _stepped(at, Memory(changes[:pure]), [change.apply for change in changes[pure:]], required=required)


class Memory:
    """What the steps of a field that need the value alone make of each text, made once and remembered while that is of use."""

    def __init__(self, changes: list[Change]) -> None:
        self._applies = [change.apply for change in changes]
        self.known: dict[Any, Any] = {}
        self.of_use = True
        self._seen = 0

    def make(self, found: Any) -> Any:
        """What the steps make of a value that is not remembered. Empty and failed values never are."""
        text = found.__class__ is str
        made = found.strip() or None if text else found
        for apply in self._applies:
            if made is None:
                return None
            made = apply(made, ())
        made = settled(made)
        if text and made is not None and self.of_use:
            self.known[found] = made
        return made

    def looked_up(self, count: int) -> None:
        """So many values were looked up: where nearly all texts differ, they are not remembered any more."""
        self._seen += count
        if len(self.known) >= REMEMBERED:
            self.of_use = self._seen > MOSTLY_NEW * len(self.known)
            self.known.clear()
            self._seen = 0


MOSTLY_NEW = 2
"""Values a text that is worth remembering comes with at least, on average."""


def _text(at: Source, *, required: bool) -> Make:
    fetch = _fetch(at)

    def text(frame: Any) -> Any:
        found = fetch(frame)
        made = found.strip() or None if found.__class__ is str else settled(found)
        if made is None and required:
            raise ValueError(NEEDED)
        return made

    return text


def _stepped(at: Source, memory: Memory, rest: list[Any], *, required: bool) -> Make:
    fetch, known = _fetch(at), memory.known

    def stepped(frame: Any) -> Any:
        found = fetch(frame)
        made = known.get(found) if found.__class__ is str else None
        if made is None:
            made = memory.make(found)
            memory.looked_up(1)
        for apply in rest:
            if made is None:
                break
            made = apply(made, frame)
        if made is None and required:
            raise ValueError(NEEDED)
        return settled(made) if rest else made

    return stepped


def _fetch(at: Source) -> Make:
    place, parts = at.at, at.parts
    if len(parts) == 1:
        (name,) = parts

        def one(frame: Any) -> Any:
            try:
                return frame[place][name]
            except MISSING:
                return walk(frame[place], parts)

        return one
    return lambda frame: walk(frame[place], parts)
