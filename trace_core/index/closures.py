"""Which units each lot of a snapshot reaches, as compressed bitmaps: the size of a recall before anybody calls for one.

A unit is a thing with a number of its own that has gone into nothing else. Units that were made one after the other have neighbouring
numbers, so that a lot takes some kilobytes. Closures know the genealogy up to their snapshot's weaving, with removals taken off; what came
later is for the search (compressed closures per source: Lemire et al. on Roaring bitmaps).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numba import njit
from pyroaring import BitMap

from trace_core.index.build import NEVER
from trace_core.index.index import Index
from trace_core.index.overlay import Overlay
from trace_core.index.snapshot import Snapshot
from trace_core.index.unusable import Unusable

Column = Any
TOLD, BITS = "closures.json", "closures.bin"


@dataclass(slots=True)
class Closures:
    """`sources` are numbers of lots, ascending; `counts` how many units each reaches; its bitmap is `bits[ends[k - 1]:ends[k]]`."""

    sources: Column
    counts: Column
    ends: Column
    bits: Column

    def of(self, number: int) -> BitMap:
        """The units that a lot reaches; none when it is no lot of the snapshot or reaches none."""
        place = int(np.searchsorted(self.sources, number))
        if place == len(self.sources) or self.sources[place] != number:
            return BitMap()
        start = int(self.ends[place - 1]) if place else 0
        return BitMap.deserialize(self.bits[start : int(self.ends[place])].tobytes())

    def largest(self, most: int, among: Column | None = None) -> list[tuple[int, int]]:
        """The lots that reach most units, with the number; only those whose place in `among` is true, where it is given."""
        counts = self.counts if among is None else np.where(among[self.sources], self.counts, 0)
        order = np.argsort(-counts, kind="stable")[:most]
        return [(int(self.sources[place]), int(counts[place])) for place in order if counts[place]]


def write_closures(base: Snapshot) -> Closures:
    """Work the closures of a snapshot out and put them into its folder, whole or not at all."""
    if base.folder is None:
        raise Unusable("a snapshot without a folder keeps no closures")
    index = Index(base, Overlay(base, base.weaving))
    units, part = _units(index, base), base.folder / f"{BITS}.{uuid.uuid4().hex[:8]}"
    sources, counts, ends, size, digest = [], [], [], 0, hashlib.sha256()
    with part.open("wb") as out:
        for source, reached in _walks(index, base):
            found = BitMap(reached[units[reached]])
            if found:
                found.run_optimize()
                written = found.serialize()
                out.write(written)
                digest.update(written)
                size += len(written)
                sources.append(source)
                counts.append(len(found))
                ends.append(size)
    columns: dict[str, Column] = {
        "sources": np.array(sources, np.int32),
        "counts": np.array(counts, np.int32),
        "ends": np.array(ends, np.int64),
    }
    for name, column in columns.items():
        np.save(base.folder / f"closures_{name}.npy", column)
    part.replace(base.folder / BITS)
    told = {"weaving": base.weaving, "bytes": size, "sha256": digest.hexdigest(), "lots": len(sources)}
    part = base.folder / f"{TOLD}.part"
    part.write_bytes(orjson.dumps(told))
    part.replace(base.folder / TOLD)
    return load_closures(base.folder)


def load_closures(folder: Path) -> Closures:
    """The closures of a snapshot, mapped. Errors: `Unusable` when there are none, or they are not whole."""
    try:
        told = orjson.loads((folder / TOLD).read_bytes())
        sources, counts, ends = (np.load(folder / f"closures_{name}.npy") for name in ("sources", "counts", "ends"))
        bits = np.memmap(folder / BITS, np.uint8, "r") if told["bytes"] else np.empty(0, np.uint8)
    except (OSError, ValueError) as fault:
        raise Unusable(f"no closures in {folder}: build them with `lotweave index build --closures`") from fault
    if len(bits) != told["bytes"] or len(sources) != told["lots"]:
        raise Unusable(f"{folder / BITS} has {len(bits)} bytes instead of {told['bytes']}")
    return Closures(sources, counts, ends, bits)


def _kinds(base: Snapshot, kind: str) -> Column:
    """Whether each thing is of a kind."""
    of_product = np.array([product.split("/")[1:2] == [kind] for product in base.names.products], bool)
    found: Column = of_product[base.names.label]
    return found


def _units(index: Index, base: Snapshot) -> Column:
    """Whether each thing has a number of its own and is in nothing else."""
    found: Column = _kinds(base, "serial")
    _clear_parts(base.graph.out.starts, base.graph.out.links, len(base.names), found)
    starts = base.graph.out.starts[: len(base.names) + 1]
    for doubtful in np.flatnonzero(found & (np.diff(starts) > 0)).tolist():
        found[doubtful] = len(index.reach([doubtful], "forward", NEVER - 1).numbers) == 1
    return found


@njit(cache=True)
def _clear_parts(starts: Column, links: Column, things: int, found: Column) -> None:
    """Clear things with a link to a thing. Links to inner nodes, and those that a removal ended, may lead nowhere."""
    for node in range(things):
        for link in range(starts[node], starts[node + 1]):
            if 0 <= links[link, 0] < things:
                found[node] = False
                break


def _walks(index: Index, base: Snapshot) -> Iterator[tuple[int, Column]]:
    """Every lot that went into something, with what it reaches."""
    starts = base.graph.out.starts[: len(base.names) + 1]
    for source in np.flatnonzero(_kinds(base, "lot") & (np.diff(starts) > 0)).tolist():
        yield source, index.reach([source], "forward", NEVER - 1).numbers
