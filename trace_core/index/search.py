"""The walk of `trace_core/walk.py` over adjacencies: by layers, in time, each link followed at most once.

Going backward is going forward with the signs of all times turned, over the other adjacency. Times are keys: the rank of a base time
shifted by `SHIFT`, which leaves room between two ranks for times that came later. Inner nodes (pools, journeys, events) add no depth.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from trace_core.index.ahead import fetch_ahead

Column = Any
SHIFT, BITS = 18, 44
"""A key takes so many bits, the room between two ranks included."""
BIAS, MASK = 1 << (BITS - 1), (1 << BITS) - 1
SEARCHES = 1 << (62 - BITS)
"""So many searches can use a state before it has to be cleared."""
BEYOND, BESIDE, DEAD, REWIRED = 1, 2, 4, 8
"""Flags of a node: more links out, more links in, an inner node that is no more, a thing whose links in are all told anew."""
NEVER = 2**62
NEAR, MIDDLE, FAR = 8, 16, 32
"""So many nodes or links ahead the state, the links, and the places of the links are fetched."""
FULL = -1
"""A walk that found no room in its queue or its stack."""


class Side(NamedTuple):
    """Links of base node n: rows (neighbour, rank) of `links` in `[starts[n], starts[n + 1])`, in the order of the walk."""

    starts: Column
    links: Column


class Laid(NamedTuple):
    """Links that came later, of the nodes listed; `flags` of every node, empty when nothing came."""

    flags: Column
    bit: int
    nodes: Column
    starts: Column
    targets: Column
    keys: Column
    until: Column


class Rules(NamedTuple):
    """What this walk minds.

    The first inner node, and the first of those laid over; last key; the time after which a link laid over must hold; the search's mark;
    flags that hide base links at their start or end; and the special links: where they lead, and whether they hold.
    """

    inner: int
    laid_inner: int
    horizon: int
    after: int
    mark: int
    hidden_from: int
    hidden_to: int
    special: Column
    holds: Column


@njit(cache=True)
def lower(links: Column, low: int, high: int, key: int) -> int:
    """The first place in [low, high) whose time is not before the key."""
    while low < high:
        middle = (low + high) >> 1
        if (np.int64(links[middle, 1]) << SHIFT) < key:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def place(nodes: Column, node: int) -> int:
    """Where a node is in a sorted list that has it."""
    low, high = 0, len(nodes)
    while low < high:
        middle = (low + high) >> 1
        if nodes[middle] < node:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def grown(queue: Column, used: int) -> Column:
    """The queue with room for one more."""
    if used < len(queue):
        return queue
    wider = np.empty((2 * len(queue), queue.shape[1]), queue.dtype)
    wider[:used] = queue[:used]
    return wider


class Buffers(NamedTuple):
    """Room for one walk at a time: the queue, the spans of nodes reached again, the stack, and where each layer ends.

    The queue has `nodes` and `keys`, a place for every node and for every span in `again`.
    """

    nodes: Column
    keys: Column
    again: Column
    stack: Column
    layers: Column


@njit(cache=True)
def walk(side: Side, laid: Laid, rules: Rules, state: Column, room: Buffers, roots: Column, start: int) -> tuple[int, int, int]:  # noqa: C901, PLR0912, PLR0915 - one loop
    """Leave in the queue what is reached from the roots, layer after layer; the roots start at key `start`.

    A row is a span [key, bound) of time in which a node's links are followed: the first of a node has no bound, and when it turns out to be
    reached earlier, another row -1, -2, … names the span up to there in `again`. Inner nodes wait on the stack, within the layer.
    The state of a node is the mark of the search that reached it and its key in one number; later marks are lower, so that a single
    comparison tells whether a node is reached for the first time, or earlier than before.
    How many rows (or `FULL`), how many of them are again, and how many layers.
    """
    base, more = len(side.starts) - 1, len(laid.flags) > 0
    queue, keys, again, stack = room.nodes, room.keys, room.again, room.stack
    bias = (rules.mark << BITS) + BIAS
    used, head, depth, deep, twice = 0, 0, 0, 0, 0
    for root in roots:
        if state[root] > bias + start:
            state[root] = bias + start
            queue[used], keys[used] = root, start
            used += 1
    room.layers[0] = used
    while head < used:
        depth += 1
        layer = used
        if depth >= len(room.layers):
            return FULL, 0, 0
        while head < layer or deep:
            bound = NEVER
            if deep:
                deep -= 1
                node, key, bound = stack[deep, 0], stack[deep, 1], stack[deep, 2]
            else:
                node, key = np.int64(queue[head]), keys[head]
                head += 1
                if head + FAR < used and 0 <= queue[head + FAR] < base:
                    fetch_ahead(side.starts, np.int64(queue[head + FAR]))
                if head + MIDDLE < used and 0 <= queue[head + MIDDLE] < base:
                    fetch_ahead(side.links, side.starts[queue[head + MIDDLE]])
                if head + NEAR < used and 0 <= queue[head + NEAR] < base:
                    first = side.starts[queue[head + NEAR]]
                    if first < side.starts[queue[head + NEAR] + 1] and side.links[first, 0] >= 0:
                        fetch_ahead(state, np.int64(side.links[first, 0]))
                if node < 0:
                    node, bound = again[-node - 1, 0], again[-node - 1, 1]
            link, last, extra, extras = 0, 0, 0, 0
            flags = laid.flags[node] if more else 0
            if node < base and not flags & rules.hidden_from:
                link, last = side.starts[node], side.starts[node + 1]
                if link < last and (np.int64(side.links[link, 1]) << SHIFT) < key:
                    link = lower(side.links, link, last, key)
            if flags & laid.bit:
                at = place(laid.nodes, node)
                extra, extras = laid.starts[at], laid.starts[at + 1]
            final = min(bound - 1, rules.horizon)
            while link < last or extra < extras:
                if link < last:
                    target, reached = np.int64(side.links[link, 0]), np.int64(side.links[link, 1]) << SHIFT
                    link += 1
                    if link + NEAR < last and side.links[link + NEAR, 0] >= 0:
                        fetch_ahead(state, np.int64(side.links[link + NEAR, 0]))
                    if reached > final:
                        link = last
                        continue
                    if target < 0:
                        if not rules.holds[-target - 1]:
                            continue
                        target = np.int64(rules.special[-target - 1])
                    if more and laid.flags[target] & rules.hidden_to:
                        continue
                else:
                    target, reached = laid.targets[extra], laid.keys[extra]
                    extra += 1
                    if reached < key or reached > final or laid.until[extra - 1] <= rules.after:
                        continue
                before = state[target]
                if bias + reached >= before:
                    continue
                state[target] = bias + reached
                if target >= rules.inner and (target < base or target >= rules.laid_inner):
                    if deep == len(stack):
                        return FULL, 0, 0
                    stack[deep, 0], stack[deep, 1], stack[deep, 2] = target, reached, NEVER
                    if before >> BITS == rules.mark:
                        stack[deep, 2] = before - bias
                    deep += 1
                    continue
                queue[used], keys[used] = target, reached
                if before >> BITS == rules.mark:
                    if twice == len(again):
                        return FULL, 0, 0
                    again[twice, 0], again[twice, 1] = target, before - bias
                    twice += 1
                    queue[used] = -twice
                used += 1
        room.layers[depth] = used
    return used, twice, depth


@njit(cache=True)
def found(room: Buffers, used: int, twice: int, state: Column) -> tuple[Column, Column, Column]:
    """(nodes, depths, keys) of what a walk left in its queue, each node once."""
    count = used - twice
    nodes, depths, keys = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int64)
    at, depth = 0, 0
    for row in range(used):
        while row >= room.layers[depth]:
            depth += 1
        if room.nodes[row] >= 0:
            nodes[at], depths[at], keys[at] = room.nodes[row], depth, room.keys[row]
            at += 1
    if twice:
        for at in range(count):
            keys[at] = (state[nodes[at]] & MASK) - BIAS
    return nodes, depths, keys
