"""A recorded company for a connector's sample, grown to as many documents of each kind as are asked for."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from connectors.kit import exact_json

APART = 1_000_000
"""How far the ids of two documents made of one lie apart."""


def grown_from(recording: Path, size: int, *, names: Collection[str], ids_from: int = 0) -> dict[str, Any]:
    """The data of a recording with at least `size` documents of each kind under `objects`: the first of a kind again, under other names.

    `names` are the fields that name a document or a part of it; whole numbers from `ids_from` on are ids, where there are such.
    """
    data: dict[str, Any] = exact_json.loads(recording.read_bytes())
    again = _Again(frozenset(names), ids_from)
    data["objects"] = {kind: [*held, *(again.of(held[0], n) for n in range(len(held), size))] for kind, held in data["objects"].items()}
    return data


class _Again:
    """A document once more, with the number of the copy in everything that names it."""

    def __init__(self, names: frozenset[str], ids_from: int) -> None:
        self._names, self._ids_from = names, ids_from

    def of(self, told: Any, number: int) -> Any:
        if isinstance(told, dict):
            return {name: f"{value}-{number}" if name in self._names and value else self.of(value, number) for name, value in told.items()}
        if isinstance(told, list):
            return [self.of(one, number) for one in told]
        is_id = self._ids_from and isinstance(told, int) and told >= self._ids_from
        return told + number * APART if is_id else told
