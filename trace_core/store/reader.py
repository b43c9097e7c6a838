"""Questions about reach answered from the index: the current snapshot, what was committed since, the names; never a stale answer.

One statement tells the newest weaving and the numbers of the roots as of one commit; only when something was woven since the last question
is it read, in a database snapshot of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.identifiers import ThingId
from trace_core.index.index import Index, Reached
from trace_core.index.overlay import Overlay
from trace_core.index.snapshot import load, stamp
from trace_core.index.unusable import Unusable
from trace_core.store.fresh import catch_up
from trace_core.store.link_sets import EPOCH, micros
from trace_core.store.view import StoreView
from trace_core.walk import Asked

NEWEST = "SELECT coalesce(max(id), 0) FROM weaving"
NUMBERS = text("SELECT uri, id FROM thing WHERE uri = ANY(:uris)").bindparams(bindparam("uris", type_=ARRAY(Text)))
EMPTIED = (
    "SELECT DISTINCT unnest(e.inputs) FROM event e JOIN document d ON d.id = e.document_id AND d.current AND NOT d.deleted"
    " WHERE e.type = 'emptied'"
)
NAMES = text("SELECT id, uri FROM thing WHERE id = ANY(:numbers)").bindparams(bindparam("numbers", type_=ARRAY(BigInteger)))
REMEMBERED = 100_000
"""Numbers of things that a reader keeps in mind."""
BEHIND = 250_000
"""Weavings that are laid over a snapshot at most; with more, the rules answer until a newer one is built."""


@dataclass(slots=True)
class ByIndex:
    """A reach found by the index, as of a weaving; a `reach.Reach`."""

    weaving: int
    reached: Reached
    _index: Index
    _fresh: dict[int, str]

    def __len__(self) -> int:
        return len(self.reached.numbers)

    def rows(self) -> Iterator[tuple[str, int, datetime]]:
        """(id, depth, τ) of each thing, by depth."""
        names, reached = self._index.base.names, self.reached
        for number, depth, since in zip(reached.numbers.tolist(), reached.depths.tolist(), reached.since.tolist(), strict=True):
            uri = names.of(number) if number < len(names) else self._fresh[number]
            yield uri, depth, EPOCH + timedelta(microseconds=since)

    def lines(self, product: str | None = None) -> bytes:
        """The ids of all things, or of one product's, each ended by a line feed, in the order of their first appearance."""
        numbers, names = self.reached.numbers, self._index.base.names
        later = sorted(number for number, uri in self._fresh.items() if product is None or uri.rpartition("/")[0] == product)
        written = names.lines(numbers, product)
        return written + "".join(f"{self._fresh[number]}\n" for number in later).encode() if later else written

    def counted(self) -> dict[str, int]:
        """How many things of each product, `PLANT/kind/ITEM`."""
        numbers, names = self.reached.numbers, self._index.base.names
        found = names.counted(numbers)
        for uri in self._fresh.values():
            product = uri.rpartition("/")[0]
            found[product] = found.get(product, 0) + 1
        return dict(sorted(found.items()))


class Reader:
    """One reader of the index in `home`; for one thread. Processes share the mapped pages of a snapshot."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.index: Index | None = None
        self._standing: Connection | None = None
        self._later: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._seen: object = None
        self._emptied: Any = np.empty(0, np.int64)
        self._emptied_at = -1

    def reach(self, roots: Collection[ThingId], direction: str, asked: Asked) -> ByIndex:
        """What a question about some things reaches.

        Errors: `Unusable` with the reason when there is no whole snapshot, or too much was woven since.
        """
        index = self._current()
        newest = self._newest()
        numbers = self._numbers_of([root.uri for root in roots])
        if newest > index.overlay.weaving:
            self._catch_up(index, newest)
        reached = index.reach(numbers, direction, micros(asked.at), asked.question).without(numbers)
        self._refuse_emptied(index, reached)
        return ByIndex(index.overlay.weaving, reached, index, self._names(index, reached))

    def close(self) -> None:
        """Give the database connection back."""
        if self._standing is not None:
            self._standing.close()
            self._standing = None

    def _current(self) -> Index:
        """The index over the current snapshot, which is another one when a newer was built."""
        seen = stamp(self.home)
        if self.index is None or seen != self._seen:
            base = load(self.home)
            self.index, self._later, self._seen = Index(base, Overlay(base, base.weaving)), {}, seen
        return self.index

    def _newest(self) -> int:
        """The newest weaving; prepared once, since it is part of every question."""
        driver: Any = self._connection().connection.driver_connection
        return int(driver.execute(NEWEST, prepare=True).fetchone()[0])

    def _numbers_of(self, uris: list[str]) -> list[int]:
        """The numbers of things, which never change once they have been given."""
        missing = [uri for uri in uris if uri not in self._numbers]
        if missing:
            if len(self._numbers) > REMEMBERED:
                self._numbers.clear()
            self._numbers |= {row.uri: row.id for row in self._connection().execute(NUMBERS, {"uris": missing})}
        return [self._numbers[uri] for uri in uris if uri in self._numbers]

    def _connection(self) -> Connection:
        if self._standing is None or self._standing.closed or self._standing.invalidated:
            self._standing = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._standing

    def _catch_up(self, index: Index, newest: int) -> None:
        if newest - index.base.weaving > BEHIND:
            raise Unusable(f"{newest - index.base.weaving} weavings came after the snapshot; build a newer one: lotweave index build")
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            catch_up(connection, StoreView(connection), index.overlay)

    def _refuse_emptied(self, index: Index, reached: Reached) -> None:
        """What a thing held before it was counted as empty goes no further, which links alone do not tell (ADR 0015)."""
        if self._emptied_at != index.overlay.weaving:
            rows = self._connection().execute(text(EMPTIED))
            self._emptied, self._emptied_at = np.array([row[0] for row in rows], np.int64), index.overlay.weaving
        if len(self._emptied) and (met := np.intersect1d(reached.numbers, self._emptied)).size:
            raise Unusable(f"the way leads through {len(met)} thing(s) that were counted as empty")

    def _names(self, index: Index, reached: Reached) -> dict[int, str]:
        """Ids of things that came after the snapshot."""
        if index.overlay.empty:
            return {}
        numbers = reached.numbers[reached.numbers >= len(index.base.names)].tolist()
        missing = [number for number in numbers if number not in self._later]
        if missing:
            self._later |= {row.id: row.uri for row in self._connection().execute(NAMES, {"numbers": missing})}
        return {number: self._later[number] for number in numbers}
