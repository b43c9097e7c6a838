"""Building the two adjacencies, out of a node and into it, each sorted by time.

Nodes: a thing is its number; after the highest number come inner nodes, first those of derived links, then one for every event with several
inputs and several outputs. A target below zero is special: it points into the table of links that removals ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from trace_core.index.columns import Events, Links

Column = Any
NEVER = 2**62


@dataclass(slots=True)
class Adjacency:
    """Links of node n are the rows (neighbour, rank) `links[starts[n]:starts[n + 1]]`, at `times[rank]`.

    Earliest first; in the direction back in time the latest first, and ranks with turned sign.
    """

    starts: Column
    links: Column


class Told(NamedTuple):
    """Events as the compiled loops want them: in the order of time, with the inner node of each, 0 for none."""

    order: Column
    ranks: Column
    inputs: Column
    input_ends: Column
    outputs: Column
    output_ends: Column
    lots: Column
    lot_ends: Column
    hub: Column


@dataclass(slots=True)
class Graph:
    """Both adjacencies and what they share. Special neighbour -k stands for `special_nodes[side, k - 1]`, until `special_until[k - 1]`.

    `things` is the first number that is no thing; `inner` names the origins of the derived inner nodes, which begin there.
    """

    things: int
    times: Column
    out: Adjacency
    into: Adjacency
    special_nodes: Column
    special_at: Column
    special_until: Column
    inner: list[str]


Put = Callable[[str, Any], Any]
"""Puts an array away under a name and gives back the array to be used from then on."""


def in_memory(_name: str, array: Column) -> Column:
    """Leaves an array where it is."""
    return array


def build(events: Events, links: Links, highest: int, put: Put = in_memory) -> Graph:
    """The graph of all links; `highest` is the highest number of a thing. Arrays are put away one by one, so that few are in memory."""
    first_inner = highest + 1
    named = max(int(column.max(initial=0)) for column in (events.inputs, events.outputs, events.lots, links.starts, links.ends))
    if named > highest:
        raise ValueError(f"an event or link names thing {named}, but things are numbered up to {highest}; run `lotweave rebuild`")
    starts, ends = (np.where(column < 0, first_inner - 1 - column, column).astype(np.int32) for column in (links.starts, links.ends))
    times, ranks = np.unique(np.concatenate([events.at, links.at]), return_inverse=True)
    ranks = ranks.astype(np.int32)
    event_ranks, link_ranks = ranks[: len(events)], ranks[len(events) :]
    order = np.argsort(event_ranks, kind="stable").astype(np.int32)
    hub = _hubs(events.input_ends, events.output_ends, first_inner + len(links.inner))
    nodes = first_inner + len(links.inner) + int((hub > 0).sum())
    flows = (events.inputs, events.input_ends, events.outputs, events.output_ends, events.lots, events.lot_ends)
    told = Told(order, event_ranks, *flows, hub)
    by_time = np.argsort(link_ranks, kind="stable")
    starts, ends, link_ranks, until = starts[by_time], ends[by_time], link_ranks[by_time], links.until[by_time]
    ended = until < NEVER
    special = (np.cumsum(ended) * ended).astype(np.int32)
    sides: list[Adjacency] = []
    ended_nodes: list[Column] = []
    for forward, name in ((True, "out"), (False, "into")):
        source, target = (starts, ends) if forward else (ends, starts)
        counts = np.zeros(nodes + 1, np.int64)
        _count(told, forward, counts)
        counts[1:] += np.bincount(source, minlength=nodes)
        offsets = np.cumsum(counts)
        rows = np.empty((offsets[-1], 2), np.int32)
        cursor = offsets[:-1].copy()
        _fill(told, forward, cursor, rows)
        first_derived = cursor.copy()
        _fill_links(source, np.where(special > 0, -special, target).astype(np.int32), link_ranks, cursor, rows)
        _by_time(offsets, first_derived, cursor, rows)
        if not forward:
            _turn(offsets, rows)
        sides.append(Adjacency(put(f"{name}_starts", offsets), put(f"{name}_links", rows)))
        del rows, offsets
        ended_nodes.append(target[ended])
    out, into = sides
    special_at = times[link_ranks[ended]]
    specials = (put("special_nodes", np.stack(ended_nodes)), put("special_at", special_at), put("special_until", until[ended]))
    return Graph(first_inner, put("times", times), out, into, *specials, links.inner)


@njit(cache=True)
def _hubs(input_ends: Column, output_ends: Column, first: int) -> Column:
    """The inner node of each event that has several inputs and several outputs, 0 for the others."""
    hub = np.zeros(len(input_ends), np.int32)
    for event in range(len(input_ends)):
        inputs = input_ends[event] - (input_ends[event - 1] if event else 0)
        outputs = output_ends[event] - (output_ends[event - 1] if event else 0)
        if inputs > 1 and outputs > 1:
            hub[event] = first
            first += 1
    return hub


@njit(cache=True)
def _count(told: Told, forward: bool, counts: Column) -> None:  # noqa: FBT001 - compiled
    """Add each node's number of links of events to `counts[node + 1]`."""
    for event in range(len(told.order)):
        i0, i1 = (told.input_ends[event - 1] if event else 0), told.input_ends[event]
        o0, o1 = (told.output_ends[event - 1] if event else 0), told.output_ends[event]
        l0, l1 = (told.lot_ends[event - 1] if event else 0), told.lot_ends[event]
        each_input = (1 if told.hub[event] else o1 - o0) if forward else 0
        each_output = 0 if forward else (1 if told.hub[event] else i1 - i0)
        for i in range(i0, i1):
            counts[told.inputs[i] + 1] += each_input
        for o in range(o0, o1):
            counts[told.outputs[o] + 1] += each_output
        if told.hub[event]:
            counts[told.hub[event] + 1] += o1 - o0 if forward else i1 - i0
        for k in range(l1 - l0):
            if told.lots[l0 + k]:
                counts[(told.outputs[o0 + k] if forward else told.lots[l0 + k]) + 1] += 1


