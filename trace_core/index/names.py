"""The ids of things beside the graph, so that naming what was reached costs one pass through memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from trace_core.index.ahead import fetch_ahead
from trace_core.index.binary import HEADER, measure_names, read_names
from trace_core.index.build import Put, in_memory

Column = Any
SLASH = ord("/")
LINE = ord("\n")
WORD = 8
SPARE = 32
AHEAD = 24
"""So many things ahead what is needed of them is fetched."""


@dataclass(slots=True)
class Names:
    """The id of thing n is `text[ends[n - 1]:ends[n]]`; `products[label[n]]` is its id without the number: `PLANT/kind/ITEM`.

    `text` goes on for `SPARE` bytes after the last id, so that ids are copied in pieces of that size.

    Things that came later, whose numbers are higher, are left out of all answers.
    """

    ends: Column
    text: Column
    label: Column
    products: list[str]
    _marks: Column = None

    def __len__(self) -> int:
        """The first number that has no name."""
        return len(self.ends)

    def of(self, number: int) -> str:
        """The id of one thing."""
        start = int(self.ends[number - 1]) if number else 0
        text: bytes = self.text[start : int(self.ends[number])].tobytes()
        return text.decode()

    def lines(self, numbers: Column, product: str | None = None) -> bytes:
        """Ids of things, or of those of one product, each ended by a line feed, in the order of numbers: that of first appearance."""
        if self._marks is None:
            self._marks = np.zeros(len(self.ends) // WORD + 1, np.uint64)
        wanted = -1 if product is None else self._label_of(product)
        written: bytes = _lines(
            self.ends, self.text, _ascending(numbers, self.label, wanted, self._marks.view(np.uint8), self._marks)
        ).tobytes()
        return written

    def counted(self, numbers: Column) -> dict[str, int]:
        """How many of these things there are of each product."""
        counts = np.bincount(self.label[numbers[numbers < len(self)]], minlength=len(self.products))
        return {self.products[label]: int(counts[label]) for label in np.flatnonzero(counts)}

    def only(self, numbers: Column, product: str) -> Column:
        """Those of these things that are of one product."""
        return _only(self.label, numbers, self._label_of(product))

    def _label_of(self, product: str) -> int:
        return self.products.index(product) if product in self.products else len(self.products)


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
    text = put("name_text", np.concatenate([*texts, np.zeros(SPARE, np.uint8)]))
    del texts
    ends = np.maximum.accumulate(ends)
    return names_of(put("name_ends", ends.astype(np.uint32) if base < 1 << 32 else ends), text, put)


@njit(cache=True)
def _products(ends: Column, text: Column) -> Column:
    """A 64-bit FNV-1a hash of each id up to its last slash."""
    found = np.zeros(len(ends), np.uint64)
    for number in range(1, len(ends)):
        start, end = np.int64(ends[number - 1]), np.int64(ends[number])
        while end > start and text[end - 1] != SLASH:
            end -= 1
        value = np.uint64(14695981039346656037)
        for at in range(start, end):
            value = (value ^ np.uint64(text[at])) * np.uint64(1099511628211)
        found[number] = value
    return found


@njit(cache=True)
def _ascending(numbers: Column, label: Column, wanted: int, marks: Column, words: Column) -> Column:
    """Those that have a name and the wanted label (-1: any), in ascending order.

    `marks` are zero before and after; `words` are the same bytes, so that stretches without any are passed over quickly.
    """
    count, low, high = 0, len(marks), -1
    for at, number in enumerate(numbers):
        if at + AHEAD < len(numbers) and numbers[at + AHEAD] < len(label):
            fetch_ahead(label, np.int64(numbers[at + AHEAD]))
        if number < len(label) and (wanted < 0 or label[number] == wanted):
            count += 1 - marks[number]
            marks[number] = 1
            low, high = min(low, number), max(high, number)
    found = np.empty(count, np.int32)
    count = 0
    for word in range(low // WORD, high // WORD + 1):
        if words[word]:
            for number in range(word * WORD, word * WORD + WORD):
                if marks[number]:
                    found[count] = number
                    count += 1
            words[word] = 0
    return found


@njit(cache=True)
def _lines(ends: Column, text: Column, numbers: Column) -> Column:
    """Copied in whole pieces: what is too much is written over by the next."""
    size: Any = 0
    for place, number in enumerate(numbers):
        if place + AHEAD < len(numbers):
            fetch_ahead(ends, np.int64(numbers[place + AHEAD]))
        size += np.int64(ends[number]) - np.int64(ends[number - 1]) + 1
    found = np.empty(size + SPARE, np.uint8)
    at: Any = 0
    for place, number in enumerate(numbers):
        if place + AHEAD < len(numbers):
            fetch_ahead(text, np.int64(ends[numbers[place + AHEAD] - 1]))
        start, done = np.int64(ends[number - 1]), 0
        length = np.int64(ends[number]) - start
        while done < length:
            for byte in range(SPARE):
                found[at + done + byte] = text[start + done + byte]
            done += SPARE
        at += length
        found[at] = LINE
        at += 1
    return found[:size]


@njit(cache=True)
def _only(label: Column, numbers: Column, wanted: int) -> Column:
    found, count = np.empty(len(numbers), numbers.dtype), 0
    for number in numbers:
        found[count] = number
        count += number < len(label) and label[number] == wanted
    return found[:count]
