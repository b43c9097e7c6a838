"""Times that contradict what happened: material issued to an order after the last thing came out of it.

It went into nothing that is known, so that an answer rightly leaves the order's outputs out; the more likely truth is a booking made late.
A doubt leaves an answer complete and is shown beside its gaps (ADR 0021).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trace_core.documents.fields import time_text
from trace_core.gaps import Gap
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.walk import Asked


def doubts_about(graph: Graph, things: Iterable[ThingId], asked: Asked) -> list[Gap]:
    """Every doubt about what was issued, among the things, and about what was issued to the orders that made them; sorted, each once."""
    return sorted({doubt for thing in things for order in _orders(graph, thing) for doubt in _late(graph, order, thing, asked)})


def _orders(graph: Graph, thing: ThingId) -> set[tuple[str, str]]:
    return {(event.plant, event.order) for event in graph.events(thing) if event.order}


def _late(graph: Graph, order: tuple[str, str], thing: ThingId, asked: Asked) -> Iterator[Gap]:
    flow = graph.pools.flow(order)
    outputs = [one.at for made in flow.outputs.values() for one in made if one.at <= asked.at]
    if not outputs:
        return
    last, made = max(outputs), thing in flow.outputs
    for part in flow.by_thing if made else [thing]:
        links = flow.by_thing.get(part, ())
        for link in (link for link in links if last < link.at and asked.holds(link)):
            said = f"issued to order {order[1]} at {time_text(link.at)}, after its last output at {time_text(last)}"
            yield Gap("issue_after_output", part, said)
