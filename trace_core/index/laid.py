"""What came after a snapshot, laid over it: new events, derived links that changed, and what of the snapshot no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.build import NEVER
from trace_core.index.search import BESIDE, BEYOND, DEAD, REWIRED, SHIFT, Laid
from trace_core.index.snapshot import Snapshot

Column = Any
BASE = 1 << 40
"""Added to an inner node of the snapshot where it is named among things."""


@dataclass(slots=True)
class Overlay:
    """Grows with every catch-up; `layer` lays it out for the walk.

    Links are rows (start, end, at, until) of int64: things by number, inner nodes as -1, -2, … within their origin or, where they are the
    snapshot's, as `BASE` + node; times in microseconds.
    """

    base: Snapshot
    weaving: int
    events: Column = field(default_factory=lambda: np.empty((0, 5), np.int64))
    sets: dict[str, Column] = field(default_factory=dict)
    rewired: dict[int, Column] = field(default_factory=dict)
    _layer: Layer | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing came since the snapshot that bears upon an answer."""
        return not (len(self.events) or self.sets or self.rewired)

    def add(self, links: Column) -> None:
        """Lay links of new plain events over the snapshot; a fifth column has the document of each."""
        self.events = np.concatenate([self.events, links])
        self._layer = None

    def replace(self, origin: str, links: Column) -> None:
        """Let these be all links of an origin."""
        self.sets[origin] = links
        self._layer = None

    def drop(self, documents: Iterable[int]) -> None:
        """Forget what was added for these documents."""
        self.events = self.events[~np.isin(self.events[:, 4], list(documents))]
        self._layer = None

    def rewire(self, thing: int, links: Column) -> None:
        """Let these, with those of `events` and `sets`, be all links into a thing."""
        self.rewired[thing] = links
        self._layer = None

    def layer(self) -> Layer:
        """The overlay as the walk wants it; made once after each change."""
        if self._layer is None:
            self._layer = Layer.of(self)
        return self._layer


