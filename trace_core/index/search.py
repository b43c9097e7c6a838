"""The walk of `trace_core/walk.py` over adjacencies: by layers, in time, each link followed at most once.

Going backward is going forward with the signs of all times turned, over the other adjacency. Times are keys: the rank of a base time
shifted by `SHIFT`, which leaves room between two ranks for times that came later. Inner nodes (pools, journeys, events) add no depth.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

Column = Any
SHIFT = 20
LOW = 0xFFFFFFFF
BEYOND, BESIDE, DEAD, REWIRED = 1, 2, 4, 8
"""Flags of a node: more links out, more links in, an inner node that is no more, a thing whose links in are all told anew."""
REACHED, TIME, SCANNED, FIRST = 0, 1, 2, 3
"""State of a node: search and layer that reached it last, its time, up to where its links were followed, its depth and slot."""


class Side(NamedTuple):
    """Links of base node n: `nodes` and `ranks` in `[starts[n], starts[n + 1])`, in the order of the walk."""

    starts: Column
    nodes: Column
    ranks: Column


class Laid(NamedTuple):
    """Links that came later, of the nodes listed; `flags` of every node, empty when nothing came."""

    flags: Column
    bit: int
    nodes: Column
    starts: Column
    targets: Column
    keys: Column


class Rules(NamedTuple):
    """What this walk minds.

    The first inner node, and the first of those laid over; last time; number of the search; flags that hide base links at their start or
    end; and the special links: where they lead, and whether they hold.
    """

    inner: int
    laid_inner: int
    horizon: int
    search: int
    hidden_from: int
    hidden_to: int
    special: Column
    holds: Column


@njit(cache=True)
def lower(ranks: Column, low: int, high: int, key: int) -> int:
    """The first place in [low, high) whose time is not before the key."""
    while low < high:
        middle = (low + high) >> 1
        if (np.int64(ranks[middle]) << SHIFT) < key:
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


@njit(cache=True)
def _relax(state: Column, node: int, key: Any, depth: int, search: int, slot: int) -> int:
    """Reach a node: 0 nothing new, 1 for the first time, 2 earlier than before, 3 the same, and its slot in the state waits already."""
    seen = state[node, REACHED]
    if seen >> 32 != search:
        state[node, REACHED] = (search << 32) | depth
        state[node, TIME] = key
        state[node, SCANNED] = -1
        state[node, FIRST] = (depth << 32) | slot
        return 1
    if key >= state[node, TIME]:
        return 0
    state[node, TIME] = key
    if seen & LOW == depth:
        return 3
    state[node, REACHED] = (search << 32) | depth
    state[node, FIRST] = (state[node, FIRST] & ~LOW) | slot
    return 2


@njit(cache=True)
def walk(side: Side, laid: Laid, rules: Rules, state: Column, roots: Column, start: int) -> Column:  # noqa: C901, PLR0912, PLR0915 - one loop
    """Things reached from the roots, in rows of (thing, depth, key), roots included; they start at key `start`."""
    found, count = np.empty((1024, 3), np.int64), 0
    here, now = np.empty((1024, 2), np.int64), 0
    beyond, later = np.empty((1024, 2), np.int64), 0
    base, more = len(side.starts) - 1, len(laid.flags) > 0
    for root in roots:
        if _relax(state, root, start, 0, rules.search, 0) == 1:
            here, found = grown(here, now), grown(found, count)
            here[now, 0], here[now, 1], now = root, start, now + 1
            found[count, 0], count = root, count + 1
    depth = 0
    while now:
        depth += 1
        later, head = 0, 0
        while head < now:
            node, key = here[head, 0], here[head, 1]
            head += 1
            flags = laid.flags[node] if more else 0
            link, last = 0, 0
            if node < base and not flags & rules.hidden_from:
                last = side.starts[node + 1] if state[node, SCANNED] < 0 else state[node, SCANNED]
                link = lower(side.ranks, side.starts[node], last, key)
                state[node, SCANNED] = link
            extra, extras = 0, 0
            if flags & laid.bit:
                at = place(laid.nodes, node)
                extra, extras = laid.starts[at], laid.starts[at + 1]
            while link < last or extra < extras:
                if link < last:
                    target, reached = side.nodes[link], np.int64(side.ranks[link]) << SHIFT
                    link += 1
                    if reached > rules.horizon:
                        link = last
                        continue
                    if target < 0:
                        if not rules.holds[-target - 1]:
                            continue
                        target = rules.special[-target - 1]
                    if more and laid.flags[target] & rules.hidden_to:
                        continue
                else:
                    target, reached = laid.targets[extra], laid.keys[extra]
                    extra += 1
                    if reached < key or reached > rules.horizon:
                        continue
                inner = rules.inner <= target < base or target >= rules.laid_inner
                news = _relax(state, target, reached, depth, rules.search, later)
                if news == 0:
                    continue
                if inner:
                    here = grown(here, now)
                    here[now, 0], here[now, 1], now = target, reached, now + 1
                elif news == 3:  # noqa: PLR2004 - see _relax
                    beyond[state[target, FIRST] & LOW, 1] = reached
                else:
                    beyond = grown(beyond, later)
                    beyond[later, 0], beyond[later, 1], later = target, reached, later + 1
                    if news == 1:
                        found = grown(found, count)
                        found[count, 0], count = target, count + 1
        here, beyond, now = beyond, here, later
    for at in range(count):
        found[at, 1] = state[found[at, 0], FIRST] >> 32
        found[at, 2] = state[found[at, 0], TIME]
    return found[:count]
