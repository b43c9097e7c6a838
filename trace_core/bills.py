"""What an order was to be made of: the outputs of orders and the bill of material that holds for each (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trace_core import touches as key
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Link, is_membership
from trace_core.walk import Asked

JUDGED = frozenset({"standard", "subcontract"})
"""Types of orders whose outputs are compared with a bill of material."""


@dataclass(frozen=True, slots=True)
class Output:
    """A thing as the result of an order: since when, and whether only as a by-product."""

    order: tuple[str, str]
    at: datetime
    byproduct: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines of a bill of material that hold for one output; components that are not tracked are left out."""

    output: Output
    version: str
    lines: Sequence[dict[str, Any]]


class Bills:
    """Outputs and their bills of material, of things that the graph has reached."""

    def __init__(self, graph: Graph, asked: Asked) -> None:
        self.graph = graph
        self.asked = asked

    def look_up(self, things: Iterable[ThingId]) -> None:
        """Fetch the orders, bills of material and component items that concern these things."""
        things = list(things)
        world = self.graph.world
        orders = {output.order for thing in things for output in self.outputs(thing)}
        world.look_up(key.by_order_document(*order) for order in orders)
        world.look_up(key.by_bom(thing.plant, thing.item) for thing in things if thing.item)
        boms = [bom for found in list(world.masters.values()) for bom in found if bom.kind == "bom"]
        world.look_up(key.by_item(bom.plant, item) for bom in boms for line in bom.body["lines"] for item in accepted(line))

    def outputs(self, thing: ThingId) -> list[Output]:
        """The thing as a result of orders, by order."""
        orders = {(event.plant, event.order) for event in self.graph.events(thing) if event.order}
        found = []
        for order in sorted(orders):
            made = [one for one in self.graph.pools.flow(order).outputs.get(thing, ()) if one.at <= self.asked.at]
            if made:
                found.append(Output(order, min(one.at for one in made), all(one.event.type == "byproduct" for one in made)))
        return found

    def order(self, order: tuple[str, str]) -> dict[str, Any]:
        """The body of an order's document; empty when there is none."""
        document = self.graph.world.master(key.by_order_document(*order), "order")
        return dict(document.body) if document else {}

    def untracked(self, plant: str, item: str) -> bool:
        """Whether an item is known to be traced by no number."""
        return (self.graph.world.item(plant, item) or {}).get("tracking") == "none"

    def of(self, thing: ThingId) -> list[Bill]:
        """The bills with at least one line that judge the thing, by order."""
        judged = [one for one in self.outputs(thing) if not one.byproduct and self.order(one.order).get("type") in JUDGED]
        return [bill for output in judged if (bill := self._bill(thing, output)) and bill.lines]

    def _bill(self, thing: ThingId, output: Output) -> Bill | None:
        boms = [d for d in self.graph.world.masters.get(key.by_bom(thing.plant, thing.item), ()) if d.kind == "bom"]
        version = self.order(output.order).get("bom_version")
        if version is not None:
            chosen = [bom for bom in boms if bom.body["version"] == version]
        else:
            chosen = [bom for bom in boms if valid_at(bom.body, output.at)]
        if not chosen:
            return None
        best = max(chosen, key=lambda bom: (_start(bom.body), bom.body["version"], bom.key))
        lines = [line for line in best.body["lines"] if valid_at(line, output.at) and not self.untracked(best.plant, line["item"])]
        return Bill(output, str(best.body["version"]), lines)


def _start(body: Any) -> datetime:
    return datetime.fromisoformat(body.get("valid_from", "0001-01-01T00:00:00Z"))


def valid_at(body: Any, at: datetime) -> bool:
    """Whether [valid_from, valid_to) of a document part covers the instant; open ends are for ever."""
    return _start(body) <= at and ("valid_to" not in body or at < datetime.fromisoformat(body["valid_to"]))


def accepted(line: Any) -> set[str]:
    """The items that fulfil a line: its own and its substitutes."""
    return {line["item"], *line.get("substitutes", ())}


def went_in(graph: Graph, thing: ThingId, asked: Asked) -> Iterator[tuple[ThingId, Link, bool]]:
    """(part, the link that brought it, whether through an order's pool) of everything that went directly into the thing."""
    for link in graph.into(thing):
        if not asked.holds(link) or is_membership(link):
            continue
        pooled = not isinstance(link.start, ThingId)
        for source in graph.into(link.start) if pooled else [link]:
            part = source.start
            if asked.holds(source) and source.at <= link.at and isinstance(part, ThingId) and part != thing:
                yield part, source, pooled
