"""The walks of the question `ever`: a part that was removed counts for what its holder went into while it was in.

Forward, a thing is reached for good from a time on, or within a window that a removed part left open. Backward, a thing is used at several
instants; the latest decides about all links but those that removals ended, which are tried at every instant. The meaning is that of
`trace_core/walk.py`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from trace_core.index.search import DEAD, REWIRED, SHIFT, Laid, Rules, Side, grown, lower, place

Column = Any
NEVER = 2**62
REACHED, TIME, SCANNED, FIRST = 0, 1, 2, 3
"""State of a node: the search that reached it, its key, up to where its links were followed, and its depth."""


class Ended(NamedTuple):
    """Links that removals ended: last key within which each holds, by special number, and by place among the links laid over.

    Backward also: the nodes that such links of the snapshot lead into, sorted, and for each its links' other ends, keys and last keys.
    """

    last: Column
    laid_last: Column
    nodes: Column
    starts: Column
    others: Column
    keys: Column
    lasts: Column


@njit(cache=True)
def _first_time(state: Column, since: Column, node: int, key: Any, depth: int, search: int) -> bool:
    """Note that a node was reached; whether it was for the first time."""
    if state[node, REACHED] >> 32 != search:
        state[node, REACHED] = search << 32
        state[node, TIME] = NEVER
        state[node, SCANNED] = -1
        state[node, FIRST] = depth << 32
        since[node] = key
        return True
    since[node] = min(since[node], key)
    return False


@njit(cache=True)
def _result(found: Column, count: int, state: Column, since: Column) -> Column:
    for at in range(count):
        found[at, 1] = state[found[at, 0], FIRST] >> 32
        found[at, 2] = since[found[at, 0]]
    return found[:count]


@njit(cache=True)
def walk_forward(  # noqa: C901, PLR0912, PLR0915 - one loop
    side: Side, laid: Laid, rules: Rules, ended: Ended, state: Column, since: Column, roots: Column, start: int
) -> Column:
    """Things reached from the roots, in rows of (thing, depth, key), roots included."""
    found, count = np.empty((1024, 3), np.int64), 0
    here, now = np.empty((1024, 3), np.int64), 0
    beyond, later = np.empty((1024, 3), np.int64), 0
    used, laid_used = np.zeros(len(ended.last), np.bool_), np.zeros(len(laid.keys), np.bool_)
    base, more = len(side.starts) - 1, len(laid.flags) > 0
    for root in roots:
        if _first_time(state, since, root, start, 0, rules.mark):
            here, found = grown(here, now), grown(found, count)
            here[now, 0], here[now, 1], here[now, 2], now = root, start, NEVER, now + 1
            state[root, TIME] = start
            found[count, 0], count = root, count + 1
    depth = 0
    while now:
        depth += 1
        later, head = 0, 0
        while head < now:
            node, key, final = here[head, 0], here[head, 1], min(here[head, 2], rules.horizon)
            whole = here[head, 2] == NEVER
            head += 1
            flags = laid.flags[node] if more else 0
            link, last = 0, 0
            if node < base:
                last = side.starts[node + 1] if state[node, SCANNED] < 0 else state[node, SCANNED]
                link = lower(side.links, side.starts[node], last, key)
                if whole:
                    state[node, SCANNED] = link
            extra, extras = 0, 0
            if flags & laid.bit:
                at = place(laid.nodes, node)
                extra, extras = laid.starts[at], laid.starts[at + 1]
            while link < last or extra < extras:
                until = NEVER
                if link < last:
                    target, reached = side.links[link, 0], np.int64(side.links[link, 1]) << SHIFT
                    link += 1
                    if reached > final:
                        link = last
                        continue
                    if target < 0:
                        special = -target - 1
                        target = rules.special[special]
                        if used[special] or (more and laid.flags[target] & (DEAD | REWIRED)):
                            continue
                        used[special], until = True, ended.last[special]
                    elif more and laid.flags[target] & (DEAD | REWIRED):
                        continue
                else:
                    target, reached = laid.targets[extra], laid.keys[extra]
                    until = ended.laid_last[extra]
                    extra += 1
                    if reached < key or reached > final or laid_used[extra - 1]:
                        continue
                    laid_used[extra - 1] = until != NEVER
                news = _first_time(state, since, target, reached, depth, rules.mark)
                if state[target, TIME] <= reached:
                    continue
                if until == NEVER:
                    state[target, TIME] = reached
                inner = rules.inner <= target < base or target >= rules.laid_inner
                if inner:
                    here = grown(here, now)
                    here[now, 0], here[now, 1], here[now, 2], now = target, reached, until, now + 1
                else:
                    beyond = grown(beyond, later)
                    beyond[later, 0], beyond[later, 1], beyond[later, 2], later = target, reached, until, later + 1
                if news and not inner:
                    found = grown(found, count)
                    found[count, 0], count = target, count + 1
        here, beyond, now = beyond, here, later
    return _result(found, count, state, since)


@njit(cache=True)
def walk_backward(  # noqa: C901, PLR0912, PLR0915 - one loop
    side: Side, laid: Laid, rules: Rules, ended: Ended, state: Column, since: Column, roots: Column, start: int
) -> Column:
    """Things in the roots, in rows of (thing, depth, key), roots included; keys have turned signs."""
    found, count = np.empty((1024, 3), np.int64), 0
    here, now = np.empty((1024, 3), np.int64), 0
    beyond, later = np.empty((1024, 3), np.int64), 0
    used, laid_used = np.zeros(len(ended.keys), np.bool_), np.zeros(len(laid.keys), np.bool_)
    base, more = len(side.starts) - 1, len(laid.flags) > 0
    for root in roots:
        if _first_time(state, since, root, start, 0, rules.mark):
            here, found = grown(here, now), grown(found, count)
            here[now, 0], here[now, 1], here[now, 2], now = root, start, 1, now + 1
            state[root, TIME] = start
            found[count, 0], count = root, count + 1
    depth = 0
    while now:
        depth += 1
        later, head = 0, 0
        while head < now:
            node, key, is_root = here[head, 0], here[head, 1], here[head, 2] == 1
            head += 1
            flags = laid.flags[node] if more else 0
            hidden = (flags & REWIRED) != 0
            link, last, extra, extras, special, specials = 0, 0, 0, 0, 0, 0
            if node < base and not hidden:
                last = side.starts[node + 1] if state[node, SCANNED] < 0 else state[node, SCANNED]
                link = min(lower(side.links, side.starts[node], last, key), last)
                state[node, SCANNED] = link
                at = place(ended.nodes, node)
                if at < len(ended.nodes) and ended.nodes[at] == node:
                    special, specials = ended.starts[at], ended.starts[at + 1]
            if flags & laid.bit:
                at = place(laid.nodes, node)
                extra, extras = laid.starts[at], laid.starts[at + 1]
            while link < last or extra < extras or special < specials:
                if link < last:
                    target, reached = side.links[link, 0], np.int64(side.links[link, 1]) << SHIFT
                    link += 1
                    if target < 0 or (more and laid.flags[target] & DEAD):
                        continue
                elif special < specials:
                    target, reached = ended.others[special], ended.keys[special]
                    special += 1
                    in_time = reached >= key and (is_root or -key <= ended.lasts[special - 1])
                    if used[special - 1] or not in_time or (more and laid.flags[target] & DEAD):
                        continue
                    used[special - 1] = True
                else:
                    target, reached = laid.targets[extra], laid.keys[extra]
                    extra += 1
                    if reached < key or laid_used[extra - 1] or not (is_root or -key <= ended.laid_last[extra - 1]):
                        continue
                    laid_used[extra - 1] = True
                news = _first_time(state, since, target, reached, depth, rules.mark)
                better = reached < state[target, TIME]
                if better:
                    state[target, TIME] = reached
                at = place(ended.nodes, target)
                tried = at < len(ended.nodes) and ended.nodes[at] == target
                if not better and not tried and not (more and laid.flags[target] & laid.bit):
                    continue
                inner = rules.inner <= target < base or target >= rules.laid_inner
                if inner:
                    here = grown(here, now)
                    here[now, 0], here[now, 1], here[now, 2], now = target, reached, 0, now + 1
                else:
                    beyond = grown(beyond, later)
                    beyond[later, 0], beyond[later, 1], beyond[later, 2], later = target, reached, 0, later + 1
                if news and not inner:
                    found = grown(found, count)
                    found[count, 0], count = target, count + 1
        here, beyond, now = beyond, here, later
    return _result(found, count, state, since)
