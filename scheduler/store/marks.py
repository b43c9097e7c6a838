"""The newest nominal time of each schedule, moved in the transaction that makes the runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from scheduler.store.tables import schedule_mark


def last_nominal(connection: Connection, schedule: str) -> datetime | None:
    """The newest nominal time that has become runs."""
    return connection.execute(select(schedule_mark.c.last_nominal).where(schedule_mark.c.schedule == schedule)).scalar_one_or_none()


def mark(connection: Connection, schedule: str, nominal: datetime) -> None:
    """Remember a nominal time."""
    statement = insert(schedule_mark).values(schedule=schedule, last_nominal=nominal)
    statement = statement.on_conflict_do_update(index_elements=["schedule"], set_={"last_nominal": nominal})
    connection.execute(statement)
