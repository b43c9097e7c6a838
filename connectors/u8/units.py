"""Units for lines that come without: U8's quantities are in the item's main unit, which BOMs and most entries leave out.

The list of items is read once per connector, in pages, when the first such line comes; what is kept is a unit per item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
ITEM, UNIT, ADDED = ("inventorycode", "cinvcode"), ("cmassunitname", "main_measure"), "main_measure"


class Units:
    """Main units by item; `pages` lists all items."""

    def __init__(self, pages: Callable[[], Iterable[Sequence[Mapping[str, Any]]]]) -> None:
        self._pages = pages
        self._held: Mapping[str, str] | None = None

    def added(self, document: Row) -> Row:
        """The document with `main_measure` in every part that names an item and no unit."""
        lines = [self._part(line) for line in document.get("entry") or ()]
        return self._part(document) | ({"entry": lines} if "entry" in document else {})

    def _part(self, part: Row) -> Row:
        item = next((str(part[name]) for name in ITEM if part.get(name)), "")
        if not item or any(part.get(name) for name in UNIT):
            return part
        return part | {ADDED: self._all().get(item, "")}

    def _all(self) -> Mapping[str, str]:
        if self._held is None:
            self._held = {str(row.get("code")): str(row.get(ADDED) or "") for rows in self._pages() for row in rows}
        return self._held