@dataclass(slots=True)
class Layer:
    """An overlay laid out: links as columns of nodes and keys, and flags of the nodes that they concern."""

    base: Snapshot
    nodes: int
    first_inner: int
    known: int
    extra_times: Column
    extra_keys: Column
    links: Column
    """Rows of (start node, end node, key, until)."""
    flags: Column

    @classmethod
    def of(cls, overlay: Overlay) -> Layer:
        """Number the new nodes, give every new time a key between those of the snapshot, and flag what is concerned."""
        base, graph = overlay.base, overlay.base.graph
        total = len(graph.out.starts) - 1
        rows, highest = _numbered(overlay)
        rows = rows[~_from_dead(rows, overlay)]
        known = graph.things - 1
        new_things = max(0, highest - known)
        first_inner = total + new_things
        for column in (0, 1):
            at = rows[:, column]
            things = np.where(at > known, at - known - 1 + total, at)
            rows[:, column] = np.where(at < 0, first_inner - 1 - at, np.where(at >= BASE, at - BASE, things))
        extra_times, extra_keys = _keys(graph.times, rows[:, 2])
        nodes = max(first_inner, int(rows[:, :2].max(initial=-1)) + 1)
        layer = cls(base, nodes, first_inner, known, extra_times, extra_keys, rows, np.empty(0, np.uint8))
        if len(rows) or overlay.sets or overlay.rewired:
            rows[:, 2] = layer.keys(rows[:, 2])
            layer.flags = np.zeros(layer.nodes, np.uint8)
            layer.flags[rows[:, 0]] |= BEYOND
            layer.flags[rows[:, 1]] |= BESIDE
            for place, origin in enumerate(graph.inner):
                if origin in overlay.sets:
                    layer.flags[graph.things + place] |= DEAD
            for thing in overlay.rewired:
                layer.flags[layer.node(thing)] |= REWIRED
        return layer

    def knows(self, thing: int) -> bool:
        """Whether a link starts or ends, or could, at the thing."""
        return thing <= self.known or self.node(thing) < self.first_inner

    def node(self, thing: int) -> int:
        """The node of a thing."""
        return thing if thing <= self.known else thing - self.known - 1 + len(self.base.graph.out.starts) - 1

    def numbers(self, nodes: Column) -> Column:
        """The things of nodes."""
        if self.nodes == len(self.base.graph.out.starts) - 1:
            return nodes
        total = len(self.base.graph.out.starts) - 1
        return np.where(nodes < total, nodes, nodes - total + self.known + 1)

    def keys(self, times: Column) -> Column:
        """Keys of times that the snapshot or the overlay knows."""
        base = self.base.graph.times
        ranks = np.searchsorted(base, times)
        exact = base[np.minimum(ranks, len(base) - 1)] == times if len(base) else np.zeros(len(times), bool)
        found: Column = ranks.astype(np.int64) << SHIFT
        if not exact.all():
            found[~exact] = self.extra_keys[np.searchsorted(self.extra_times, times[~exact])]
        return found

    def key(self, time: int) -> int:
        """The greatest key whose time is not after this one."""
        base = self.base.graph.times
        last = int(np.searchsorted(base, time, side="right")) - 1
        newest = int(np.searchsorted(self.extra_times, time, side="right")) - 1
        return max(last << SHIFT, int(self.extra_keys[newest]) if newest >= 0 else last << SHIFT)

    def times(self, keys: Column) -> Column:
        """The times of keys; roots, which have none, get 0."""
        base = self.base.graph.times
        found: Column = np.zeros(len(keys), np.int64)
        real = (keys >= 0) & (keys < (len(base) << SHIFT)) & (keys & ((1 << SHIFT) - 1) == 0)
        found[real] = base[keys[real] >> SHIFT]
        extra = ~real & (keys >= -(1 << SHIFT)) & (keys < NEVER)
        if len(self.extra_keys) and extra.any():
            found[extra] = self.extra_times[np.minimum(np.searchsorted(self.extra_keys, keys[extra]), len(self.extra_keys) - 1)]
        return found

    def keys_before(self, times: Column) -> Column:
        """The greatest keys whose times are before these; `NEVER` is before nothing."""
        return np.array([NEVER if time >= NEVER else self.key(int(time) - 1) for time in times], np.int64)

    def side(self, *, forward: bool, at: int | None) -> tuple[Laid, Column]:
        """The links of one direction, sorted by where they leave, and the last key within which each holds.

        Only those that hold `at` a time, or, with None, also those that removals ended.
        """
        bit = BEYOND if forward else BESIDE
        if not len(self.links):
            nothing = np.empty(0, np.int64)
            return Laid(self.flags, bit, nothing, np.zeros(1, np.int64), nothing, nothing), nothing
        rows = self.links if at is None else self.links[self.links[:, 3] > at]
        source, target = (rows[:, 0], rows[:, 1]) if forward else (rows[:, 1], rows[:, 0])
        keys = rows[:, 2] if forward else -rows[:, 2]
        order = np.lexsort((keys, source))
        nodes, starts = np.unique(source[order], return_index=True)
        flags = self.flags
        if len(rows) < len(self.links):
            flags = flags & ~np.uint8(bit)
            flags[nodes] |= bit
        last = self.keys_before(rows[order, 3]) if at is None else np.empty(0, np.int64)
        starts = np.append(starts, len(rows)).astype(np.int64)
        return Laid(flags, bit, nodes, starts, target[order], keys[order]), last


def _numbered(overlay: Overlay) -> tuple[Column, int]:
    """All links in one table, inner nodes numbered on through all origins; the highest number of a thing."""
    tables, shift = [overlay.events[:, :4], *overlay.rewired.values()], 0
    for links in overlay.sets.values():
        own = links.copy()
        own[:, :2] = np.where(own[:, :2] < 0, own[:, :2] - shift, own[:, :2])
        shift = max(shift, -int(own[:, :2].min(initial=0)))
        tables.append(own)
    rows = np.concatenate(tables)
    places = rows[:, :2]
    return rows, max(int(places[places < BASE].max(initial=0)), *overlay.rewired, 0)


def _keys(base: Column, times: Column) -> tuple[Column, Column]:
    """Times that are not among those of the snapshot, sorted, and their keys: after the time before them, in their own order."""
    extra = np.setdiff1d(times, base)
    before = np.searchsorted(base, extra).astype(np.int64) - 1
    _, first, same = np.unique(before, return_index=True, return_inverse=True)
    return extra, (before << SHIFT) + 1 + np.arange(len(extra)) - first[same]


def _from_dead(rows: Column, overlay: Overlay) -> Column:
    """Which links leave an inner node of the snapshot whose origin was derived anew."""
    graph = overlay.base.graph
    dead = np.array([BASE + graph.things + place for place, origin in enumerate(graph.inner) if origin in overlay.sets], np.int64)
    return np.isin(rows[:, 0], dead)
