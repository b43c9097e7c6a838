"""What the simulated U8 holds: documents by kind, bound to the keys of those who wrote them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

Document = dict[str, Any]
KEYS = {"bom": "bomid"}


class State:
    """Documents, and which of them are late."""

    def __init__(self, data: Mapping[str, Any], wrote: Callable[..., None]) -> None:
        server = data.get("server", {})
        self.objects: dict[str, list[Document]] = copy.deepcopy(dict(data.get("objects", {})))
        self.late = int(server.get("late", 0))
        self.own_numbers = bool(server.get("own_numbers"))
        self._wrote = wrote
        self._bound: dict[tuple[str, str], Document] = {}
        self._waiting: dict[int, int] = {}
        self._numbers = count(1)

    def find(self, kind: str, key: str) -> Document | None:
        """The document of that number, once it is there."""
        found = next((one for one in self.objects.get(kind, ()) if str(one.get(KEYS.get(kind, "code"))) == key), None)
        if found is not None and (left := self._waiting.get(id(found), 0)) > 0:
            self._waiting[id(found)] = left - 1
            return None
        return found

    def add(self, kind: str, document: Document, bound: str) -> tuple[Document, bool]:
        """The document kept, and whether it is new; one of the same `bound` key is the same document."""
        if bound and (kind, bound) in self._bound:
            return self._bound[kind, bound], False
        made = as_texts(document)
        if self.own_numbers:
            made["code"] = f"U8{next(self._numbers):08}"
        self.objects.setdefault(kind, []).append(made)
        self._waiting[id(made)] = self.late
        if bound:
            self._bound[kind, bound] = made
        self._wrote(operation=f"{kind}/add", key=made["code"], created=True)
        return made, True


def as_texts(value: Any) -> Any:
    """Every scalar as text, as U8 writes JSON."""
    if isinstance(value, dict):
        return {name: as_texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    return "" if value is None else str(value)
