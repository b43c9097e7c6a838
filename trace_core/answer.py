"""Answers in the shape of contract section 4, from a walk of the genealogy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

from trace_core import touches as key
from trace_core.documents.fields import time_text
from trace_core.gaps import gaps_about
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER, Journey, Link, Node, Pool
from trace_core.ports import Documents
from trace_core.quantity import decimal_text
from trace_core.reach import roots_of
from trace_core.walk import Asked, Walked, backward, forward


def trace(
    documents: Documents,
    root: ThingId,
    *,
    direction: str,
    now: datetime,
    at: datetime | None = None,
    as_known_at: datetime | None = None,
    question: str = "contains",
    summary: bool = False,
) -> dict[str, Any]:
    """The answer to a backward or forward question about one thing.

    `documents` must already be limited to what was known at `as_known_at`. `at` defaults to `now`. A container as root stands for its
    contents at the asked time. `summary` leaves the links out.
    """
    graph, asked = Graph(documents), Asked(at or now, question)
    roots = roots_of(graph, root, asked)
    walked = (forward if direction == "forward" else backward)(graph, roots, asked)
    if root.is_container:
        graph.reach([root])
    about = list(dict.fromkeys([root, *walked.things()]))
    gaps = gaps_about(graph, about, asked)
    written = list(_written(walked, graph))
    teller = _Teller(graph, asked, direction)
    teller.look_up(about)
    things = [teller.thing(thing, walked) for thing in sorted(walked.things(), key=lambda t: (walked.depth[t], t)) if thing != root]
    query = {
        "direction": direction,
        "root": root.uri,
        "at": time_text(at) if at else None,
        "as_known_at": time_text(as_known_at) if as_known_at else None,
        "question": question,
        **teller.whereabouts(root),
    }
    answer: dict[str, Any] = {"query": query, "things": things}
    if not summary:
        answer["links"] = [_link(link, through, asked) for link, through in written]
    answer |= {"complete": not gaps, "gaps": [gap.as_json() for gap in gaps]}
    return answer | {"counts": {"things": len(things), "links": len(written)}}


class _Teller:
    """What an answer says of one thing beside its name."""

    def __init__(self, graph: Graph, asked: Asked, direction: str) -> None:
        self.graph = graph
        self.asked = asked
        self.direction = direction

    def look_up(self, things: list[ThingId]) -> None:
        self.graph.world.look_up(key.by_lot(thing) for thing in things if thing.kind == "lot")

    def thing(self, thing: ThingId, walked: Walked) -> dict[str, Any]:
        since = walked.since.get(thing)
        told: dict[str, Any] = {
            "id": thing.uri,
            "plant": thing.plant,
            "kind": thing.kind,
            "item": thing.item,
            "number": thing.number,
            "depth": walked.depth[thing],
            "since": time_text(since) if since and since not in (SINCE_EVER, FOR_EVER) and walked.depth[thing] else None,
        }
        return told | self._origin(thing) | self.whereabouts(thing)

    def _origin(self, thing: ThingId) -> dict[str, Any]:
        lot = self.graph.world.master(key.by_lot(thing), "lot")
        body = dict(lot.body) if lot else {}
        received = [event.partner for event in self.graph.events(thing) if event.type == "receive" and event.partner]
        supplier = body.get("supplier") or (received[0] if received else None)
        told = {"supplier": supplier, "supplier_lot": body.get("supplier_lot"), "date_code": body.get("date_code")}
        return {name: value for name, value in told.items() if value}

    def whereabouts(self, thing: ThingId) -> dict[str, Any]:
        if self.direction != "forward":
            return {}
        holders = [holder.uri for holder in self.graph.containment.holders(thing, self.asked.at)]
        shipments = list(self._shipments(thing))
        return ({"containers": holders} if holders else {}) | ({"shipments": shipments} if shipments else {})

    def _shipments(self, thing: ThingId) -> Iterator[dict[str, Any]]:
        seen = set()
        for event in sorted(self.graph.direct.events(thing), key=lambda event: event.rank):
            if event.type != "ship" or event.at > self.asked.at or not self.graph.standing.stands(event):
                continue
            carried = event.inputs[0].thing
            if carried != thing and carried not in self.graph.containment.holders(thing, event.at):
                continue
            told = (event.shipment, event.partner, event.at)
            if told not in seen:
                seen.add(told)
                yield {"shipment": event.shipment, "partner": event.partner, "at": time_text(event.at)}


def _written(walked: Walked, graph: Graph) -> Iterator[tuple[Link, Node]]:
    """Links from thing to thing: (the link that enters `to` with `start` replaced, the node it came through)."""
    into: dict[Node, list[Link]] = defaultdict(list)
    for link in walked.links.values():
        if not isinstance(link.end, ThingId):
            into[link.end].append(link)
    written: dict[tuple[object, ...], tuple[Link, Node]] = {}
    for link in walked.links.values():
        if not isinstance(link.end, ThingId):
            continue
        if isinstance(link.start, ThingId):
            written[link.start, link.end, link.at, link.event.source, link.designators] = (link, link.start)
            continue
        for entry in into[link.start]:
            if entry.at <= link.at:
                whole = Link(entry.start, link.end, link.at, _through_pool(graph, entry, link), entry.measure, entry.uom, link.event)
                if isinstance(link.start, Journey):
                    whole = Link(entry.start, link.end, link.at, link.quantity, link.measure, link.uom, link.event)
                written[entry.start, link.end, link.at, link.event.source] = (whole, link.start)
    yield from sorted(written.values(), key=lambda one: (one[0].at, str(one[0].start), str(one[0].end), one[0].event.source))


def _through_pool(graph: Graph, entry: Link, link: Link) -> Fraction | None:
    """All that the thing brought into a pool, when one output alone draws from it; else what went into which output is not known."""
    pool = entry.end
    if not isinstance(pool, Pool) or not graph.pools.sole_output(pool):
        return None
    brought = [one.quantity for one in graph.pools.into_pool(pool) if one.start == entry.start and one.at <= link.at]
    known = [quantity for quantity in brought if quantity is not None]
    return sum(known, Fraction(0)) if len(known) == len(brought) else None


def _link(link: Link, through: Node, asked: Asked) -> dict[str, Any]:
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
