"""Rows of PostgreSQL's binary COPY into columns, at the speed of memory. Source: PostgreSQL manual, COPY, "Binary Format"."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

HEADER = 19
"""Signature, flags and an empty extension."""
Bytes = Any
Number = Any
Column = Any
"""One-dimensional numpy arrays; numba compiles them by their real types."""


@njit(cache=True)
def _int(raw: Bytes, at: int) -> Number:
    return (np.int64(raw[at]) << 24) | (np.int64(raw[at + 1]) << 16) | (np.int64(raw[at + 2]) << 8) | np.int64(raw[at + 3])


@njit(cache=True)
def _long(raw: Bytes, at: int) -> Number:
    return (np.int64(_int(raw, at)) << 32) | np.int64(_int(raw, at + 4))


@njit(cache=True)
def _elements(raw: Bytes, at: int) -> Number:
    """How many elements the array field at this place has."""
    return 0 if _int(raw, at + 4) == 0 else _int(raw, at + 16)


@njit(cache=True)
def measure(raw: Bytes, start: int, scalars: int, arrays: int) -> Column:
    """(rows, elements of the first array, of the second, …) of rows with so many 8-byte fields and then so many int4[] fields."""
    sizes = np.zeros(arrays + 1, np.int64)
    at, end = start, len(raw)
    while at + 2 <= end and not (raw[at] == 0xFF and raw[at + 1] == 0xFF):  # noqa: PLR2004 - the trailer's own mark
        at += 2 + 12 * scalars
        sizes[0] += 1
        for array in range(arrays):
            sizes[1 + array] += _elements(raw, at)
            at += 4 + _int(raw, at)
    return sizes


@njit(cache=True)
def read_rows(raw: Bytes, start: int, scalars: Column, offsets: Column, values: Column) -> None:
    """Fill columns: `scalars[k, row]`, and for each array `offsets[k][row + 1]` and `values[k]`, which must have the measured sizes."""
    at, row = start, 0
    rows, longs, arrays = scalars.shape[1], scalars.shape[0], len(values)
    filled = np.zeros(arrays, np.int64)
    while row < rows:
        at += 2
        for field in range(longs):
            scalars[field, row] = _long(raw, at + 4)
            at += 12
        for array in range(arrays):
            count, inner = _elements(raw, at), at + 24
            for element in range(count):
                values[array][filled[array] + element] = _int(raw, inner + 8 * element + 4)
            filled[array] += count
            offsets[array, row + 1] = filled[array]
            at += 4 + _int(raw, at)
        row += 1


@njit(cache=True)
def read_names(raw: Bytes, start: int, numbers: Column, ends: Column, text: Column) -> int:
    """Rows of (int4, text): the numbers, where each text ends in `text`; how many bytes of `text` were filled."""
    at, filled = start, 0
    for row in range(len(numbers)):
        numbers[row] = _int(raw, at + 6)
        size = _int(raw, at + 10)
        at += 14
        for byte in range(size):
            text[filled + byte] = raw[at + byte]
        at += size
        filled += size
        ends[row] = filled
    return filled


@njit(cache=True)
def measure_names(raw: Bytes, start: int) -> int:
    """How many rows of (int4, text)."""
    at, rows = start, 0
    while at + 2 <= len(raw) and not (raw[at] == 0xFF and raw[at + 1] == 0xFF):  # noqa: PLR2004 - the trailer's own mark
        at += 14 + _int(raw, at + 10)
        rows += 1
    return rows
