"""What came after a snapshot, laid over it: new events, derived links that changed, and what of the snapshot no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.build import NEVER
from trace_core.index.search import BESIDE, BEYOND, DEAD, REWIRED, SHIFT, Laid
from trace_core.index.snapshot import Snapshot, Unusable

Column = Any
BASE = 1 << 40
"""Added to an inner node of the snapshot where it is named among things."""


@dataclass(slots=True)
class Overlay:
    """Grows with every catch-up; `layer` lays it out for the walk.

    Links are rows (start, end, at, until) of int64: things by number, inner nodes as -1, -2, … within their origin or, where they are the
    snapshot's, as `BASE` + node; times in microseconds. Columns lie in one piece (order F).
    """

    base: Snapshot
    weaving: int
    events: Column = field(default_factory=lambda: np.empty((0, 5), np.int64, order="F"))
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
    _sides: dict[bool, Laid] = field(default_factory=dict)

    @classmethod
    def of(cls, overlay: Overlay) -> Layer:
        """Number the new nodes, give every new time a key between those of the snapshot, and flag what is concerned."""
        base, graph = overlay.base, overlay.base.graph
        total = len(graph.out.starts) - 1
        rows, highest = _numbered(overlay)
        if len(dead := _dead(overlay)):
            rows = rows[~np.isin(rows[:, 0], BASE + dead)]
        known = graph.things - 1
        new_things = max(0, highest - known)
        first_inner = total + new_things
        for at in (rows[:, 0], rows[:, 1]):
            inner, theirs, later = at < 0, at >= BASE, (at > known) & (at < BASE)
            for which, shift in ((theirs, -BASE), (later, total - known - 1)):
                at[which] += shift
            at[inner] = first_inner - 1 - at[inner]
        extra_times, extra_keys = _keys(graph.times, rows[_runs(rows[:, 2])[:-1], 2])
        nodes = max(first_inner, int(rows[:, :2].max(initial=-1)) + 1)
        layer = cls(base, nodes, first_inner, known, extra_times, extra_keys, rows, np.empty(0, np.uint8))
        if len(rows) or overlay.sets or overlay.rewired:
            runs = _runs(rows[:, 2])
            rows[:, 2] = np.repeat(layer.keys(rows[runs[:-1], 2]), np.diff(runs))
            layer.flags = np.zeros(layer.nodes, np.uint8)
            layer.flags[rows[:, 0]] |= BEYOND
            layer.flags[rows[:, 1]] |= BESIDE
            layer.flags[dead] |= DEAD
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
        found: Column = np.full(len(times), NEVER, np.int64)
        for at in np.flatnonzero(times < NEVER):
            found[at] = self.key(int(times[at]) - 1)
        return found

    def side(self, *, forward: bool) -> Laid:
        """The links of one direction, sorted by where they leave; made once."""
        if forward not in self._sides:
            self._sides[forward] = self._laid(forward=forward)
        return self._sides[forward]

    def _laid(self, *, forward: bool) -> Laid:
        rows = self.links
        source, target = (rows[:, 0], rows[:, 1]) if forward else (rows[:, 1], rows[:, 0])
        keys = rows[:, 2] if forward else -rows[:, 2]
        order = np.argsort(source)
        nodes, starts = np.unique(source[order], return_index=True)
        starts = np.append(starts, len(rows)).astype(np.int64)
        return Laid(self.flags, BEYOND if forward else BESIDE, nodes, starts, target[order], keys[order], rows[order, 3])


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


def _runs(values: Column) -> Column:
    """Where each run of equal values begins, and the end of the last."""
    return np.concatenate([np.zeros(min(len(values), 1), np.int64), np.flatnonzero(np.diff(values)) + 1, [len(values)]])


def _keys(base: Column, times: Column) -> tuple[Column, Column]:
    """Times that are not among those of the snapshot, sorted, and their keys: after the time before them, in their own order."""
    extra = np.unique(times)
    places = np.searchsorted(base, extra)
    known = base[np.minimum(places, len(base) - 1)] == extra if len(base) else np.zeros(len(extra), bool)
    extra, before = extra[~known], places[~known].astype(np.int64) - 1
    _, first, same = np.unique(before, return_index=True, return_inverse=True)
    room = np.arange(len(extra)) - first[same]
    if len(room) and room[before < len(base) - 1].max(initial=0) >= 1 << SHIFT:
        raise Unusable("too many new times between two of the snapshot; build a newer one: lotweave index build")
    return extra, (before << SHIFT) + 1 + room


def _dead(overlay: Overlay) -> Column:
    """Inner nodes of the snapshot whose origin was derived anew."""
    inner = overlay.base.inner
    found = [inner[origin] for origin in overlay.sets if origin in inner]
    return np.concatenate([np.empty(0, np.int64), *found])
