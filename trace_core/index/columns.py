"""What an index is built from: plain events and derived links as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.binary import HEADER, measure, read_rows

Column = Any
POSTGRES_EPOCH = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL counts from."""


@dataclass(slots=True)
class Events:
    """Plain events: every input went into every output, every output into its lot (0: none). `*_ends[k]` closes the list of event k."""

    documents: Column
    at: Column
    inputs: Column
    input_ends: Column
    outputs: Column
    output_ends: Column
    lots: Column
    lot_ends: Column

    def __len__(self) -> int:
        return len(self.at)


@dataclass(slots=True)
class Links:
    """Derived links. Inner nodes (pools and journeys) are negative numbers within their set; `inner` names the origin of each."""

    starts: Column
    ends: Column
    at: Column
    until: Column
    inner: list[str] = field(default_factory=list)


def read_events(chunks: Iterable[bytes]) -> Events:
    """Rows (document, at, inputs, outputs, lots) of a binary COPY, in pieces that end at the end of a row."""
    pieces: list[tuple[Column, Column, tuple[Column, ...]]] = []
    for place, chunk in enumerate(chunks):
        raw, start = np.frombuffer(chunk, np.uint8), 0 if place else HEADER
        sizes = measure(raw, start, 2, 3)
        scalars = np.empty((2, sizes[0]), np.int64)
        ends = np.zeros((3, sizes[0] + 1), np.int64)
        values = tuple(np.empty(size, np.int32) for size in sizes[1:])
        read_rows(raw, start, scalars, ends, values)
        pieces.append((scalars, ends, values))
    at = np.concatenate([np.empty(0, np.int64), *(scalars[1] for scalars, _, _ in pieces)]) + POSTGRES_EPOCH
    columns = [_joined(pieces, array) for array in range(3)]
    documents = np.concatenate([np.empty(0, np.int64), *(scalars[0] for scalars, _, _ in pieces)])
    return Events(documents, at, *(column for pair in columns for column in pair))


def _joined(pieces: Sequence[tuple[Column, Column, tuple[Column, ...]]], array: int) -> tuple[Column, Column]:
    """One array field of all pieces: its values, and where each row's end."""
    values = np.concatenate([np.empty(0, np.int32), *(values[array] for _, _, values in pieces)])
    ends, base = [np.empty(0, np.int64)], 0
    for _, own, _ in pieces:
        ends.append(own[array, 1:] + base)
        base += int(own[array, -1])
    return values, np.concatenate(ends)


def read_links(sets: Iterable[tuple[str, Sequence[int], Sequence[int], Sequence[int], Sequence[int]]]) -> Links:
    """Link sets (origin, starts, ends, at, until) put one after the other; inner nodes are numbered on through all of them."""
    inner: list[str] = []
    parts: tuple[list[Column], ...] = ([], [], [], [])
    for origin, *columns in sets:
        shift = len(inner)
        for part, column in zip(parts, columns, strict=True):
            part.append(np.array(column, np.int64))
        for part in parts[:2]:
            part[-1] = np.where(part[-1] < 0, part[-1] - shift, part[-1])
        inner += [origin] * max((-int(part[-1].min(initial=0)) - shift for part in parts[:2]), default=0)
    starts, ends, at, until = (np.concatenate([np.empty(0, np.int64), *part]) for part in parts)
    return Links(starts.astype(np.int32), ends.astype(np.int32), at, until, inner)
