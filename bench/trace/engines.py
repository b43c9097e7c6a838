"""Who answers: the index, PostgreSQL's recursive query that respects time, and a plain search over arrays as the limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import numpy as np
from numba import njit
from sqlalchemy import Connection

from bench.trace.fill import EPOCH
from trace_core.identifiers import ThingId, parse_thing
from trace_core.index.index import Index
from trace_core.store.reader import Reader
from trace_core.walk import Asked

Column = Any
NOW = 1_900_000_000_000_000
UNITS = "D/serial/UNIT"
ASKED = Asked(EPOCH + timedelta(microseconds=NOW))


@dataclass(slots=True)
class Asking:
    """A question as it is asked: what was committed since, the search, the names."""

    reader: Reader

    def forward(self, root: int) -> bytes:
        """Ids of the units that may contain the root."""
        return self.reader.reach([self._thing(root)], "forward", ASKED).lines(UNITS)

    def backward(self, root: int) -> bytes:
        """Ids of all that is in the root."""
        return self.reader.reach([self._thing(root)], "backward", ASKED).lines()

    def search(self, root: int, direction: str) -> Column:
        """Numbers of what is reached, without names and without the database."""
        return self.index.reach([root], direction, NOW).numbers

    def names(self, numbers: Column) -> bytes:
        """Ids of the units among the things."""
        return self.index.base.names.lines(numbers, UNITS)

    @property
    def index(self) -> Index:
        """The index behind the reader."""
        if self.reader.index is None:
            self.reader.reach([], "forward", ASKED)
        return cast("Index", self.reader.index)

    def _thing(self, number: int) -> ThingId:
        return cast("ThingId", parse_thing(self.index.base.names.of(number)))


FORWARD = (
    "WITH RECURSIVE reached(n, at) AS (SELECT {root}, -9223372036854775807::bigint"
    " UNION SELECT l.dst, l.at FROM reached r JOIN peer_link l ON l.src = r.n AND l.at >= r.at)"
    " SELECT t.uri FROM (SELECT DISTINCT n FROM reached) r JOIN peer_unit u ON u.id = r.n JOIN thing t ON t.id = r.n"
)
BACKWARD = (
    "WITH RECURSIVE reached(n, at) AS (SELECT {root}, 9223372036854775807::bigint"
    " UNION SELECT l.src, l.at FROM reached r JOIN peer_link l ON l.dst = r.n AND l.at <= r.at)"
    " SELECT t.uri FROM (SELECT DISTINCT n FROM reached) r JOIN thing t ON t.id = r.n WHERE r.n <> {root}"
)


def by_query(connection: Connection, query: str, root: int) -> bytes:
    """Ids by the recursive query, fetched the fastest way that the driver has."""
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY ({query.format(root=int(root))}) TO STDOUT") as copy:
        return b"".join(bytes(piece) for piece in copy)


@dataclass(slots=True)
class Plain:
    """Breadth first over the same arrays without times, depths or rules: what no search on this representation can beat."""

    starts: Column
    links: Column
    marks: Column
    queue: Column
    turn: int = 0

    @classmethod
    def over(cls, index: Index) -> Plain:
        """On the arrays of an index."""
        out = index.base.graph.out
        return cls(out.starts, out.links, np.zeros(len(out.starts), np.int32), np.empty(len(out.starts), np.int32))

    def search(self, root: int) -> int:
        """How many nodes were reached."""
        self.turn += 1
        return int(_search(self.starts, self.links, self.marks, self.turn, self.queue, root))


@njit(cache=True)
def _search(starts: Column, links: Column, marks: Column, turn: int, queue: Column, root: int) -> int:
    queue[0], marks[root] = root, turn
    head, used = 0, 1
    while head < used:
        node = queue[head]
        head += 1
        for link in range(starts[node], starts[node + 1]):
            target = links[link, 0]
            if target >= 0 and marks[target] != turn:
                marks[target] = turn
                queue[used] = target
                used += 1
    return used
