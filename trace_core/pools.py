"""Links through an order: what was issued to it, and what was produced out of it, where no operation says it finer.

Rule 4 of contract section 3. For an order O and a component item X there is a pool wip(O, X); issues lead into it, returns take off
what their thing brought in, and every output of the order draws from it, except where that output's own operations on the order
already name the item, or the output itself was issued to the order (rework: it takes only itself).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from trace_core.containment import Containment
from trace_core.events import Event
from trace_core.identifiers import ThingId
from trace_core.links import Link, Pool, standing, take_back
from trace_core.reversals import Standing
from trace_core.world import OrderKey, World


@dataclass(slots=True)
class Output:
    """A thing that left the order as its result at a time, as an event says."""

    thing: ThingId
    at: datetime
    event: Event
    quantity: Fraction | None


@dataclass(slots=True)
class OrderFlow:
    """Everything that one order's events say about pools. `used` is what reports and repairs on the order took, by thing."""

    entries: dict[Pool, list[Link]] = field(default_factory=dict)
    outputs: dict[ThingId, list[Output]] = field(default_factory=dict)
    by_thing: dict[ThingId, list[Link]] = field(default_factory=lambda: defaultdict(list))
    finer: dict[ThingId, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    excess: list[tuple[Event, ThingId, Fraction]] = field(default_factory=list)
    used: dict[ThingId, list[tuple[datetime, Fraction | None]]] = field(default_factory=lambda: defaultdict(list))

    def feeds(self, pool: Pool, thing: ThingId) -> bool:
        """Whether an output draws from the pool."""
        if (pool.item_plant, pool.item) in self.finer.get(thing, ()):
            return False
        own = (pool.item_plant, pool.item) == (thing.plant, thing.item)
        return not (own and thing in self.by_thing)


class Pools:
    """Order flows, worked out once for each order."""

    def __init__(self, world: World, containment: Containment, standing_: Standing) -> None:
        self.world = world
        self.containment = containment
        self.standing = standing_
        self._flows: dict[OrderKey, OrderFlow] = {}
        self._sole: dict[Pool, bool] = {}

    def out_of(self, thing: ThingId, events: list[Event]) -> list[Link]:
        """Links from the thing into the pools of the orders that it was issued to; `events` are those that may have moved it."""
        orders = {(event.plant, event.order) for event in events if event.type == "issue" and event.order}
        flows = [self.flow(order) for order in sorted(orders)]
        return [link for flow in flows for link in flow.by_thing.get(thing, ())]

    def into(self, thing: ThingId, events: list[Event]) -> list[Link]:
        """Links into the thing from the pools of the orders that it is an output of."""
        orders = {(event.plant, event.order) for event in events if event.order}
        return [
            self._drawn(pool, output)
            for flow in map(self.flow, sorted(orders))
            for output in flow.outputs.get(thing, ())
            for pool in flow.entries
            if flow.feeds(pool, thing)
        ]

    def out_of_pool(self, pool: Pool) -> list[Link]:
        """Links from the pool to every output that draws from it."""
        flow = self.flow((pool.plant, pool.order))
        return [self._drawn(pool, output) for thing, outputs in flow.outputs.items() if flow.feeds(pool, thing) for output in outputs]

    def sole_output(self, pool: Pool) -> bool:
        """Whether one output alone, in one event, draws from the pool."""
        if pool not in self._sole:
            self._sole[pool] = len(self.out_of_pool(pool)) == 1
        return self._sole[pool]

    def into_pool(self, pool: Pool) -> list[Link]:
        """Links into the pool from what was issued."""
        return self.flow((pool.plant, pool.order)).entries.get(pool, [])

    def _drawn(self, pool: Pool, output: Output) -> Link:
        return Link(pool, output.thing, output.at, output.quantity, output.thing, self.world.unit(output.thing, "H87"), output.event)

    def flow(self, order: OrderKey) -> OrderFlow:
        """What the order's events say, all of them at once."""
        if order not in self._flows:
            events = sorted(self.world.on_order.get(order, ()), key=lambda event: event.rank)
            flow = OrderFlow()
            self._read_outputs(events, flow)
            self._read_entries(order, events, flow)
            for event in (event for event in events if event.type in {"operation", "repair"}):
                for (thing, quantity), _ in self.containment.taking_part(event):
                    flow.used[thing].append((event.at, quantity))
            self._flows[order] = flow
        return self._flows[order]

    def _read_outputs(self, events: list[Event], flow: OrderFlow) -> None:
        for event in events:
            if event.type in {"produce", "byproduct"} and self.standing.stands(event):
                for (thing, quantity), _ in self.containment.taking_part(event):
                    made = None if quantity is None else quantity * self.standing.share(event)
                    if made is None or made > 0:
                        flow.outputs.setdefault(thing, []).append(Output(thing, event.at, event, made))
        reported: dict[ThingId, Output] = {}
        for event in (event for event in events if event.type == "operation"):
            named = {(part.plant, part.item) for (part, _), _ in self.containment.taking_part(event)}
            for result in event.outputs:
                flow.finer[result.thing] |= named
                reported[result.thing] = Output(result.thing, event.at, event, self.world.base(result))
        for thing, last in reported.items():
            flow.outputs.setdefault(thing, [last])

    def _read_entries(self, order: OrderKey, events: list[Event], flow: OrderFlow) -> None:
        starts = [event.at for event in events if event.type == "operation" and event.outputs]
        starts += [output.at for outputs in flow.outputs.values() for output in outputs]
        first = min(starts, default=None)
        issued: dict[ThingId, list[Link]] = defaultdict(list)
        returned: dict[ThingId, list[tuple[datetime, Fraction, Event, ThingId]]] = defaultdict(list)
        for event in events:
            if event.type not in {"issue", "return"} or not self.standing.stands(event):
                continue
            at = min(event.at, first) if event.type == "issue" and event.backflush and first else event.at
            for (thing, quantity), moved in self.containment.taking_part(event):
                amount = None if quantity is None else quantity * self.standing.share(event)
                if event.type == "return":
                    returned[thing].append((event.at, amount if amount is not None else Fraction(10**18), event, thing))
                elif amount is None or amount > 0:
                    pool = Pool(*order, thing.plant, thing.item)
                    uom = self.world.unit(thing, "H87" if moved.thing.is_container else moved.uom)
                    issued[thing].append(Link(thing, pool, at, amount, thing, uom, event))
        for thing in issued.keys() | returned.keys():
            drawn = take_back(issued[thing], returned[thing], keep_history=False)
            flow.excess += drawn.excess
            for link in standing(drawn.links):
                flow.entries.setdefault(Pool(*order, thing.plant, thing.item), []).append(link)
                flow.by_thing[thing].append(link)
