"""Asking the index: which things a question reaches, how deep, and since when; and their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trace_core.index.build import NEVER, Graph
from trace_core.index.ever import Ended, walk_backward, walk_forward
from trace_core.index.laid import Layer, Overlay
from trace_core.index.search import DEAD, REWIRED, Rules, Side, walk
from trace_core.index.snapshot import Snapshot

Column = Any
ALWAYS = -NEVER


@dataclass(slots=True)
class Reached:
    """Things in the order in which they were reached, roots first: numbers, depths, and τ in microseconds since 1970 UTC."""

    numbers: Column
    depths: Column
    since: Column


@dataclass(slots=True)
class Index:
    """A snapshot and what came since. Not for use by two threads at once; processes share the snapshot's pages."""

    base: Snapshot
    overlay: Overlay
    _state: Column = None
    _search: int = 0

    def reach(self, roots: Iterable[int], direction: str, at: int, question: str = "contains") -> Reached:
        """What a question reaches; `at` in microseconds since 1970 UTC.

        Things that neither the snapshot nor what came since knows are reached by nothing but themselves.
        """
        layer, forward = self.overlay.layer(), direction == "forward"
        roots = list(roots)
        known = np.array([layer.node(root) for root in roots if layer.knows(root)], np.int64)
        rules = self._rules(layer, forward=forward, at=at, question=question)
        start = ALWAYS if forward else -layer.key(at)
        adjacency = self.base.graph.out if forward else self.base.graph.into
        side = Side(adjacency.starts, adjacency.nodes, adjacency.ranks)
        if question == "ever":
            laid, last = layer.side(forward=forward, at=None)
            ended = _ended(self.base.graph, layer, last, forward=forward)
            since = np.empty(len(self._state), np.int64)
            found = (walk_forward if forward else walk_backward)(side, laid, rules, ended, self._state, since, known, start)
        else:
            laid, _ = layer.side(forward=forward, at=at if question == "contains" else None)
            found = walk(side, laid, rules, self._state, known, start)
        alone = [(layer.node(root), 0, start) for root in roots if not layer.knows(root)]
        found = np.concatenate([np.array(alone, np.int64).reshape(-1, 3), found])
        keys = found[:, 2] if forward else -found[:, 2]
        return Reached(layer.numbers(found[:, 0]), found[:, 1].astype(np.int32), layer.times(keys))

    def _rules(self, layer: Layer, *, forward: bool, at: int, question: str) -> Rules:
        graph = self.base.graph
        until = graph.special_until
        return Rules(
            inner=graph.things,
            laid_inner=layer.first_inner,
            horizon=layer.key(at) if forward else NEVER,
            search=self._next(layer.nodes),
            hidden_from=0 if forward else REWIRED,
            hidden_to=DEAD | REWIRED if forward else DEAD,
            special=graph.special_nodes[0 if forward else 1],
            holds=until > at if question == "contains" else np.ones(len(until), bool),
        )

    def _next(self, nodes: int) -> int:
        """The number of a new search, with state for so many nodes."""
        if self._state is None or len(self._state) < nodes:
            self._state, self._search = np.zeros((nodes + nodes // 8 + 64, 4), np.int64), 0
        self._search += 1
        return self._search


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
