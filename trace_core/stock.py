"""How much of a thing there is over time: what came in and went out beside the links, worked out from its events (ADR 0013).

Links into the genealogy say themselves what they take out. Here is the rest: receipts, production, what arrived, was renamed, split or
merged into the thing; shipments and what came back from them; scrap, adjustments, transfers that nobody knows the other side of; counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from trace_core.direct import RENAMES
from trace_core.events import Event
from trace_core.graph import Graph
from trace_core.identifiers import ThingId

DRAWN, EMPTIED, CAME, WENT = range(4)
"""Of one instant: draws from a thing then counted as empty, the count, what comes in and links out, what went elsewhere."""
When = tuple[datetime, int]
MADE = frozenset({"receive", "produce", "byproduct", "operation"})


@dataclass(frozen=True, slots=True)
class Change:
    """The stock changed by `quantity` base units (None is unknown), for the `why` of an event type; a count of zero sets it to none."""

    when: When
    quantity: Fraction | None
    why: str


def changes(graph: Graph, thing: ThingId, at: datetime) -> list[Change]:
    """Every change of the thing's stock until `at`, in order."""
    events = [event for event in graph.events(thing) if event.at <= at and graph.standing.stands(event)]
    found = [change for event in events for change in _moved(graph, thing, event)]
    found = [change for change in found if change.when[0] <= at] + list(_reported(graph, thing, events))
    if thing.kind == "serial":
        found = _once(found)
    return sorted(found, key=lambda change: change.when)


def openings(found: Iterable[Change], drawn: Iterable[tuple[When, Fraction | None]]) -> list[Fraction]:
    """What must have been there at the start, and after each count of zero, so that the stock never falls below none.

    `drawn` are the links out. Where more went out than came in, what is missing came from nowhere known. It is the least that must have
    been there: what went out in an unknown quantity counts as nothing, and after something came in one, no more is missing for certain.
    """
    steps = [(change.when, -1 if change.why == "count" else 0, change.quantity) for change in found]
    steps += [(when, 1, None if quantity is None else -quantity) for when, quantity in drawn]
    needed, level, known = [Fraction(0)], Fraction(0), True
    for when, sort, quantity in sorted(steps, key=lambda step: step[:2]):
        if sort < 0:
            needed.append(Fraction(0))
            level, known = Fraction(0), True
        elif quantity is None:
            known = known and (sort > 0 or when[1] != CAME)
        elif known:
            level += quantity
            needed[-1] = max(needed[-1], -level)
    return needed


def _moved(graph: Graph, thing: ThingId, event: Event) -> Iterator[Change]:
    if event.empties and event.inputs[0].thing == thing:
        yield Change((event.at, EMPTIED), Fraction(0), "count")
        return
    share = graph.standing.share(event)
    for (held, quantity), _ in graph.containment.taking_part(event):
        amount = None if quantity is None else quantity * share
        becomes = event.type in RENAMES and event.outputs and event.outputs[0].thing == thing != held
        if becomes or (held == thing and _comes(graph, thing, event)):
            yield Change((_came_at(graph, thing, event), CAME), amount, event.type)
        elif held == thing and _goes(graph, thing, event):
            yield Change((event.at, WENT), None if amount is None else -amount, event.type)
        elif held == thing and event.type == "adjust":
            yield Change((event.at, CAME if amount is None or amount > 0 else WENT), amount, "adjust")


def _comes(graph: Graph, thing: ThingId, event: Event) -> bool:
    if event.type in {"produce", "byproduct"}:
        return not _again(graph, thing, event)
    return event.type in {"receive", "transfer_in", "customer_return"}


def _came_at(graph: Graph, thing: ThingId, event: Event) -> datetime:
    if event.type == "transfer_in" and event.shipment:
        stitches = graph.journeys.stitches(event.shipment)
        if journey := stitches.arrival_of(thing):
            return stitches.arrived_at(journey, event)
    return event.at


def _again(graph: Graph, thing: ThingId, event: Event) -> bool:
    """Whether the thing had gone into the order that it comes out of: then it never went away."""
    flow = graph.pools.flow((event.plant, event.order or ""))
    went = [link.at for link in flow.by_thing.get(thing, ())] + [at for at, _ in flow.used.get(thing, ())]
    return any(at <= event.at for at in went)


def _goes(graph: Graph, thing: ThingId, event: Event) -> bool:
    if event.type == "transfer_out":
        return not (event.shipment and graph.journeys.stitches(event.shipment).partner_of(thing))
    return event.type in {"ship", "scrap"}


def _reported(graph: Graph, thing: ThingId, events: list[Event]) -> Iterator[Change]:
    """Outputs of operations on orders that did not produce the thing: of the operations that saw the same pieces, the one with the most."""
    produced = {(event.plant, event.order) for event in events if event.type in {"produce", "byproduct"}}
    seen: dict[tuple[str, str | None], dict[str | None, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        if event.type == "operation" and (event.plant, event.order) not in produced and not _again(graph, thing, event):
            for flow in event.outputs:
                if thing in (flow.thing, flow.lot):
                    change = Change((event.at, CAME), graph.world.base(flow), "operation")
                    seen[event.plant, event.order][event.operation].append(change)
    for operations in seen.values():
        yield from max(sorted(operations.values(), key=lambda found: found[0].when), key=_total)


def _total(found: list[Change]) -> Fraction:
    return sum((change.quantity or Fraction(0) for change in found), Fraction(0))


def _once(found: list[Change]) -> list[Change]:
    """A serial is one piece: made once, unless it came under this name first; it goes and comes with its links alone."""
    arrived = [change for change in found if change.why in RENAMES or change.why == "transfer_in"]
    made = min((change.when for change in found if change.why in MADE), default=None)
    counted = [change for change in found if change.why == "count"]
    first = min((change.when for change in arrived), default=None)
    new = [Change(made, Fraction(1), "made")] if made and (first is None or made < first) else []
    return new + arrived + counted
