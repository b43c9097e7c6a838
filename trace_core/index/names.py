"""The ids of things beside the graph, so that naming what was reached costs one pass through memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from trace_core.index.binary import HEADER, measure_names, read_names
from trace_core.index.build import Put, in_memory

Column = Any
SLASH = ord("/")
LINE = ord("\n")


@dataclass(slots=True)
class Names:
    """The id of thing n is `text[ends[n - 1]:ends[n]]`; `products[label[n]]` is its id without the number: `PLANT/kind/ITEM`.

    Things that came later, whose numbers are higher, are left out of all answers.
    """

    ends: Column
    text: Column
    label: Column
    products: list[str]

    def __len__(self) -> int:
        """The first number that has no name."""
        return len(self.ends)

    def of(self, number: int) -> str:
        """The id of one thing."""
        start = int(self.ends[number - 1]) if number else 0
        return bytes(self.text[start : int(self.ends[number])]).decode()

    def lines(self, numbers: Column) -> bytes:
        """The ids of things, each ended by a line feed, in the order of their numbers, which is that of their first appearance."""
        written: bytes = _lines(self.ends, self.text, np.sort(numbers)).tobytes()
        return written

    def counted(self, numbers: Column) -> dict[str, int]:
        """How many of these things there are of each product."""
        counts = np.bincount(self.label[numbers[numbers < len(self)]], minlength=len(self.products))
        return {self.products[label]: int(counts[label]) for label in np.flatnonzero(counts)}

    def only(self, numbers: Column, product: str) -> Column:
        """Those of these things that are of one product."""
        return _only(self.label, numbers, self.products.index(product) if product in self.products else -1)


def names_of(ends: Column, text: Column, put: Put = in_memory) -> Names:
    """Names with the product of each thing found in its id."""
    hashes = _products(ends, text)
    _, first, label = np.unique(hashes, return_index=True, return_inverse=True)
    found = Names(ends, text, put("label", label.astype(np.int32)), [])
    found.products = [found.of(int(number)).rpartition("/")[0] for number in first]
    return found


def read_thing_names(chunks: Iterable[bytes], highest: int, put: Put = in_memory) -> Names:
    """Rows (number, id) of a binary COPY in ascending order; numbers up to `highest`, those not given have no name."""
    texts: list[Column] = []
    ends = np.zeros(highest + 1, np.int64)
    base = 0
    for place, chunk in enumerate(chunks):
        raw, start = np.frombuffer(chunk, np.uint8), 0 if place else HEADER
        rows = measure_names(raw, start)
        numbers, own, text = np.empty(rows, np.int32), np.empty(rows, np.int64), np.empty(len(raw), np.uint8)
        texts.append(text[: read_names(raw, start, numbers, own, text)].copy())
        ends[numbers] = own + base
        base += len(texts[-1])
    text = put("name_text", np.concatenate([np.empty(0, np.uint8), *texts]))
    del texts
    return names_of(put("name_ends", np.maximum.accumulate(ends)), text, put)


@njit(cache=True)
def _products(ends: Column, text: Column) -> Column:
    """A 64-bit FNV-1a hash of each id up to its last slash."""
    found = np.zeros(len(ends), np.uint64)
    for number in range(1, len(ends)):
        end = ends[number]
        while end > ends[number - 1] and text[end - 1] != SLASH:
            end -= 1
        value = np.uint64(14695981039346656037)
        for at in range(ends[number - 1], end):
            value = (value ^ np.uint64(text[at])) * np.uint64(1099511628211)
        found[number] = value
    return found


@njit(cache=True)
def _lines(ends: Column, text: Column, numbers: Column) -> Column:
    """`numbers` ascending; those that have no name are left out."""
    size, known = len(numbers), len(numbers)
    while known and numbers[known - 1] >= len(ends):
        known -= 1
    for number in numbers[:known]:
        size += ends[number] - ends[number - 1]
    found = np.empty(size - len(numbers) + known, np.uint8)
    at = 0
    for number in numbers[:known]:
        start, end = ends[number - 1], ends[number]
        for byte in range(end - start):
            found[at + byte] = text[start + byte]
        at += end - start
        found[at] = LINE
        at += 1
    return found


@njit(cache=True)
def _only(label: Column, numbers: Column, wanted: int) -> Column:
    found, count = np.empty(len(numbers), numbers.dtype), 0
    for number in numbers:
        found[count] = number
        count += number < len(label) and label[number] == wanted
    return found[:count]
