"""An overlay as the walk wants it: links as columns of nodes and keys, and flags of the nodes that they concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.build import NEVER
from trace_core.index.search import BESIDE, BEYOND, DEAD, REWIRED, SHIFT, Laid
from trace_core.index.snapshot import Snapshot
from trace_core.index.unusable import Unusable

Column = Any
LAST_GAP = 1 << 41
"""Room for keys after the last time of a snapshot."""
SPREAD = 64
"""New times take this part of the gap that they fall into."""
BASE = 1 << 40
"""Added to an inner node of the snapshot where it is named among things."""


@dataclass(slots=True)
class Layer:
    """An overlay laid out: links as columns of nodes and keys, and flags of the nodes that they concern."""

    base: Snapshot
    nodes: int
    first_inner: int
    known: int
    extra_times: Column
    extra_keys: Column
    pieces: list[Column]
    """Rows of (start node, end node, key, until)."""
    flags: Column
    sides: dict[bool, Laid] = field(default_factory=dict)

    @classmethod
    def of(cls, base: Snapshot, events: Column, sets: Mapping[str, Column], rewired: Mapping[int, Column]) -> Layer:
        """Number the new nodes, give every new time a key between those of the snapshot, and flag what is concerned."""
        graph = base.graph
        total = len(graph.out.starts) - 1
        rows, highest = _numbered(events, sets, rewired)
        if len(dead := _dead(base, sets)):
            rows = rows[~np.isin(rows[:, 0], BASE + dead)]
        known = graph.things - 1
        new_things = max(0, highest - known)
        first_inner = total + new_things
        for at in (rows[:, 0], rows[:, 1]):
            inner, theirs, later = at < 0, at >= BASE, (at > known) & (at < BASE)
            for which, shift in ((theirs, -BASE), (later, total - known - 1)):
                at[which] += shift
            at[inner] = first_inner - 1 - at[inner]
        extra_times = np.unique(rows[_runs(rows[:, 2])[:-1], 2])
        extra_times = extra_times[~_among(graph.times, extra_times)]
        extra_keys = keys_between(graph.times, np.empty(0, np.int64), np.empty(0, np.int64), extra_times)
        if extra_keys is None:
            raise Unusable("too many new times between two of the snapshot; build a newer one: lotweave index build")
        nodes = max(first_inner, int(rows[:, :2].max(initial=-1)) + 1)
        layer = cls(base, nodes, first_inner, known, extra_times, extra_keys, [rows], np.empty(0, np.uint8))
        if len(rows) or sets or rewired:
            runs = _runs(rows[:, 2])
            rows[:, 2] = np.repeat(layer.keys(rows[runs[:-1], 2]), np.diff(runs))
            layer.flags = np.zeros(layer.nodes, np.uint8)
            layer.flags[rows[:, 0]] |= BEYOND
            layer.flags[rows[:, 1]] |= BESIDE
            layer.flags[dead] |= DEAD
            for thing in rewired:
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

    def known_times(self, times: Column) -> Column:
        """Which of these times have a key."""
        return _among(self.base.graph.times, times) | _among(self.extra_times, times)

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
        if forward not in self.sides:
            self.sides[forward] = self._laid(forward=forward)
        return self.sides[forward]

    def _laid(self, *, forward: bool) -> Laid:
        rows = np.concatenate(self.pieces)
        source, target = (rows[:, 0], rows[:, 1]) if forward else (rows[:, 1], rows[:, 0])
        keys = rows[:, 2] if forward else -rows[:, 2]
        order = np.argsort(source)
        nodes, starts = np.unique(source[order], return_index=True)
        starts = np.append(starts, len(rows)).astype(np.int64)
        return Laid(self.flags, BEYOND if forward else BESIDE, nodes, starts, target[order], keys[order], rows[order, 3])


def _numbered(events: Column, sets: Mapping[str, Column], rewired: Mapping[int, Column]) -> tuple[Column, int]:
    """All links in one table, inner nodes numbered on through all origins; the highest number of a thing."""
    tables, shift = [events[:, :4], *rewired.values()], 0
    for links in sets.values():
        own = links.copy()
        own[:, :2] = np.where(own[:, :2] < 0, own[:, :2] - shift, own[:, :2])
        shift = max(shift, -int(own[:, :2].min(initial=0)))
        tables.append(own)
    rows = np.concatenate(tables)
    places = rows[:, :2]
    return rows, max(int(places[places < BASE].max(initial=0)), *rewired, 0)


def _runs(values: Column) -> Column:
    """Where each run of equal values begins, and the end of the last."""
    return np.concatenate([np.zeros(min(len(values), 1), np.int64), np.flatnonzero(np.diff(values)) + 1, [len(values)]])


def keys_between(base: Column, known: Column, keys: Column, times: Column) -> Column | None:
    """Keys for ascending new times, among the ranks of the snapshot's times and the keys of other known ones; None without room.

    New times of one gap take the first part of it, a step apart, so that later ones still fit behind and between them.
    """
    ranks = np.searchsorted(base, times)
    places = np.searchsorted(known, times)
    low: Column = (ranks - 1) << SHIFT
    high: Column = np.where(ranks < len(base), ranks << SHIFT, low + LAST_GAP)
    if len(known):
        low = np.maximum(low, np.where(places > 0, keys[places - 1], low))
        high = np.minimum(high, np.where(places < len(known), keys[np.minimum(places, len(known) - 1)], high))
    _, first, which, counts = np.unique(low, return_index=True, return_inverse=True, return_counts=True)
    step = np.maximum(1, (high - low)[first] // (SPREAD * (counts + 1)))
    found: Column = low + (np.arange(len(times)) - first[which] + 1) * step[which]
    return found if bool(np.all(found < high)) else None


def _among(ascending: Column, times: Column) -> Column:
    """Which times are among ascending ones."""
    if not len(ascending):
        return np.zeros(len(times), bool)
    return ascending[np.minimum(np.searchsorted(ascending, times), len(ascending) - 1)] == times


def _dead(base: Snapshot, sets: Mapping[str, Column]) -> Column:
    """Inner nodes of the snapshot whose origin was derived anew."""
    found = [base.inner[origin] for origin in sets if origin in base.inner]
    return np.concatenate([np.empty(0, np.int64), *found])
