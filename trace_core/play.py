"""All that leaves and enters the things of an answer, played through once in the order of time (ADR 0013)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.links import Journey, Node, Pool
from trace_core.moves import Move, moves_out
from trace_core.pooling import Pooling
from trace_core.portions import Holding, Portion, added, exactly
from trace_core.stock import CAME, EMPTIED, WENT, Change, When, changes, openings
from trace_core.walk import Asked

Portions = Mapping[ThingId, Portion]


@dataclass(slots=True)
class Life:
    """One holder while the play goes on: what is in it, what is still ahead, what customers have of it, what is gone, what came in all.

    `again` are origins of which something came after the holder had given something on: it may have come for the second time.
    """

    now: Holding = field(default_factory=Holding)
    ahead: deque[Change] = field(default_factory=deque)
    openings: deque[Fraction] = field(default_factory=deque)
    away: Holding = field(default_factory=Holding)
    gone: Holding = field(default_factory=Holding)
    total: Fraction | None = Fraction(0)
    came: dict[ThingId, Portion] = field(default_factory=dict)
    gave: bool = False
    again: set[ThingId] = field(default_factory=set)

    def until(self, when: When) -> None:
        """Let everything happen that comes before a link of that moment."""
        while self.ahead and self.ahead[0].when <= when:
            self._happens(self.ahead.popleft())

    def grows(self, quantity: Fraction | None) -> None:
        """More of the holder itself comes in."""
        self.now.came(quantity)
        self.total = None if self.total is None or quantity is None else self.total + quantity

    def _happens(self, change: Change) -> None:
        if change.when[1] == EMPTIED:
            self.gone.put_all(self.now.portions)
            self.now.empty()
            self.grows(self.openings.popleft())
        elif change.when[1] == WENT:
            went = None if change.quantity is None else -change.quantity
            taken = self.now.take(went, went)
            if change.why == "ship":
                self.away.came(went)
            (self.away if change.why == "ship" else self.gone).put_all(taken)
        elif change.why == "customer_return":
            self.now.put_all(self.away.take(change.quantity, change.quantity))
            self.now.came(change.quantity)
        else:
            self.grows(change.quantity)


class Play:
    """The content of the `sources`, followed through all links of the nodes reached. What comes into one of the `ends` goes no further."""

    def __init__(
        self, graph: Graph, asked: Asked, nodes: Collection[Node], sources: set[ThingId], *, ends: frozenset[ThingId] = frozenset()
    ) -> None:
        self.graph = graph
        self.asked = asked
        self.sources = sources
        self.ends = ends
        self.moves = {node: moves_out(graph, node, asked) for node in nodes}
        self.lives = {node: self._born(node) for node in nodes if not isinstance(node, Pool)}
        self.pools = {node: Pooling(move.quantity for move in self.moves[node]) for node in nodes if isinstance(node, Pool)}
        self.gone = Holding()
        self._whole: dict[ThingId, Fraction | None] = {}

    def through(self) -> None:
        """Play all moves in the order of time; within an instant, what enters a holder comes before what leaves it."""
        moves = sorted((move for found in self.moves.values() for move in found), key=lambda move: move.when)
        for _, instant in groupby(moves, key=lambda move: move.when):
            for move in in_order(list(instant)):
                self._arrives(move, self._leaves(move))
        for life in self.lives.values():
            life.until((self.asked.at, WENT))

    def rest(self, origin: ThingId) -> Fraction | None:
        """How much of an origin is where it came to in the end: in holders, with customers, on journeys, in pools, or gone from all.

        It is all that left the origin, unless outputs were named as parts of a lot: these are in both.
        """
        held = [holding for life in self.lives.values() for holding in (life.now, life.away, life.gone)]
        held += [holding for pool in self.pools.values() for holding in (pool.for_last, pool.left)] + [self.gone]
        return added(holding.portions[origin].expected for holding in held if origin in holding.portions)

    def whole(self, origin: ThingId) -> Fraction | None:
        """No less than all that there ever was of an origin, None when it is not known; what customers sent back counts again."""
        if origin not in self._whole:
            found = changes(self.graph, origin, self.asked.at)
            came = [change.quantity for change in found if change.when[1] == CAME]
            self._whole[origin] = added([*came, *openings(found, [(move.when, move.quantity) for move in self.moves[origin]])])
        return self._whole[origin]

    def _born(self, node: Node) -> Life:
        life = Life()
        if isinstance(node, ThingId):
            found = changes(self.graph, node, self.asked.at)
            life.ahead = deque(found)
            life.openings = deque(openings(found, [(move.when, move.lasting) for move in self.moves[node]]))
            life.grows(life.openings.popleft())
        return life

    def _leaves(self, move: Move) -> Portions:
        if isinstance(move.start, Pool):
            return self.pools[move.start].leaves(move.quantity)
        life = self.lives[move.start]
        life.until(move.when)
        life.gave = True
        taken = dict(life.now.take(move.quantity, move.lasting, sure=move.chance is None or move.lasting == 0))
        if isinstance(move.start, ThingId) and move.start in self.sources:
            taken[move.start] = exactly(move.quantity, self.whole(move.start) if move.quantity is None else None)
        if move.chance is not None:
            taken = {origin: portion.perhaps(move.chance) for origin, portion in taken.items()}
        return taken if move.keeps else {origin: portion.built_in() for origin, portion in taken.items()}

    def _arrives(self, move: Move, portions: Portions) -> None:
        if move.end not in self.moves:
            self.gone.put_all(portions)
            return
        if isinstance(move.end, Pool):
            self.pools[move.end].enters(portions)
            return
        life = self.lives[move.end]
        life.until(move.when)
        if isinstance(move.end, Journey):
            life.grows(move.quantity)
        for origin, portion in portions.items():
            (self.gone if move.end in self.ends or origin == move.end else life.now).put(origin, portion)
            if origin != move.end:
                life.again |= {origin} if life.gave else set()
                life.came[origin] = life.came.get(origin, Portion()) + portion


def in_order(moves: list[Move]) -> Iterator[Move]:
    """Moves of one instant so that a holder takes in before it gives out; a circle is cut at its first holder by name."""
    waiting: dict[Node, int] = defaultdict(int)
    out: dict[Node, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda move: (move.link.event.source, repr(move.start), repr(move.end))):
        waiting[move.end] += 1
        waiting[move.start] += 0
        out[move.start].append(move)
    ready = deque(sorted((node for node, count in waiting.items() if not count), key=repr))
    while waiting:
        node = ready.popleft() if ready else min(waiting, key=lambda node: (waiting[node] > 0 and not out[node], repr(node)))
        del waiting[node]
        for move in out[node]:
            yield move
            if move.end in waiting:
                waiting[move.end] -= 1
                if not waiting[move.end]:
                    ready.append(move.end)
