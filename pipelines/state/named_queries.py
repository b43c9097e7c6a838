"""EPCIS queries kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.tables import named_query


def put(connection: Connection, name: str, query: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep a query under a name; False when the name is taken."""
    statement = insert(named_query).values(name=name, query=dict(query), created_at=now).on_conflict_do_nothing()
    return connection.execute(statement.returning(named_query.c.name)).first() is not None


def get(connection: Connection, name: str) -> Any:
    """The query of a name, or None."""
    return connection.execute(select(named_query.c.query).where(named_query.c.name == name)).scalar_one_or_none()


def remove(connection: Connection, name: str) -> bool:
    """Forget a query; False when there is none of that name."""
    return connection.execute(delete(named_query).where(named_query.c.name == name).returning(named_query.c.name)).first() is not None


def listing(connection: Connection, *, after: str, limit: int) -> list[Any]:
    """Queries in the order of their names, beyond a name."""
    statement = select(named_query).where(named_query.c.name > after).order_by(named_query.c.name).limit(limit)
    return list(connection.execute(statement))
