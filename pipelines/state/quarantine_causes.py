"""What waits in quarantine, by cause: counted, shown by an example, interpreted anew or dropped together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pipelines.state import changes
from pipelines.state.database import Transaction
from pipelines.state.uninterpreted import asking_again

PAGE = 5000
"""Rows that one transaction drops."""
_MINE = "q.state = 'waiting' AND (cardinality(:plants) = 0 OR q.plant = ANY(:plants))"
_LISTS = [bindparam("plants", type_=ARRAY(Text))]
_STAGES = bindparam("stages", type_=ARRAY(Text))
_CAUSES = text(
    "WITH c AS (SELECT q.cause, count(*) AS documents, min(q.since) AS first, max(q.since) AS last, min(q.id) AS example"  # noqa: S608 - ours
    f" FROM quarantine q WHERE {_MINE} GROUP BY q.cause)"
    " SELECT c.*, q.connection, q.plant, q.stage, q.source_kind, q.source_key, q.problems FROM c JOIN quarantine q ON q.id = c.example"
    " WHERE CAST(:documents AS bigint) IS NULL OR (c.documents, c.cause) < (:documents, :cause)"
    " ORDER BY c.documents DESC, c.cause DESC LIMIT :most"
).bindparams(*_LISTS)
_AGAIN = text(
    asking_again(
        "SELECT DISTINCT q.connection, q.source_kind AS kind, q.source_key AS key FROM quarantine q"  # noqa: S608 - our own names
        f" WHERE q.cause = :cause AND q.stage = ANY(:stages) AND {_MINE}"
    )
).bindparams(*_LISTS, _STAGES)
_DROP = text(
    "UPDATE quarantine SET state = 'dropped', dropped_because = :reason WHERE id IN"  # noqa: S608 - our own names
    f" (SELECT q.id FROM quarantine q WHERE q.cause = :cause AND {_MINE} ORDER BY q.id LIMIT :most FOR UPDATE) RETURNING things"
).bindparams(*_LISTS)


def causes(connection: Connection, *, plants: Collection[str] = (), after: tuple[int, str] | None = None, most: int = 100) -> Sequence[Any]:
    """The causes of what waits in these plants, or in all where none is given, the most frequent first; `after` (documents, cause).

    Each with its count, the times of the first and last, and the oldest document as an example, without its payload.
    """
    documents, cause = after or (None, "")
    return connection.execute(_CAUSES, {"plants": sorted(plants), "documents": documents, "cause": cause, "most": most}).all()


def ids_of(connection: Connection, cause: str, *, plants: Collection[str] = (), name: str | None = None) -> list[int]:
    """Ids of what waits for this cause, the oldest first; with a `name`, of that connection alone."""
    statement = text(
        f"SELECT q.id FROM quarantine q WHERE q.cause = :cause AND {_MINE}"  # noqa: S608 - our own names
        " AND (CAST(:name AS text) IS NULL OR q.connection = :name) ORDER BY q.id"
    ).bindparams(*_LISTS)
    return list(connection.execute(statement, {"cause": cause, "name": name, "plants": sorted(plants)}).scalars())


def still_waiting(connection: Connection, ids: Sequence[int]) -> int:
    """How many of these wait, whatever the cause is now."""
    statement = text("SELECT count(*) FROM quarantine WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'waiting'")
    return int(connection.execute(statement, {"ids": list(ids)}).scalar_one())


def again(connection: Transaction, cause: str, stages: Sequence[str], *, plants: Collection[str] = ()) -> dict[str, int]:
    """Let what the systems hold now of these documents be interpreted anew, oldest first and in lanes as ever; how many by plant."""
    found = connection.execute(_AGAIN, {"cause": cause, "stages": list(stages), "plants": sorted(plants)})
    return {row.plant: row[1] for row in found}


def drop(connection: Transaction, cause: str, reason: str, *, plants: Collection[str] = ()) -> int:
    """Drop the oldest documents of a cause, at most `PAGE`; how many. Answers about their things are others from now on."""
    dropped = connection.execute(_DROP, {"cause": cause, "reason": reason, "plants": sorted(plants), "most": PAGE}).all()
    changes.note_things(connection, {thing for row in dropped for thing in row.things})
    return len(dropped)
