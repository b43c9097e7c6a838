"""A month of an electronics group, made from a seed: supplier batches, reels, boards, modules, units, rework, packing.

Two plants with five SMT lines each (three place 44 parts on main boards, two 16 on daughter boards), two plants of assembly. Batches become
lots, lots reels; 20 % of the reels get another number on the way; four boards come from a panel; a paste jar lasts eight hours; 30 % of the
boards get another number; a module takes both boards and three parts out of shared bins that are refilled some twenty times; a unit takes
a module and two accessory lots. 1 % of the boards get one part replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Column = Any
MONTH = 30 * 86_400 * 10**6
START = 1_767_225_600_000_000
"""2026-01-01 UTC in microseconds."""
HOUR = 3_600 * 10**6
BINS, BIN_PARTS, REFILLS = 60, 3, 20
REPLACED, REELS_RENUMBERED, BOARDS_RENUMBERED = 0.01, 0.2, 0.3
"""Shares."""


@dataclass(slots=True)
class Class:
    """Things of one sort, numbered from `first`; the name of the k-th is `prefix` and k."""

    prefix: str
    first: int
    count: int


@dataclass(slots=True)
class Batch:
    """Events of one type with equally many inputs: a row of inputs and one output each."""

    type: str
    at: Column
    inputs: Column
    outputs: Column
    repaired: Column | None = None


@dataclass(slots=True)
class Month:
    """Classes of things, events, and the replaced parts as (event, position in its inputs, when, installed)."""

    classes: list[Class] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    units: Class | None = None
    things: int = 0
    renumbered: Column = None
    """From the number given here to a number in the order of first use."""

    def new(self, prefix: str, count: int) -> Class:
        """So many more things."""
        made = Class(prefix, self.things + 1, count)
        self.classes.append(made)
        self.things += count
        return made

    def ids(self, of: Class, which: Column) -> Column:
        """Numbers of things of a class."""
        return (of.first + which).astype(np.int32)

    def event(self, type_: str, at: Column, inputs: Column, outputs: Column) -> Batch:
        """So many more events."""
        rows = np.asarray(inputs, np.int32).reshape(len(at), -1 if len(at) else 1)
        made = Batch(type_, at.astype(np.int64), rows, np.asarray(outputs, np.int32))
        self.batches.append(made)
        return made


def month(units: int, seed: int = 7) -> Month:
    """The whole month; things are numbered in the order in which they first appear."""
    made, random = Month(), np.random.default_rng(seed)
    mains = _boards(made, random, units, lines=(("A", 3), ("B", 3)), parts=44, sort="MB")
    daughters = _boards(made, random, units, lines=(("A", 2), ("B", 2)), parts=16, sort="DB")
    _assembled(made, random, units, mains, daughters)
    _renumber(made)
    return made


def _boards(made: Month, random: Any, units: int, *, lines: tuple[tuple[str, int], ...], parts: int, sort: str) -> tuple[Column, Column]:
    """Boards of one sort: their numbers and when they left, by time."""
    names = [f"{plant}{line}" for plant, count in lines for line in range(count)]
    sizes = [len(some) for some in np.array_split(np.arange(units), len(names))]
    per_board = random.choice([1, 2, 4], parts)
    reels_of = [[_reels(random, size, int(per_board[part])) for size in sizes] for part in range(parts)]
    runs: list[list[Column]] = []
    for size in sizes:
        at = START + (np.arange(size) + 0.5) * (MONTH / max(size, 1))
        runs.append([at, np.empty((size, parts), np.int32)])
    for part in range(parts):
        _part(made, random, f"{sort}{part:02}", reels_of[part], runs, part)
    numbers, times = [], []
    for name, (at, inputs) in zip(names, runs, strict=True):
        number, left = _line(made, random, sort, name, at, inputs)
        numbers.append(number)
        times.append(left)
    joined, when = np.concatenate(numbers), np.concatenate(times)
    order = np.argsort(when, kind="stable")
    return joined[order], when[order]


def _reels(random: Any, boards: int, per_board: int) -> Column:
    """How many boards each reel lasts, enough for all."""
    mean = 2500 / per_board
    drawn = np.exp(random.uniform(np.log(200), np.log(10_000), int(boards / mean * 3) + 40)) / per_board
    return np.maximum(1, drawn).astype(np.int64)


def _part(made: Month, random: Any, part: str, lasts: list[Column], runs: list[list[Column]], position: int) -> None:
    """Batches, lots and reels of a part, and which reel each board of each line took."""
    firsts, used = [], []
    for (at, _), last in zip(runs, lasts, strict=True):
        ends = np.cumsum(last)
        which = np.searchsorted(ends, np.arange(len(at)), side="right")
        used.append(which)
        count = int(which[-1]) + 1 if len(which) else 0
        begins = np.concatenate([[0], ends[: max(count - 1, 0)]])[:count].astype(np.int64)
        firsts.append(at[begins] if count else np.empty(0))
    starts = np.concatenate(firsts)
    order = np.argsort(starts, kind="stable")
    reels = made.new(f"A/lot/{part}/R{part}-", len(starts))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    sizes = np.maximum(1, (random.pareto(1.5, len(starts)) * 3).astype(np.int64))
    lot_of = np.repeat(np.arange(len(sizes)), sizes)[: len(starts)]
    lots = made.new(f"A/lot/{part}/L{part}-", int(lot_of[-1]) + 1)
    batch_of = np.arange(lots.count) // 3
    batches = made.new(f"A/lot/{part}/SB{part}-", int(batch_of[-1]) + 1)
    opened = starts[order]
    lot_at = opened[np.searchsorted(lot_of, np.arange(lots.count))] - 48 * HOUR
    made.event("split", lot_at, made.ids(batches, batch_of), made.ids(lots, np.arange(lots.count)))
    made.event("split", opened - 24 * HOUR, made.ids(lots, lot_of), made.ids(reels, np.arange(len(order))))
    moved = random.random(len(order)) < REELS_RENUMBERED
    carried = made.ids(reels, np.arange(len(order)))
    again = made.new(f"B/lot/{part}/N{part}-", int(moved.sum()))
    made.event("rename", opened[moved] - 12 * HOUR, carried[moved], made.ids(again, np.arange(again.count)))
    carried[moved] = made.ids(again, np.arange(again.count))
    shift = 0
    for (_, inputs), which, first in zip(runs, used, firsts, strict=True):
        inputs[:, position] = carried[place[shift + which]]
        shift += len(first)


def _line(made: Month, random: Any, sort: str, name: str, at: Column, inputs: Column) -> tuple[Column, Column]:
    """The boards of a line: out of panels, with paste, some repaired, some renumbered."""
    plant, size = name[0], len(at)
    panel_of = np.arange(size) // 4
    panels = made.new(f"{plant}/lot/PNL-{sort}/P{name}-", int(panel_of[-1]) + 1)
    bare = made.new(f"{plant}/lot/PCB-{sort}/PCB{name}-", panels.count // 2000 + 1)
    made.event("split", at[::4] - HOUR, made.ids(bare, np.arange(panels.count) // 2000), made.ids(panels, np.arange(panels.count)))
    jar_of = ((at - START) // (8 * HOUR)).astype(np.int64)
    jars = made.new(f"{plant}/lot/PASTE/J{sort}{name}-", int(jar_of[-1]) + 1)
    boards = made.new(f"{plant}/serial/{sort}/{name}-", size)
    numbers = made.ids(boards, np.arange(size))
    whole = np.column_stack([inputs, made.ids(panels, panel_of), made.ids(jars, jar_of)])
    placed = made.event("operation", at, whole, numbers)
    repaired = np.flatnonzero(random.random(size) < REPLACED)
    positions = random.integers(0, inputs.shape[1], len(repaired))
    later = np.minimum(repaired + 1000, size - 1)
    placed.repaired = np.column_stack([repaired, positions, (at[repaired] + HOUR // 2).astype(np.int64), inputs[later, positions]])
    left = at + HOUR
    moved = random.random(size) < BOARDS_RENUMBERED
    again = made.new(f"C/serial/{sort}/C{name}-", int(moved.sum()))
    made.event("rename", left[moved], numbers[moved], made.ids(again, np.arange(again.count)))
    numbers = numbers.copy()
    numbers[moved] = made.ids(again, np.arange(again.count))
    return numbers, left


def _assembled(made: Month, random: Any, units: int, mains: tuple[Column, Column], daughters: tuple[Column, Column]) -> None:
    """Modules of two boards and parts out of shared bins; units of a module and accessories; cartons of ten."""
    mixed = [numbers[np.argsort(at + random.uniform(0, 2 * HOUR, units))] for numbers, at in (mains, daughters)]
    at = np.maximum(np.sort(mains[1]), np.sort(daughters[1])) + 3 * HOUR
    bins = made.new("C/lot/BIN/BIN", BINS)
    each = BINS // BIN_PARTS
    refills = made.new("C/lot/KANBAN/K", BINS * REFILLS // 4)
    sources = made.new("C/lot/KANBAN/SB", max(1, refills.count // 30))
    first = START + np.arange(refills.count) * (MONTH / refills.count)
    of = np.arange(refills.count) * sources.count // refills.count
    made.event("split", first - HOUR, made.ids(sources, of), made.ids(refills, np.arange(refills.count)))
    for share in range(4):
        into = (np.arange(refills.count) * 4 + share) % BINS
        made.event("merge", first + share, made.ids(refills, np.arange(refills.count)), made.ids(bins, into))
    drawn = [made.ids(bins, part * each + random.integers(0, each, units)) for part in range(BIN_PARTS)]
    modules = made.new("C/serial/MOD/M", units)
    made.event("operation", at, np.column_stack([*mixed, *drawn]), made.ids(modules, np.arange(units)))
    accessories = [made.new(f"D/lot/ACC{part}/A{part}-", units // 3000 + 1) for part in range(2)]
    taken = [made.ids(sort, np.arange(units) // 3000) for sort in accessories]
    made.units = made.new("D/serial/UNIT/U", units)
    numbers = made.ids(made.units, np.arange(units))
    made.event("operation", at + HOUR, np.column_stack([made.ids(modules, np.arange(units)), *taken]), numbers)
    cartons = made.new("D/container//CT", units // 10)
    made.event("add", at[9::10] + 2 * HOUR, numbers[: cartons.count * 10], made.ids(cartons, np.arange(cartons.count)))


def _renumber(made: Month) -> None:
    first = np.full(made.things + 1, np.iinfo(np.int64).max)
    for batch in made.batches:
        np.minimum.at(first, batch.inputs.ravel(), np.repeat(batch.at, batch.inputs.shape[1]))
        np.minimum.at(first, batch.outputs, batch.at)
    order = np.argsort(first[1:], kind="stable")
    made.renumbered = np.zeros(made.things + 1, np.int32)
    made.renumbered[order + 1] = np.arange(1, made.things + 1)
    for batch in made.batches:
        batch.inputs, batch.outputs = made.renumbered[batch.inputs], made.renumbered[batch.outputs]
        if batch.repaired is not None:
            batch.repaired[:, 3] = made.renumbered[batch.repaired[:, 3]]
