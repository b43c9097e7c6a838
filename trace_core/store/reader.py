"""Questions about reach answered from the index: the current snapshot, what was committed since, the names; never a stale answer.

One statement tells the newest weaving and the numbers of the roots as of one commit; only when something was woven since the last question
is it read, in a database snapshot of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.identifiers import ThingId
from trace_core.index.index import Index, Reached
from trace_core.index.laid import Overlay
from trace_core.index.snapshot import Unusable, current, load
from trace_core.store.fresh import catch_up
from trace_core.store.link_sets import micros
from trace_core.store.view import StoreView
from trace_core.walk import Asked

ASKED = text(
    "SELECT (SELECT coalesce(max(id), 0) FROM weaving) AS weaving, ARRAY(SELECT id FROM thing WHERE uri = ANY(:uris)) AS numbers"
).bindparams(bindparam("uris", type_=ARRAY(Text)))
NAMES = text("SELECT id, uri FROM thing WHERE id = ANY(:numbers)").bindparams(bindparam("numbers", type_=ARRAY(BigInteger)))
BEHIND = 250_000
"""Weavings that are laid over a snapshot at most; with more, the rules answer until a newer one is built."""


@dataclass(slots=True)
class Found:
    """What a question reached, as of a weaving. The roots come first, at depth 0."""

    weaving: int
    reached: Reached
    _index: Index
    _fresh: dict[int, str]

    def __len__(self) -> int:
        return len(self.reached.numbers)

    def lines(self, product: str | None = None) -> bytes:
        """The ids of all things, or of one product's, each ended by a line feed, in the order of their first appearance."""
        numbers, names = self.reached.numbers, self._index.base.names
        later = sorted(number for number, uri in self._fresh.items() if product is None or uri.rpartition("/")[0] == product)
        if self._fresh:
            numbers = numbers[numbers < len(names)]
        if product is not None:
            numbers = names.only(numbers, product)
        return names.lines(numbers) + "".join(f"{self._fresh[number]}\n" for number in later).encode()

    def ids(self) -> list[str]:
        """The id of each thing, in the order in which they were reached."""
        names = self._index.base.names
        return [names.of(number) if number < len(names) else self._fresh[number] for number in self.reached.numbers.tolist()]

    def counted(self) -> dict[str, int]:
        """How many things of each product, `PLANT/kind/ITEM`."""
        numbers, names = self.reached.numbers, self._index.base.names
        found = names.counted(numbers[numbers < len(names)])
        for number in numbers[numbers >= len(names)].tolist():
            product = self._fresh[number].rpartition("/")[0]
            found[product] = found.get(product, 0) + 1
        return dict(sorted(found.items()))


class Reader:
    """One reader of the index in `home`; for one thread. Processes share the mapped pages of a snapshot."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.index: Index | None = None
        self._standing: Connection | None = None

    def reach(self, roots: Collection[ThingId], direction: str, asked: Asked) -> Found:
        """What a question about some things reaches.

        Errors: `Unusable` with the reason when there is no whole snapshot, or too much was woven since.
        """
        index = self._current()
        row = self._connection().execute(ASKED, {"uris": [root.uri for root in roots]}).one()
        if row.weaving > index.overlay.weaving:
            self._catch_up(index, row.weaving)
        reached = index.reach(row.numbers, direction, micros(asked.at), asked.question)
        return Found(index.overlay.weaving, reached, index, self._names(index, reached))

    def close(self) -> None:
        """Give the database connection back."""
        if self._standing is not None:
            self._standing.close()
            self._standing = None

    def _current(self) -> Index:
        """The index over the current snapshot, which is another one when a newer was built."""
        folder = current(self.home)
        if self.index is None or self.index.base.folder != folder:
            base = load(self.home)
            self.index = Index(base, Overlay(base, base.weaving))
        return self.index

    def _connection(self) -> Connection:
        if self._standing is None or self._standing.closed or self._standing.invalidated:
            self._standing = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._standing

    def _catch_up(self, index: Index, newest: int) -> None:
        if newest - index.base.weaving > BEHIND:
            raise Unusable(f"{newest - index.base.weaving} weavings came after the snapshot; build a newer one: lotweave index build")
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            catch_up(connection, StoreView(connection), index.overlay)

    def _names(self, index: Index, reached: Reached) -> dict[int, str]:
        """Ids of things that came after the snapshot."""
        if index.overlay.empty:
            return {}
        told: dict[str, Any] = {"numbers": reached.numbers[reached.numbers >= len(index.base.names)].tolist()}
        return {row.id: row.uri for row in self._connection().execute(NAMES, told)}
