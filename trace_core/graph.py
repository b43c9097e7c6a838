"""The genealogy as a graph: links out of and into a node, whatever rule they come from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trace_core.containment import Containment
from trace_core.direct import Direct
from trace_core.events import Event
from trace_core.identifiers import ThingId
from trace_core.journeys import Journeys
from trace_core.links import Link, Node, Pool
from trace_core.pools import Pools
from trace_core.ports import Documents
from trace_core.reversals import Standing
from trace_core.world import World


class Graph:
    """Links of the world's things. `reach` must have been called for a thing before its links are asked for."""

    def __init__(self, documents: Documents) -> None:
        self.world = World(documents)
        self.standing = Standing(self.world)
        self.containment = Containment(self.world)
        self.direct = Direct(self.world, self.containment, self.standing)
        self.pools = Pools(self.world, self.containment, self.standing)
        self.journeys = Journeys(self.world, self.containment, self.standing)

    def reach(self, nodes: Iterable[Node]) -> None:
        """Fetch what decides the links of these nodes; pools and journeys come with the things that lead to them."""
        self.world.reach(node for node in nodes if isinstance(node, ThingId))

    def out_of(self, node: Node) -> list[Link]:
        """Links from the node towards customers."""
        if isinstance(node, ThingId):
            events = self.direct.events(node)
            return self.direct.out_of(node) + self.pools.out_of(node, events) + self.journeys.out_of(events, node)
        return self.pools.out_of_pool(node) if isinstance(node, Pool) else self.journeys.out_of_journey(node)

    def into(self, node: Node) -> list[Link]:
        """Links into the node from its origins."""
        if isinstance(node, ThingId):
            events = self.direct.events(node)
            return self.direct.into(node) + self.pools.into(node, events) + self.journeys.into(events, node)
        return self.pools.into_pool(node) if isinstance(node, Pool) else self.journeys.into_journey(node)

    def emptied(self, node: Node) -> list[datetime]:
        """When the node was found empty, in order; hardly any ever is."""
        found = self.world.emptied.get(node, ()) if isinstance(node, ThingId) else ()
        return sorted(event.at for event in found if self.standing.stands(event))

    def events(self, thing: ThingId) -> list[Event]:
        """Events that moved the thing, itself or in a container at their time, in order of time."""
        return sorted((event for event in self.direct.events(thing) if self._involves(event, thing)), key=lambda event: event.rank)

    def _involves(self, event: Event, thing: ThingId) -> bool:
        flows = (*event.inputs, *event.outputs, *event.removed)
        if any(thing in (flow.thing, flow.lot) for flow in flows):
            return True
        return any(held[0] == thing for held, _ in self.containment.taking_part(event))
