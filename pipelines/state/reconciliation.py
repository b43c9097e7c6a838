"""Our side of a reconciliation: which documents of a kind we hold, at which stamp, and which of them wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipelines.state.tables import inbox


@dataclass(frozen=True, slots=True)
class Side:
    """Keys with their stamps (Unix ms, None where the system has none), and how many wait or lie in quarantine."""

    stamps: Mapping[str, int | None]
    waiting: int
    quarantined: int


def ours(connection: Connection, name: str, kind: str) -> Side:
    """What the inbox holds as the system's present documents of a kind."""
    columns = inbox.c
    statement = select(columns.key, columns.stamp, columns.state).where(
        columns.connection == name, columns.kind == kind, columns.latest, ~columns.deleted
    )
    rows = list(connection.execute(statement))
    states = [row.state for row in rows]
    return Side({row.key: row.stamp for row in rows}, states.count("new"), states.count("quarantined"))
