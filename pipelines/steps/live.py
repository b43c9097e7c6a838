"""What a subscriber is told for as long as it is connected, in the order of commits. Its place is kept nowhere but here; ADR 0020."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines.ports import Plumbing
from pipelines.state import named_queries
from pipelines.state.database import Transaction
from pipelines.state.subscriptions import newest, start
from pipelines.steps.epcis_masters import TooComplex, resolved
from pipelines.steps.standing_query import Batch, Standing, next_batch
from trace_core.epcis.formats import ids_as
from trace_core.epcis.queries import from_json
from trace_core.epcis.schedules import next_time, read_schedule
from trace_core.epcis.subscriptions import Controls, check_query
from trace_core.epcis.things import OWN_PREFIX
from trace_core.epcis.writing import delivery_json


class Over(Exception):
    """A subscription that has ended, and why."""


@dataclass(slots=True)
class Live:
    """A subscription of a key to a query; `due` is the next time of its schedule, None for a stream, `told` whether it had any since."""

    name: str
    query: Any
    key_id: int
    controls: Controls
    epc_format: str
    standing: Standing
    due: datetime | None
    told: bool = False
    id: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")

    def next_message(self, plumbing: Plumbing) -> tuple[bytes | None, bool]:
        """An EPCISQueryDocument if there is anything to tell now, and whether to ask again at once.

        Errors: `Over` when the key was revoked, the query is gone or became too complex.
        """
        now = plumbing.now()
        with plumbing.begin() as connection:
            plants = plumbing.subscribers.rights(connection, self.key_id)
            if plants is None:
                raise Over("the key was revoked")
            if named_queries.get(connection, self.name) != self.query:
                raise Over("the query was deleted")
            if self.due is not None and now < self.due:
                return None, False
            batch = self._batch(connection, plants, plumbing)
        self.standing = replace(self.standing, place=batch.place)
        empty_too = self.due is not None and self.controls.report_if_empty and not self.told and not batch.more
        self.told = batch.more and (self.told or bool(batch.events))
        if self.due is not None and not batch.more:
            self.due = _due(self.controls, now)
        return (self._message(batch, now, plumbing) if batch.events or empty_too else None), batch.more

    def _batch(self, connection: Transaction, plants: Sequence[str], plumbing: Plumbing) -> Batch:
        if newest(connection) == self.standing.place:
            return Batch(self.standing.place)
        try:
            return next_batch(connection, self.standing, from_json(self.query), plants=plants, ground=plumbing.ground)
        except TooComplex as fault:
            raise Over(str(fault)) from fault

    def _message(self, batch: Batch, now: datetime, plumbing: Plumbing) -> bytes:
        return delivery_json(
            batch.events,
            delivery=f"urn:uuid:{uuid.uuid4()}",
            subscription=self.id,
            created=now,
            query=self.name,
            prefixes=OWN_PREFIX,
            ids=ids_as(self.epc_format, plumbing.ground.prefixes),
        )


def begin_live(name: str, key_id: int, controls: Controls, epc_format: str, plumbing: Plumbing) -> Live | None:
    """A subscription from now, or from its initial record time on; None when there is no such query.

    Errors: `Rejected` for a query that limits its answer, `TooComplex`.
    """
    now = plumbing.now()
    with plumbing.begin() as connection:
        query = named_queries.get(connection, name)
        if query is None:
            return None
        asked = from_json(query)
        check_query(asked)
        resolved(connection, asked)
        known = newest(connection)
    standing = Standing(start(known, controls.initial, now), known, controls.initial)
    return Live(name, query, key_id, controls, epc_format, standing, _due(controls, now))


def _due(controls: Controls, now: datetime) -> datetime | None:
    return next_time(read_schedule(controls.schedule), now) if controls.schedule else None
