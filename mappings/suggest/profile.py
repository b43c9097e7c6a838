"""What the values of a field look like, from recorded documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any

from mappings.engine.values import as_text, clean, moment_text, number_text, odata_text
from trace_core.quantity import REC20

KNOWN_UNITS = frozenset(
    {
        *REC20,
        *[
            "pcs",
            "pc",
            "ea",
            "set",
            "kg",
            "g",
            "mg",
            "t",
            "m",
            "mm",
            "cm",
            "km",
            "l",
            "ml",
            "st",
            "stk",
            "stück",
            "roll",
            "reel",
            "个",
            "只",
            "片",
            "件",
            "套",
            "千克",
            "公斤",
            "克",
            "米",
            "毫米",
            "升",
            "毫升",
            "卷",
            "盘",
            "箱",
            "pce",
        ],
    }
)
_EPOCH_MS, _EPOCH_S = range(946_684_800_000, 4_102_444_800_000), range(946_684_800, 4_102_444_800)
_DAY = re.compile(r"\d{4}[-/]?\d\d[-/]?\d\d")
KEPT = 5
"""Examples kept of a field."""


@dataclass(slots=True)
class Profile:
    """One source field: its path with lists named once, and counts of what its values are."""

    path: str
    rows: str
    seen: int = 0
    filled: int = 0
    numbers: int = 0
    times: int = 0
    epochs: dict[str, int] = field(default_factory=dict)
    units: int = 0
    digits: int = 0
    distinct: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The path without the list that it stands in."""
        return self.path[len(self.rows) + 1 :] if self.rows else self.path

    def share(self, count: int) -> float:
        """A count as a share of the values that are not empty."""
        return count / self.filled if self.filled else 0.0

    @property
    def different(self) -> float:
        """How many of the values differ from each other, from 0 to 1."""
        return self.share(len(self.distinct))

    def add(self, value: Any) -> None:
        """Count one value."""
        self.seen += 1
        found = clean(value)
        if found is None or isinstance(found, (dict, list)):
            return
        self.filled += 1
        text = as_text(found)
        self.distinct.add(text)
        if text not in self.examples and len(self.examples) < KEPT:
            self.examples.append(text[:40])
        self.numbers += _is(number_text, found) and not isinstance(found, bool)
        self._times(found, text)
        self.units += text.lower() in KNOWN_UNITS or text in KNOWN_UNITS
        self.digits += any(character.isdigit() for character in text)

    def _times(self, found: Any, text: str) -> None:
        whole = int(text) if text.isdigit() and text.isascii() else 0
        how = ""
        if isinstance(found, str) and _DAY.match(text) and _is(lambda value: moment_text(value, UTC), text):
            how = "local"
        elif text.startswith("/Date(") and _is(odata_text, text):
            how = "odata"
        elif whole in _EPOCH_MS:
            how = "epoch_ms"
        elif whole in _EPOCH_S:
            how = "epoch_s"
        if how:
            self.times += 1
            self.epochs[how] = self.epochs.get(how, 0) + 1

    @property
    def date(self) -> str:
        """How its times are written, as the verb `date` names it."""
        return max(self.epochs, key=lambda how: self.epochs[how], default="local")


def _is(read: Any, value: Any) -> bool:
    try:
        read(value)
    except (ValueError, ArithmeticError):
        return False
    return True


def profiles(documents: Sequence[Any]) -> dict[str, Profile]:
    """The profile of every single field, by path."""
    found: dict[str, Profile] = {}
    for document in documents:
        for path, rows, value in _leaves(document, "", ""):
            found.setdefault(path, Profile(path, rows)).add(value)
    return found


def _leaves(value: Any, path: str, rows: str) -> Iterator[tuple[str, str, Any]]:
    """(path, path of the innermost list of objects around it, value); lists of single values count as one field."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name), rows)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path, path if isinstance(inner, Mapping) else rows)
    elif path:
        yield path, rows, value


def amount(value: float) -> str:
    """A share as a percentage."""
    return f"{Decimal(value * 100):.0f} %"
