"""Closures that read one source of one frame and take its steps.

Steps that depend on the value alone are taken once for each text: what came of it is remembered, so that a field costs one look-up however
many rules it has. What is remembered is bounded and never the answer for an empty or failed value.
"""

from __future__ import annotations

from typing import Any

from mappings.engine.frames import MISSING, Source, walk
from mappings.engine.steps import Change, Make
from mappings.engine.values import settled

REMEMBERED = 4096
"""Texts that one field remembers at most; then it begins anew."""
NEEDED = "is empty, but the mapping needs it"


def read(at: Source, changes: list[Change], *, required: bool = False) -> Make:
    """A closure that reads a source, strips it and takes the steps. It raises ValueError for what is wrong."""
    if not changes:
        return _text(at, required=required)
    pure = next((place for place, change in enumerate(changes) if not change.pure), len(changes))
    known, finish = remembering(changes[:pure])
    return _stepped(at, known, finish, [change.apply for change in changes[pure:]], required=required)


def remembering(changes: list[Change]) -> tuple[dict[Any, Any], Make]:
    """(what is remembered: text → value, what makes the value of one that is not) for steps that need the value alone."""
    applies = [change.apply for change in changes]
    known: dict[Any, Any] = {}

    def finish(found: Any) -> Any:
        text = found.__class__ is str
        made = found.strip() or None if text else found
        for apply in applies:
            if made is None:
                return None
            made = apply(made, ())
        made = settled(made)
        if text and made is not None:
            if len(known) >= REMEMBERED:
                known.clear()
            known[found] = made
        return made

    return known, finish


def _text(at: Source, *, required: bool) -> Make:
    fetch = _fetch(at)

    def text(frame: Any) -> Any:
        found = fetch(frame)
        made = found.strip() or None if found.__class__ is str else settled(found)
        if made is None and required:
            raise ValueError(NEEDED)
        return made

    return text


def _stepped(at: Source, known: dict[Any, Any], finish: Make, rest: list[Any], *, required: bool) -> Make:
    fetch = _fetch(at)

    def stepped(frame: Any) -> Any:
        found = fetch(frame)
        made = known.get(found) if found.__class__ is str else None
        if made is None:
            made = finish(found)
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