@njit(cache=True)
def _fill(told: Told, forward: bool, cursor: Column, rows: Column) -> None:  # noqa: FBT001 - compiled
    """Write links of events in the order of time, each at its source's cursor, which moves on."""
    for event in told.order:
        i0, i1 = (told.input_ends[event - 1] if event else 0), told.input_ends[event]
        o0, o1 = (told.output_ends[event - 1] if event else 0), told.output_ends[event]
        l0, l1 = (told.lot_ends[event - 1] if event else 0), told.lot_ends[event]
        rank = told.ranks[event]
        for i in range(i0, i1):
            if told.hub[event]:
                source, target = (told.inputs[i], told.hub[event]) if forward else (told.hub[event], told.inputs[i])
                rows[cursor[source], 0], rows[cursor[source], 1] = target, rank
                cursor[source] += 1
                continue
            for o in range(o0, o1):
                source, target = (told.inputs[i], told.outputs[o]) if forward else (told.outputs[o], told.inputs[i])
                rows[cursor[source], 0], rows[cursor[source], 1] = target, rank
                cursor[source] += 1
        if told.hub[event]:
            for o in range(o0, o1):
                source, target = (told.hub[event], told.outputs[o]) if forward else (told.outputs[o], told.hub[event])
                rows[cursor[source], 0], rows[cursor[source], 1] = target, rank
                cursor[source] += 1
        for k in range(l1 - l0):
            if told.lots[l0 + k]:
                source, target = (told.outputs[o0 + k], told.lots[l0 + k]) if forward else (told.lots[l0 + k], told.outputs[o0 + k])
                rows[cursor[source], 0], rows[cursor[source], 1] = target, rank
                cursor[source] += 1


@njit(cache=True)
def _fill_links(source: Column, target: Column, ranks: Column, cursor: Column, rows: Column) -> None:
    for link in range(len(source)):
        here = cursor[source[link]]
        rows[here, 0], rows[here, 1] = target[link], ranks[link]
        cursor[source[link]] += 1


@njit(cache=True)
def _by_time(offsets: Column, middle: Column, end: Column, rows: Column) -> None:
    """Where a node has links of events and derived ones, bring both into one order of time."""
    for node in range(len(middle)):
        if offsets[node] < middle[node] < end[node]:
            here, there = offsets[node], end[node]
            rows[here:there] = rows[here:there][np.argsort(rows[here:there, 1], kind="mergesort")]


@njit(cache=True)
def _turn(offsets: Column, rows: Column) -> None:
    """Let each node's links run back in time."""
    for node in range(len(offsets) - 1):
        here, there = offsets[node], offsets[node + 1] - 1
        while here < there:
            for part in range(2):
                rows[here, part], rows[there, part] = rows[there, part], rows[here, part]
            here += 1
            there -= 1
    for link in range(len(rows)):
        rows[link, 1] = -rows[link, 1]
