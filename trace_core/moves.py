"""Links as amounts that leave one holder for another at an instant: what the exposure by quantity adds up (ADR 0013)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from trace_core.direct import RENAMES
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Journey, Link, Node, Pool, is_membership
from trace_core.portions import added
from trace_core.stock import CAME, DRAWN, When
from trace_core.walk import Asked


@dataclass(frozen=True, slots=True)
class Move:
    """`quantity` of the link's start goes to its end; `lasting` of it leaves for good, the rest is known to be there again.

    Quantities are in base units of the start, None is unknown. `keeps`: the substance stays itself. `chance`: where it is only possible
    that it went this way, the part of it that is expected to have.
    """

    when: When
    link: Link
    quantity: Fraction | None
    lasting: Fraction | None
    keeps: bool = False
    chance: Fraction | None = None

    @property
    def start(self) -> Node:
        """Where it leaves."""
        return self.link.start

    @property
    def end(self) -> Node:
        """Where it arrives."""
        return self.link.end


def moves_out(graph: Graph, node: Node, asked: Asked) -> list[Move]:
    """Everything that leaves the node for others in the genealogy, whoever asks."""
    links = [link for link in graph.out_of(node) if asked.holds(link)]
    if isinstance(node, Pool):
        return [Move((link.at, CAME), link, link.quantity, Fraction(0)) for link in links]
    if isinstance(node, Journey):
        return list(_arrivals(graph, node, links))
    emptied = graph.emptied(node)
    entries = [link for link in links if isinstance(link.end, Pool)]
    others = [link for link in links if not isinstance(link.end, Pool)]
    found = [*_stated(graph, others, asked), *_issued(graph, node, entries, asked)]
    return [_at_count(move) if move.link.at in emptied else move for move in found]


def _at_count(move: Move) -> Move:
    """A draw at the instant of a count of zero came before it."""
    return replace(move, when=(move.link.at, DRAWN))


def _stated(graph: Graph, links: Iterable[Link], asked: Asked) -> Iterator[Move]:
    for link in links:
        net = link.left(asked.at)
        quantity = net if asked.question == "contains" else link.quantity
        if is_membership(link):
            yield Move((link.at, CAME), link, quantity, Fraction(0))
        elif link.group:
            chance = Fraction(1, Counter(flow.group for flow in link.event.inputs)[link.group])
            yield Move((link.at, CAME), link, quantity, None if net is None else net * chance, chance=chance)
        else:
            yield Move((link.at, CAME), link, quantity, net, keeps=_keeps(graph, link))


def _keeps(graph: Graph, link: Link) -> bool:
    """Whether the substance goes on under another name, counted in the same unit."""
    if not isinstance(link.end, ThingId):
        return isinstance(link.end, Journey)
    return link.event.type in RENAMES and graph.world.unit(link.measure, link.uom) == graph.world.unit(link.end, link.uom)


def _issued(graph: Graph, thing: ThingId, entries: list[Link], asked: Asked) -> Iterator[Move]:
    """Issues less what reports on the same order say of the same thing more finely; a thing that comes out of the order itself stays."""
    for pool in sorted({link.end for link in entries if isinstance(link.end, Pool)}):
        flow = graph.pools.flow((pool.plant, pool.order))
        last = max((output.at for output in flow.outputs.get(thing, ())), default=None)
        finer = added(quantity for at, quantity in flow.used.get(thing, ()) if at <= asked.at)
        for link in sorted((link for link in entries if link.end == pool), key=lambda link: (link.at, link.event.source)):
            quantity = link.quantity
            if finer is None or quantity is None:
                quantity = None
            else:
                quantity, finer = max(Fraction(0), quantity - finer), max(Fraction(0), finer - quantity)
            again = last is not None and link.at <= last
            yield Move((link.at, CAME), link, quantity, Fraction(0) if again else quantity, chance=Fraction(0) if again else None)


def _arrivals(graph: Graph, journey: Journey, links: list[Link]) -> Iterator[Move]:
    """What arrived, in units of what left; where the units differ, each arrival is its share of all that left."""
    same = graph.world.unit(journey.left, "") == graph.world.unit(journey.arrived, "")
    ratio: Fraction | None = Fraction(1)
    if not same:
        left = [link.quantity for link in graph.into(journey)]
        came = [link.quantity for link in graph.out_of(journey)]
        whole, total = added(left), added(came)
        ratio = whole / total if whole is not None and total else None
    for link in links:
        quantity = None if link.quantity is None or ratio is None else link.quantity * ratio
        yield Move((link.at, CAME), link, quantity, quantity, keeps=same)
