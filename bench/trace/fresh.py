"""Events committed after the snapshot: what it costs the next question to see them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text

from bench.trace.engines import Asking
from bench.trace.fill import EPOCH
from bench.trace.month import MONTH, START
from trace_core.store.log import partitions

BOARDS, INPUTS, BATCHES = 228, 44, 9
"""10 032 links a batch."""
LATER = START + MONTH + 10**9


@dataclass(slots=True)
class Freshener:
    """Commits batches of boards, each with the root among its parts, and asks about the root before and after."""

    engine: Engine
    asked: Asking
    root: int

    def measure(self) -> dict[str, Any]:
        """Milliseconds of the question before, right after a batch was committed, and the difference; what came before is laid over too."""
        self.asked.forward(self.root)
        before, after = [], []
        for batch in range(BATCHES + 1):
            reached = len(self.asked.search(self.root, "forward"))
            before.append(self._ask())
            self._commit(batch)
            after.append(self._ask())
            if len(self.asked.search(self.root, "forward")) != reached + BOARDS:
                raise SystemExit("the question does not see what was committed before it")
        extra = sorted(late - early for early, late in zip(before[1:], after[1:], strict=True))
        told = {"median": extra[len(extra) // 2], "least": extra[0], "most": extra[-1]}
        return {"links": BOARDS * INPUTS, "extra": told, "before": sorted(before)[len(before) // 2]}

    def _ask(self) -> float:
        start = time.perf_counter()
        self.asked.forward(self.root)
        return (time.perf_counter() - start) * 1e3

    def _commit(self, batch: int) -> None:
        """Boards made in the last second of the month, as the store writes them."""
        first, at = self.asked.index.base.graph.things + batch * BOARDS, LATER + batch * 10**6
        told = {
            "root": self.root,
            "first": first,
            "boards": BOARDS,
            "at": at,
            "batch": batch,
            "inputs": INPUTS - 1,
            "things": self.asked.index.base.graph.things - 1,
        }
        moment = "to_timestamp((:at + k) / 1e6)"
        with self.engine.begin() as connection:
            partitions(connection, [EPOCH + timedelta(microseconds=at)])
            connection.execute(
                text(
                    "INSERT INTO thing (id, uri) OVERRIDING SYSTEM VALUE SELECT :first + k, 'D/serial/UNIT/F' || :batch || '-' || k"
                    " FROM generate_series(0, :boards - 1) k"
                ),
                told,
            )
            connection.execute(
                text(
                    "INSERT INTO event (document_id, at, type, plant, plain, inputs, outputs, lots)"
                    f" SELECT :first + k, {moment}, 'operation', 'A', true,"
                    " ARRAY[:root] || ARRAY(SELECT 1 + (k * 7919 + i * 104729) % :things FROM generate_series(1, :inputs) i),"
                    " ARRAY[:first + k], '{}' FROM generate_series(0, :boards - 1) k"
                ),
                told,
            )
            connection.execute(
                text(
                    "INSERT INTO weaving (at, events, earliest, latest, stale) SELECT now(),"
                    f" ARRAY(SELECT :first + k FROM generate_series(0, :boards - 1) k), min({moment}), max({moment}), '{{}}'"
                    " FROM generate_series(0, :boards - 1) k"
                ),
                told,
            )
