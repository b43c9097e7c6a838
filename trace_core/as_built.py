"""As built against as planned: what is at each position of a thing's bill of material, and how finely that is known.

Levels are the material levels of IPC-1782: 4, the one thing that is at the position is known; 3, a set of things of which one is; 2, the
order says what was issued to it; 0, nothing. Level 1, the part number alone, is met by the bill itself. A thing's level is that of its
worst position. What was built in beside the bill lowers no level and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trace_core.bills import Bills, accepted, went_in
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Link
from trace_core.ports import Documents
from trace_core.quantity import decimal_text
from trace_core.walk import Asked

EXACT, SET, ORDER, NOTHING = 4, 3, 2, 0


@dataclass(frozen=True, slots=True)
class Used:
    """A part with the link that brought it, and whether an order's pool did."""

    part: ThingId
    link: Link
    pooled: bool

    def is_at(self, designator: str) -> bool:
        """Whether it may be at the position: one that names none may be at any."""
        return not designator or not self.link.designators or designator in self.link.designators

    def as_json(self, item: str, asked: Asked) -> dict[str, Any]:
        """As the answer shows it, beside the item that was planned."""
        left = self.link.left(asked.at)
        told: dict[str, Any] = {"id": self.part.uri} | ({"substitute": True} if self.part.item != item else {})
        if left is not None:
            told |= {"quantity": decimal_text(left), "uom": self.link.uom}
        return told | ({"designators": list(self.link.designators)} if self.link.designators else {})


def as_built(documents: Documents, thing: ThingId, asked: Asked) -> dict[str, Any]:
    """The positions of a thing's bills of material with what is there. `level` is None where no bill judges it.

    Shape: `{"id", "at", "level", "bills": [{"order", "version", "positions": [{"line", "item", "designator"?, "level", "used": […]}]}],
    "unexpected": [{"id", …}]}`.
    """
    graph = Graph(documents)
    graph.reach([thing])
    bills = Bills(graph, asked)
    bills.look_up([thing])
    parts = [Used(*one) for one in went_in(graph, thing, asked)]
    parts = sorted(
        (used for used in parts if not bills.untracked(used.part.plant, used.part.item)), key=lambda used: (used.link.at, used.part)
    )
    found = bills.of(thing)
    told: list[dict[str, Any]] = [
        {
            "order": bill.output.order[1],
            "version": bill.version,
            "positions": [one for line in bill.lines for one in _line(line, parts, asked)],
        }
        for bill in found
    ]
    levels = [position["level"] for bill in told for position in bill["positions"]]
    planned = {item for bill in found for line in bill.lines for item in accepted(line)}
    strangers = [used.as_json(used.part.item, asked) for used in parts if used.part.item not in planned] if found else []
    return {"id": thing.uri, "level": min(levels, default=None), "bills": told, "unexpected": strangers}


def _line(line: dict[str, Any], parts: Sequence[Used], asked: Asked) -> Iterator[dict[str, Any]]:
    fitting = [used for used in parts if used.part.item in accepted(line)]
    for designator in line.get("designators") or [""]:
        here = [used for used in fitting if used.is_at(designator)]
        exact = [used for used in here if designator and designator in used.link.designators and not used.pooled]
        here = exact or here
        told = {"line": line["line"], "item": line["item"]} | ({"designator": designator} if designator else {})
        yield told | {"level": _level(here), "used": [used.as_json(line["item"], asked) for used in here]}


def _level(here: Iterable[Used]) -> int:
    here = list(here)
    if not here:
        return NOTHING
    if any(used.pooled for used in here):
        return ORDER
    certain = all(not used.link.group for used in here)
    return EXACT if certain and len({used.part for used in here}) == 1 else SET
