"""A layer with some more links of plain events, in the time that these take and not that of all that was laid over before.

That is possible as long as nothing but plain events lies over the snapshot and there is room for their times between the known ones;
else the overlay is laid out anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from trace_core.index.laid import Layer, keys_between
from trace_core.index.search import BESIDE, BEYOND, Laid

Column = Any


def grown(layer: Layer, links: Column) -> Layer | None:
    """The layer with rows (start, end, at, until) of things added; None when it has to be laid out anew."""
    keys = _keys(layer, links[:, 2])
    if keys is None or layer.nodes != layer.first_inner:
        return None
    extra_times, extra_keys, own = keys
    total = len(layer.base.graph.out.starts) - 1
    rows = np.empty((len(links), 4), np.int64, order="F")
    for place in range(2):
        numbers = links[:, place]
        rows[:, place] = np.where(numbers > layer.known, numbers + (total - layer.known - 1), numbers)
    rows[:, 2], rows[:, 3] = own, links[:, 3]
    nodes = max(layer.nodes, int(rows[:, :2].max(initial=-1)) + 1)
    flags = layer.flags
    if len(flags) < nodes:
        flags = np.zeros(nodes + nodes // 8, np.uint8)
        flags[: len(layer.flags)] = layer.flags
    flags[rows[:, 0]] |= BEYOND
    flags[rows[:, 1]] |= BESIDE
    sides = {forward: _merged(side, rows, flags, forward=forward) for forward, side in layer.sides.items()}
    return Layer(layer.base, nodes, nodes, layer.known, extra_times, extra_keys, [*layer.pieces, rows], flags, sides)


def _keys(layer: Layer, times: Column) -> tuple[Column, Column, Column] | None:
    """All extra times and their keys, and the keys of these times; None when there is no room for a new one between two old ones."""
    each, which = np.unique(times, return_inverse=True)
    known = layer.known_times(each)
    new = each[~known]
    keys = keys_between(layer.base.graph.times, layer.extra_times, layer.extra_keys, new)
    if keys is None:
        return None
    own = np.empty(len(each), np.int64)
    own[known], own[~known] = layer.keys(each[known]), keys
    merged = np.concatenate([layer.extra_times, new])
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate([layer.extra_keys, keys])[order], own[which]


def _merged(side: Laid, rows: Column, flags: Column, *, forward: bool) -> Laid:
    """A direction's links with these between them, each where it leaves."""
    source, target = (rows[:, 0], rows[:, 1]) if forward else (rows[:, 1], rows[:, 0])
    order = np.argsort(source, kind="stable")
    own = np.stack([target, rows[:, 2] if forward else -rows[:, 2], rows[:, 3]])[:, order]
    nodes, starts, targets, keys, until = _interleaved(side, source[order], own)
    return Laid(flags, side.bit, nodes, starts, targets, keys, until)


@njit(cache=True)
def _interleaved(side: Laid, source: Column, rows: Column) -> tuple[Column, Column, Column, Column, Column]:
    """Links by node, and others (targets, keys, until) sorted by where they leave, as links by node: at each node first the old ones."""
    nodes, starts, targets, keys, until = side.nodes, side.starts, side.targets, side.keys, side.until
    target, key, end = rows[0], rows[1], rows[2]
    size = len(targets) + len(target)
    all_nodes, all_starts = np.empty(len(nodes) + len(source), np.int64), np.empty(len(nodes) + len(source) + 1, np.int64)
    all_targets, all_keys, all_until = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    old, new, count, at = 0, 0, 0, 0
    while old < len(nodes) or new < len(source):
        node = nodes[old] if new == len(source) or (old < len(nodes) and nodes[old] <= source[new]) else source[new]
        all_nodes[count], all_starts[count] = node, at
        if old < len(nodes) and nodes[old] == node:
            for link in range(starts[old], starts[old + 1]):
                all_targets[at], all_keys[at], all_until[at] = targets[link], keys[link], until[link]
                at += 1
            old += 1
        while new < len(source) and source[new] == node:
            all_targets[at], all_keys[at], all_until[at] = target[new], key[new], end[new]
            at += 1
            new += 1
        count += 1
    all_starts[count] = at
    return all_nodes[:count], all_starts[: count + 1], all_targets, all_keys, all_until
