"""Links as answers write them: from thing to thing, with the pool or journey that they came through left out (contract section 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from trace_core.documents.fields import time_text
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Journey, Link, Node, Pool
from trace_core.quantity import decimal_text
from trace_core.walk import Asked, Walked


def written(walked: Walked, graph: Graph) -> Iterator[tuple[Link, Node]]:
    """Links from thing to thing: (the link that enters `to` with `start` replaced, the node it came through)."""
    into: dict[Node, list[Link]] = defaultdict(list)
    for link in walked.links.values():
        if not isinstance(link.end, ThingId):
            into[link.end].append(link)
    found: dict[tuple[object, ...], tuple[Link, Node]] = {}
    for link in walked.links.values():
        if not isinstance(link.end, ThingId):
            continue
        if isinstance(link.start, ThingId):
            found[link.name] = (link, link.start)
            continue
        for entry in into[link.start]:
            if entry.at <= link.at:
                whole = Link(entry.start, link.end, link.at, _through_pool(graph, entry, link), entry.measure, entry.uom, link.event)
                if isinstance(link.start, Journey):
                    whole = Link(entry.start, link.end, link.at, link.quantity, link.measure, link.uom, link.event)
                found[whole.name] = (whole, link.start)
    yield from sorted(found.values(), key=lambda one: (one[0].at, str(one[0].start), str(one[0].end), one[0].event.source))


def _through_pool(graph: Graph, entry: Link, link: Link) -> Fraction | None:
    """All that the thing brought into a pool, when one output alone draws from it; else what went into which output is not known."""
    pool = entry.end
    if not isinstance(pool, Pool) or not graph.pools.sole_output(pool):
        return None
    brought = [one.quantity for one in graph.pools.into_pool(pool) if one.start == entry.start and one.at <= link.at]
    known = [quantity for quantity in brought if quantity is not None]
    return sum(known, Fraction(0)) if len(known) == len(brought) else None


def link_json(link: Link, through: Node, asked: Asked) -> dict[str, Any]:
    """A link in the shape of contract section 4; `through` is the node that it came through."""
    event = link.event
    quantity = link.left(asked.at) if asked.question == "contains" else link.quantity
    source = {"plant": event.plant, "kind": event.source.kind, "key": event.source.key, "revision": event.source.revision}
    told: dict[str, Any] = {"from": str(link.start), "to": str(link.end), "at": time_text(link.at)}
    if quantity is not None:
        told |= {"quantity": decimal_text(quantity), "uom": link.uom}
    told["type"] = event.type
    optional = {
        "order": event.order,
        "shipment": through.shipment if isinstance(through, Journey) else None,
        "operation": event.operation,
        "equipment": event.equipment,
        "people": list(event.people),
        "designators": list(link.designators),
    }
    return told | {name: value for name, value in optional.items() if value} | {"source": source}
