"""Documents of the inbox that wait for interpretation: a narrow table of their ids, so that taking one touches no payload.

Documents of a plant are taken in lanes, side by side; those of one key are in one lane, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from pipelines.state.tables import LANES

LANE = f"abs(hashtext(key) % {LANES})"


def enqueue(found: str) -> str:
    """Statement that lets documents wait for interpretation: those that a query finds as id, plant, key and run_id.

    One that is being interpreted waits again after that, since `claim` holds its row. In the order of `claim`, so that neither stops
    the other for ever.
    """
    return f"{enqueue_new(found)} ORDER BY 1, 2, 3 ON CONFLICT (plant, lane, id) DO UPDATE SET run_id = EXCLUDED.run_id"


def enqueue_new(found: str) -> str:
    """The same for documents that cannot be waiting, since they were not there before."""
    return f"INSERT INTO uninterpreted (plant, lane, id, run_id) SELECT plant, {LANE}, id, run_id FROM ({found}) AS found"  # noqa: S608 - ours


def asking_again(asked: str) -> str:
    """Statement that lets the present versions of raw documents wait anew: those of a query's columns connection, kind and key.

    It gives back plants with the number of their documents.
    """
    return (
        f"WITH asked AS MATERIALIZED ({asked}), found AS MATERIALIZED (SELECT DISTINCT i.id, i.plant, i.key, i.run_id FROM asked a"  # noqa: S608
        " CROSS JOIN LATERAL (SELECT * FROM inbox i WHERE i.connection = a.connection AND i.kind = a.kind AND i.key = a.key AND i.latest"
        " LIMIT 1) i), mended AS (UPDATE inbox i SET quarantined = false FROM found WHERE i.id = found.id AND i.quarantined)"
        f", let AS ({enqueue('SELECT * FROM found')} RETURNING plant) SELECT plant, count(*) FROM let GROUP BY plant ORDER BY plant"
    )


_NAMED = text(asking_again("SELECT * FROM unnest(:names, :kinds, :keys) AS a(connection, kind, key)")).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("names", "kinds", "keys"))
)


def wait_again(connection: Connection, sources: Sequence[tuple[str, str, str]]) -> None:
    """Let what the systems hold now of some raw documents (connection, kind, key) be interpreted anew."""
    if sources:
        names, kinds, keys = (list(column) for column in zip(*sources, strict=True))
        connection.execute(_NAMED, {"names": names, "kinds": kinds, "keys": keys})


def claim(connection: Connection, plant: str, *, batch: int) -> list[Any]:
    """The oldest documents of a lane of a plant, this transaction's until it ends; none while others hold all lanes with any.

    It is the lane of the oldest document that nobody else is at.
    """
    lane = connection.execute(_FREE_LANE, {"plant": plant, "lanes": LANES}).scalar_one_or_none()
    if lane is None:
        return []
    cursor: Any = connection.connection.cursor(binary=True, row_factory=namedtuple_row)  # payloads come as they are, not as text
    with closing(cursor):
        return list(cursor.execute(_CLAIM, {"plant": plant, "lane": lane, "batch": batch}))


_OLDEST = (
    "SELECT l.lane, o.id FROM generate_series(0, :lanes - 1) AS l(lane) CROSS JOIN LATERAL"
    " (SELECT u.id FROM uninterpreted u WHERE u.plant = :plant AND u.lane = l.lane ORDER BY u.id LIMIT 1) o"
)
"""The oldest waiting document of each lane of a plant that has one: a look for each lane, however many wait."""
_FREE_LANE = text(
    f"WITH waiting AS MATERIALIZED ({_OLDEST} ORDER BY o.id) SELECT lane FROM waiting"  # noqa: S608 - ours
    " WHERE pg_try_advisory_xact_lock(hashtextextended('lotweave:interpret:' || :plant || ':' || lane, 0)) LIMIT 1"
)
_CLAIM = (
    "SELECT i.id, i.connection, i.kind, i.key, i.revision, i.deleted, i.payload, i.plant, i.run_id, u.lane"
    " FROM uninterpreted u JOIN inbox i ON i.id = u.id WHERE u.plant = %(plant)s AND u.lane = %(lane)s"
    " ORDER BY u.id LIMIT %(batch)s FOR UPDATE OF u"
)


def settle(connection: Connection, taken: Sequence[Any], quarantined: Sequence[int]) -> None:
    """Let documents that were claimed wait no more; some of them could not be interpreted."""
    connection.execute(_TAKE, {"plant": taken[0].plant, "lane": taken[0].lane, "ids": [row.id for row in taken]})
    if quarantined:
        connection.execute(_QUARANTINE, {"ids": list(quarantined)})


_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_TAKE = text("DELETE FROM uninterpreted WHERE plant = :plant AND lane = :lane AND id = ANY(:ids)").bindparams(_IDS)
_QUARANTINE = text("UPDATE inbox SET quarantined = true WHERE id = ANY(:ids)").bindparams(_IDS)


def is_behind(connection: Connection, plant: str, many: int) -> bool:
    """Whether the oldest document of a plant that waits for interpretation came so many documents, of any plant, before the newest."""
    return bool(connection.execute(_BEHIND, {"plant": plant, "lanes": LANES, "many": many}).scalar_one())


_BEHIND = text(f"SELECT COALESCE((SELECT max(id) FROM inbox) - (SELECT min(id) FROM ({_OLDEST}) w) >= :many, false)")  # noqa: S608 - ours


def plants_with_work(connection: Connection) -> list[str]:
    """Plants of which documents wait for interpretation: by one look for each, however many wait."""
    return list(connection.execute(_PLANTS).scalars())


_PLANTS = text(
    "WITH RECURSIVE found AS ((SELECT plant FROM uninterpreted ORDER BY plant LIMIT 1) UNION ALL"
    " SELECT (SELECT u.plant FROM uninterpreted u WHERE u.plant > f.plant ORDER BY u.plant LIMIT 1)"
    " FROM found f WHERE f.plant IS NOT NULL) SELECT plant FROM found WHERE plant IS NOT NULL"
)
