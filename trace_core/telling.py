"""What an answer says of one thing beside its name: origin, containers, shipments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trace_core import touches as key
from trace_core.documents.fields import time_text
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER
from trace_core.walk import Asked, Walked


class Teller:
    """Tells about things that a walk has reached."""

    def __init__(self, graph: Graph, asked: Asked, direction: str) -> None:
        self.graph = graph
        self.asked = asked
        self.direction = direction

    def look_up(self, things: Iterable[ThingId]) -> None:
        """Fetch what is known of the lots among the things."""
        self.graph.world.look_up(key.by_lot(thing) for thing in things if thing.kind == "lot")

    def thing(self, thing: ThingId, walked: Walked) -> dict[str, Any]:
        """A thing in the shape of contract section 4."""
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
        """Forward, the containers that the thing is in at the asked time and the shipments that it left in."""
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
