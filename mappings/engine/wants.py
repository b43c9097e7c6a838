"""Which tables a mapping needs, and where it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.engine.language import Many, MappingFile, Place, Shape, Value
from mappings.engine.rates import UNITS


@dataclass(frozen=True, slots=True)
class Want:
    """A table that a value looks into; `on` says whether a day decides between its rows."""

    name: str
    rates: bool
    on: bool
    place: Place


def tables_of(told: MappingFile) -> Iterator[Want]:
    """Every table that a mapping looks into, each use once."""
    parts: list[Any] = [told.organisation, told.fields]
    for block in told.documents:
        parts += [block.key, block.body, block.recorded_at]
    for part in parts:
        yield from _within(part)


def _within(part: Any) -> Iterator[Want]:
    if isinstance(part, Shape):
        for inner in part.members.values():
            yield from _within(inner)
    elif isinstance(part, Many):
        for inner in part.entries:
            yield from _within(inner)
    elif isinstance(part, Value):
        if "code" in part.verbs:
            yield Want(part.verbs["code"]["table"], rates=False, on="on" in part.verbs["code"], place=part.place)
        if part.verbs.get("convert"):
            told = part.verbs["convert"]
            yield Want(told.get("table", UNITS), rates=True, on="on" in told, place=part.place)
        for inner in part.verbs.values():
            for one in inner if isinstance(inner, list) else inner.values() if isinstance(inner, dict) else [inner]:
                yield from _within(one)
