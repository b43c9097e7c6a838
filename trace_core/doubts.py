"""Times that contradict what happened: material issued to an order after the last thing came out of it.

It went into nothing that is known, so that an answer rightly leaves the order's outputs out; the more likely truth is a booking made late.
A doubt leaves an answer complete and is shown beside its gaps (ADR 0021).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from trace_core.documents.fields import time_text
from trace_core.gaps import Gap
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.walk import Asked
from trace_core.world import OrderKey


def doubts_about(graph: Graph, things: Iterable[ThingId], asked: Asked) -> list[Gap]:
    """Every doubt about what was issued, among the things, and about what was issued to the orders that made them; sorted, each once."""
    on_order: dict[OrderKey, set[ThingId]] = defaultdict(set)
    for thing in things:
        for event in graph.events(thing):
            if event.order:
                on_order[event.plant, event.order].add(thing)
    return sorted({doubt for order, known in on_order.items() for doubt in _late(graph, order, known, asked)})


def _late(graph: Graph, order: OrderKey, known: set[ThingId], asked: Asked) -> Iterator[Gap]:
    """Doubts about one order of which some things are known: each order is looked at once, however many things came out of it."""
    flow = graph.pools.flow(order)
    last = max((one.at for made in flow.outputs.values() for one in made if one.at <= asked.at), default=None)
    if last is None:
        return
    made = not known.isdisjoint(flow.outputs)
    for part, links in flow.by_thing.items():
        for link in (link for link in links if (made or part in known) and last < link.at and asked.holds(link)):
            said = f"issued to order {order[1]} at {time_text(link.at)}, after its last output at {time_text(last)}"
            yield Gap("issue_after_output", part, said)
