"""Recalls under way: what was asked, what was affected when last looked at, and what came since a person last looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from pipelines.state.tables import recall_case as table


@dataclass(frozen=True, slots=True)
class Case:
    """A recall by name. `things` are ids of what is affected, sorted; `weaving` is up to where the genealogy was looked at."""

    name: str
    roots: tuple[str, ...]
    question: str
    conditions: tuple[str, ...]
    things: tuple[str, ...]
    result_hash: str
    weaving: int


def open_case(connection: Connection, case: Case, *, now: datetime) -> bool:
    """Keep a recall under its name; False when an open one has that name."""
    told: dict[str, Any] = {
        "name": case.name, "roots": list(case.roots), "question": case.question, "conditions": list(case.conditions),
        "things": list(case.things), "grown": [], "result_hash": case.result_hash, "weaving": case.weaving,
        "opened_at": now, "evaluated_at": now, "closed_at": None,
    }  # fmt: skip
    statement = insert(table).values(told)
    again = statement.on_conflict_do_update(index_elements=["name"], set_=told, where=table.c.closed_at.is_not(None))
    return connection.execute(again.returning(table.c.name)).first() is not None


def any_behind(connection: Connection) -> bool:
    """Whether an open recall has not been asked since something was woven."""
    return connection.execute(select(table.c.name).where(*_behind()).limit(1)).first() is not None


def behind(connection: Connection) -> list[Case]:
    """Open recalls that have not been asked since something was woven."""
    return [_case(row) for row in connection.execute(select(table).where(*_behind()).order_by(table.c.name))]


def _behind() -> tuple[ColumnElement[bool], ...]:
    newest = select(func.coalesce(func.max(text("id")), 0)).select_from(text("weaving")).scalar_subquery()
    return table.c.closed_at.is_(None), table.c.weaving < newest


def renew(connection: Connection, case: Case, added: Sequence[str], *, now: datetime) -> None:
    """Note what a recall affects now, and what came to it."""
    connection.execute(
        update(table)
        .where(table.c.name == case.name, table.c.closed_at.is_(None))
        .values(
            things=list(case.things),
            grown=text("ARRAY(SELECT DISTINCT unnest(grown || CAST(:added AS text[])) ORDER BY 1)").bindparams(
                bindparam("added", list(added), type_=ARRAY(Text))
            ),
            result_hash=case.result_hash,
            weaving=case.weaving,
            evaluated_at=now,
        )
    )


def things_of(connection: Connection, name: str) -> list[str]:
    """Ids of what a recall affects and is about; none when no open one has the name."""
    row = connection.execute(select(table.c.things, table.c.roots).where(table.c.name == name, table.c.closed_at.is_(None))).one_or_none()
    return [*row.things, *row.roots] if row else []


def close(connection: Connection, name: str, *, now: datetime) -> bool:
    """End a recall; False when no open one has the name."""
    statement = update(table).where(table.c.name == name, table.c.closed_at.is_(None)).values(closed_at=now)
    return connection.execute(statement).rowcount > 0


def seen(connection: Connection, name: str) -> bool:
    """A person has looked at what came; False when no open recall has the name."""
    statement = update(table).where(table.c.name == name, table.c.closed_at.is_(None)).values(grown=[])
    return connection.execute(statement).rowcount > 0


def names_about(connection: Connection, things: Collection[str]) -> list[str]:
    """Open recalls that affect, or are about, any of these things."""
    wanted = sorted(things)
    statement = select(table.c.name).where(table.c.closed_at.is_(None), table.c.things.overlap(wanted) | table.c.roots.overlap(wanted))
    return list(connection.execute(statement.order_by(table.c.name)).scalars())


def listing(connection: Connection) -> list[dict[str, Any]]:
    """All recalls, the oldest first, without their things but for those that came."""
    statement = select(table, func.cardinality(table.c.things).label("count")).order_by(table.c.opened_at, table.c.name)
    return [
        {
            "name": row.name,
            "roots": row.roots,
            "question": row.question,
            "where": row.conditions,
            "things": row.count,
            "grown": row.grown,
            "result_hash": row.result_hash,
            "opened_at": row.opened_at.isoformat(),
            "evaluated_at": row.evaluated_at.isoformat(),
            "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        }
        for row in connection.execute(statement)
    ]


def _case(row: Any) -> Case:
    told = (row.name, tuple(row.roots), row.question, tuple(row.conditions), tuple(row.things), row.result_hash, row.weaving)
    return Case(*told)
