"""What came after a snapshot, laid over it: new events, derived links that changed, and what of the snapshot no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.index.grown import grown
from trace_core.index.laid import Layer
from trace_core.index.snapshot import Snapshot

Column = Any


@dataclass(slots=True)
class Overlay:
    """Grows with every catch-up; `layer` lays it out for the walk.

    Links are rows (start, end, at, until) of int64: things by number, inner nodes as -1, -2, … within their origin or, where they are the
    snapshot's, as `BASE` + node; times in microseconds. Columns lie in one piece (order F).
    """

    base: Snapshot
    weaving: int
    sets: dict[str, Column] = field(default_factory=dict)
    rewired: dict[int, Column] = field(default_factory=dict)
    _pieces: list[Column] = field(default_factory=lambda: [np.empty((0, 5), np.int64, order="F")])
    _layer: Layer | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing came since the snapshot that bears upon an answer."""
        return not (any(map(len, self._pieces)) or self.sets or self.rewired)

    @property
    def events(self) -> Column:
        """Links of plain events, with a fifth column for the document of each."""
        if len(self._pieces) > 1:
            self._pieces = [np.concatenate(self._pieces)]
        return self._pieces[0]

    def add(self, links: Column) -> None:
        """Lay links of new plain events over the snapshot; a fifth column has the document of each."""
        self._pieces.append(links)
        self._layer = grown(self._layer, links[:, :4]) if self._layer else None

    def replace(self, origin: str, links: Column) -> None:
        """Let these be all links of an origin."""
        self.sets[origin] = links
        self._layer = None

    def drop(self, documents: Iterable[int]) -> None:
        """Forget what was added for these documents."""
        self._pieces = [self.events[~np.isin(self.events[:, 4], list(documents))]]
        self._layer = None

    def rewire(self, thing: int, links: Column) -> None:
        """Let these, with those of `events` and `sets`, be all links into a thing."""
        self.rewired[thing] = links
        self._layer = None

    def layer(self) -> Layer:
        """The overlay as the walk wants it; made once after each change."""
        if self._layer is None:
            self._layer = Layer.of(self.base, self.events, self.sets, self.rewired)
        return self._layer
