"""Asking the index: which things a question reaches, how deep, and since when; and their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.build import NEVER, Graph
from trace_core.index.ever import Ended, walk_backward, walk_forward
from trace_core.index.laid import Layer
from trace_core.index.overlay import Overlay
from trace_core.index.search import DEAD, FULL, REWIRED, SEARCHES, SHIFT, Buffers, Laid, Rules, Side, found, walk
from trace_core.index.snapshot import Snapshot

Column = Any
BEFORE = -2 << SHIFT
"""Before the keys of all times."""


@dataclass(slots=True)
class Reached:
    """Things in the order in which they were reached, roots first: numbers and depths; `since` has their τ."""

    numbers: Column
    depths: Column
    _keys: Column
    _layer: Layer

    def without(self, roots: Collection[int]) -> Reached:
        """The same but for the roots, which are the first."""
        count = int((self.depths[: len(roots)] == 0).sum())
        return Reached(self.numbers[count:], self.depths[count:], self._keys[count:], self._layer)

    @property
    def since(self) -> Column:
        """τ of each thing in microseconds since 1970 UTC; 0 for roots."""
        return self._layer.times(self._keys)


@dataclass(slots=True)
class Index:
    """A snapshot and what came since. Not for use by two threads at once; processes share the snapshot's pages."""

    base: Snapshot
    overlay: Overlay
    _states: dict[str, Column] = field(default_factory=dict)
    _marks: dict[str, int] = field(default_factory=dict)
    _room: Buffers | None = None

    def reach(self, roots: Iterable[int], direction: str, at: int, question: str = "contains") -> Reached:
        """What a question reaches; `at` in microseconds since 1970 UTC.

        Things that neither the snapshot nor what came since knows are reached by nothing but themselves.
        """
        layer, forward = self.overlay.layer(), direction == "forward"
        roots = list(roots)
        known = np.array([layer.node(root) for root in roots if layer.knows(root)], np.int64)
        rules = self._rules(layer, forward=forward, at=at, question=question)
        start = BEFORE if forward else -layer.key(at)
        adjacency = self.base.graph.out if forward else self.base.graph.into
        side, laid = Side(adjacency.starts, adjacency.links), layer.side(forward=forward)
        if question == "ever":
            ended = _ended(self.base.graph, layer, layer.keys_before(laid.until), forward=forward)
            nodes, depths, keys = self._ever(side, laid, rules, ended, known, start)
        else:
            nodes, depths, keys = self._walk(side, laid, rules, known, start)
        alone = [root for root in roots if not layer.knows(root)]
        numbers = np.concatenate([np.array(alone, np.int64), layer.numbers(nodes)]) if alone else layer.numbers(nodes)
        if alone:
            depths, keys = np.append(np.zeros(len(alone), np.int32), depths), np.append(np.full(len(alone), start), keys)
        return Reached(numbers, depths, keys if forward else -keys, layer)

    def _rules(self, layer: Layer, *, forward: bool, at: int, question: str) -> Rules:
        graph = self.base.graph
        until = graph.special_until
        return Rules(
            inner=graph.things,
            laid_inner=layer.first_inner,
            horizon=layer.key(at) if forward else NEVER,
            after=at if question == "contains" else -NEVER,
            mark=0,
            hidden_from=0 if forward else REWIRED,
            hidden_to=DEAD | REWIRED if forward else DEAD,
            special=graph.special_nodes[0 if forward else 1],
            holds=until > at if question == "contains" else np.ones(len(until), bool),
        )

    def _walk(self, side: Side, laid: Laid, rules: Rules, known: Column, start: int) -> tuple[Column, Column, Column]:
        """The walk; once more with twice the room as long as it finds none."""
        nodes, extra = self.overlay.layer().nodes, 1 << 16
        while True:
            if self._room is None or len(self._room.nodes) < nodes + len(self._room.again):
                self._room = _buffers(nodes + nodes // 8, extra)
            state, mark = self._state("contains", nodes, 1)
            used, twice, _ = walk(side, laid, rules._replace(mark=mark), state, self._room, known, start)
            if used != FULL:
                return found(self._room, used, twice, state)
            self._room, extra = None, 8 * extra

    def _ever(self, side: Side, laid: Laid, rules: Rules, ended: Ended, known: Column, start: int) -> tuple[Column, Column, Column]:
        state, mark = self._state("ever", self.overlay.layer().nodes, 4)
        since = np.empty(len(state), np.int64)
        walked = walk_forward if side.starts is self.base.graph.out.starts else walk_backward
        rows = walked(side, laid, rules._replace(mark=SEARCHES - mark), ended, state, since, known, start)
        return rows[:, 0], rows[:, 1].astype(np.int32), rows[:, 2]

    def _state(self, sort: str, nodes: int, columns: int) -> tuple[Column, int]:
        """State for so many nodes, and the mark of a new search, lower than those of all before it."""
        if sort not in self._states or len(self._states[sort]) < nodes or self._marks[sort] == 0:
            size = nodes + nodes // 8 + 64
            self._states[sort] = np.full(size, np.iinfo(np.int64).max) if columns == 1 else np.zeros((size, columns), np.int64)
            self._marks[sort] = SEARCHES
        self._marks[sort] -= 1
        return self._states[sort], self._marks[sort]


def _buffers(nodes: int, extra: int) -> Buffers:
    """Room for so many nodes and so much that is unusual; pages that are never touched cost nothing."""
    size = nodes + extra
    again, stack = (np.empty((extra, columns), np.int64) for columns in (2, 3))
    return Buffers(np.empty(size, np.int32), np.empty(size, np.int64), again, stack, np.empty(extra, np.int64))


def _ended(graph: Graph, layer: Layer, laid_last: Column, *, forward: bool) -> Ended:
    """Links that removals ended, of the snapshot and laid over, for the walks of `ever`."""
    last = layer.keys_before(graph.special_until)
    none = np.empty(0, np.int64)
    if forward:
        return Ended(last, laid_last, none, none, none, none, none)
    ends, starts = graph.special_nodes.astype(np.int64)
    order = np.argsort(ends, kind="stable")
    nodes, first = np.unique(ends[order], return_index=True)
    return Ended(none, laid_last, nodes, np.append(first, len(ends)), starts[order], -layer.keys(graph.special_at)[order], last[order])
