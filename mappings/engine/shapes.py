"""Which fields documents have and of what sort: each shape is looked at once, so that no new field of a system goes by unseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

MOST = 20_000
"""Shapes that are remembered; a system has few, and beyond this they are looked at anew."""
_SORTS: dict[type, str] = {str: "text", int: "number", Decimal: "number", bool: "truth", type(None): "empty"}
Field = tuple[str, str]
"""(path, sort): names joined by dots, rows of lists without their number; text, number, truth, empty or object."""


class Shapes:
    """The shapes of one kind of document that have been seen."""

    def __init__(self) -> None:
        self._inside: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self._fields: set[Field] = set()

    def new(self, document: Any) -> set[Field]:
        """The fields of a document that no document before it had in this sort."""
        found: set[Field] = set()
        self._look(document, "", found)
        fresh = found - self._fields
        self._fields |= fresh
        return fresh

    def _look(self, value: Any, path: str, found: set[Field]) -> None:
        if isinstance(value, dict):
            shape = (path, tuple(value), tuple(map(type, value.values())))
            inside = self._inside.get(shape)
            if inside is None:
                inside = self._first(shape, value, path, found)
            for name in inside:
                self._look(value[name], f"{path}.{name}" if path else name, found)
        elif isinstance(value, list):
            for row in value:
                self._look(row, path, found)
        elif path:
            found.add((path, sort_of(value)))

    def _first(self, shape: tuple[Any, ...], value: dict[str, Any], path: str, found: set[Field]) -> tuple[str, ...]:
        """Note the single values of a shape that was not seen before; the names of what has values within."""
        if len(self._inside) >= MOST:
            self._inside.clear()
        inside = []
        for name, inner in value.items():
            if isinstance(inner, (dict, list)):
                inside.append(name)
            else:
                found.add((f"{path}.{name}" if path else name, sort_of(inner)))
        self._inside[shape] = tuple(inside)
        return self._inside[shape]


def sort_of(value: Any) -> str:
    """The sort of a single value."""
    return _SORTS.get(type(value), "object")
