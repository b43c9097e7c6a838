"""Hashes of our own events: which documents have one, how far they are made, and which items were named otherwise then.

Documents are read by ids, which are not given in the order of commits: what came late, with a lower id, has no hash yet and is found by
that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, LargeBinary, Text

from trace_core.documents.envelope import Document
from trace_core.store.judge import document_of
from trace_core.store.postings import FOUND, key_hashes
from trace_core.store.seals import writers
from trace_core.touches import by_use_of_item

_COLUMNS = "d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"
_OURS = "d.kind = ANY(:kinds) AND d.connection <> 'epcis' AND NOT d.deleted"
_NAMED = (
    "WITH item AS (SELECT plant, body->>'item' AS item, lpad(trim(body->>'global_item'), 14, '0') AS gtin FROM document"
    " WHERE kind = 'item' AND (body->>'global_item') IS NOT NULL AND current AND NOT deleted),"
    " named AS (SELECT plant, min(item) AS item, gtin FROM item GROUP BY plant, gtin HAVING count(DISTINCT item) = 1)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """What a pass has to look through: documents beyond `after`; when it has, all up to `settled` have their hashes for good."""

    after: int
    settled: int
    highest: int
    adding: tuple[str, ...]


def span(connection: Connection, base: str) -> Span:
    """What the next pass has to look through; everything, under another base than before."""
    row = connection.execute(
        text("SELECT upto, reached, writers FROM own_hash_state WHERE base = :base FOR UPDATE"), {"base": base}
    ).first()
    if row is None:
        for table in ("own_hash_state", "own_hash_item", "own_hash"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - of this house
        connection.execute(text("INSERT INTO own_hash_state (base, upto, reached, writers) VALUES (:base, 0, 0, '{}')"), {"base": base})
        connection.execute(text(f"{_NAMED} INSERT INTO own_hash_item SELECT plant, item, gtin FROM named"))  # noqa: S608 - of this house
    after, then, late = (row.upto, row.reached, row.writers) if row else (0, 0, ())
    highest = int(connection.execute(text("SELECT coalesce(max(id), 0) FROM document")).scalar_one())
    adding = writers(connection)
    settled = highest if not adding else then if not adding & set(late) else after
    return Span(after, settled, highest, tuple(sorted(adding)))


def passed(connection: Connection, base: str, done: Span) -> None:
    """Note that a pass has looked through its span; the next looks whether those who were adding documents have ended."""
    statement = text(
        "UPDATE own_hash_state SET upto = greatest(upto, :settled), reached = CASE WHEN reached <= :settled THEN :highest ELSE reached END,"
        " writers = CASE WHEN reached <= :settled THEN :adding ELSE writers END WHERE base = :base"
    ).bindparams(bindparam("adding", type_=ARRAY(Text)))
    told = {"base": base, "settled": done.settled, "highest": done.highest, "adding": list(done.adding)}
    connection.execute(statement, told)


def is_behind(connection: Connection) -> bool:
    """Whether documents came since hashes were last made; never before somebody asked by hash."""
    statement = text("SELECT coalesce((SELECT upto < (SELECT max(id) FROM document) FROM own_hash_state LIMIT 1), false)")
    return bool(connection.execute(statement).scalar_one())


def unhashed(connection: Connection, kinds: Collection[str], *, after: int, most: int) -> list[tuple[int, Document]]:
    """Our documents beyond an id that have no hash, in the order of ids."""
    statement = text(
        f"SELECT {_COLUMNS} FROM document d WHERE d.id > :after AND {_OURS}"  # noqa: S608 - of this house
        " AND NOT EXISTS (SELECT 1 FROM own_hash h WHERE h.document_id = d.id) ORDER BY d.id LIMIT :most"
    ).bindparams(bindparam("kinds", type_=ARRAY(Text)))
    rows = connection.execute(statement, {"after": after, "kinds": sorted(kinds), "most": most})
    return [(row.id, document_of(row)) for row in rows]


def of_item(connection: Connection, kinds: Collection[str], item: tuple[str, str], *, after: int, most: int) -> list[tuple[int, Document]]:
    """Our documents beyond an id whose events name things of an item, in the order of ids."""
    statement = text(
        f"SELECT {_COLUMNS} FROM document d WHERE d.id > :after AND d.id IN ({FOUND}) AND {_OURS} ORDER BY d.id LIMIT :most"  # noqa: S608 - of this house
    ).bindparams(bindparam("kinds", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(BigInteger)))
    told = {"after": after, "keys": key_hashes([by_use_of_item(*item)]), "kinds": sorted(kinds), "most": most}
    return [(row.id, document_of(row)) for row in connection.execute(statement, told)]


def renamed(connection: Connection, *, most: int) -> list[tuple[str, str, str | None]]:
    """(plant, item, GTIN or none now) of items that are named otherwise than when their events were hashed."""
    statement = text(
        f"{_NAMED} SELECT plant, item, n.gtin FROM named n FULL JOIN own_hash_item h USING (plant, item)"  # noqa: S608 - of this house
        " WHERE n.gtin IS DISTINCT FROM h.gtin ORDER BY plant, item LIMIT :most"
    )
    return [(row.plant, row.item, row.gtin) for row in connection.execute(statement, {"most": most})]


def named_now(connection: Connection, plant: str, item: str, gtin: str | None) -> None:
    """Note that the events of an item are hashed with this GTIN, or with none."""
    told = {"plant": plant, "item": item, "gtin": gtin}
    connection.execute(text("DELETE FROM own_hash_item WHERE plant = :plant AND item = :item"), told)
    if gtin is not None:
        connection.execute(text("INSERT INTO own_hash_item VALUES (:plant, :item, :gtin) ON CONFLICT DO NOTHING"), told)


def put(connection: Connection, hashes: Mapping[int, bytes]) -> None:
    """Note the hashes of documents."""
    statement = text("INSERT INTO own_hash (hash, document_id) SELECT * FROM unnest(:hashes, :ids) ON CONFLICT DO NOTHING").bindparams(
        bindparam("hashes", type_=ARRAY(LargeBinary)), bindparam("ids", type_=ARRAY(BigInteger))
    )
    connection.execute(statement, {"hashes": list(hashes.values()), "ids": list(hashes)})


def documents(connection: Connection, hashes: Collection[bytes]) -> list[Any]:
    """Rows (document_id, hash) of the hashes."""
    statement = text("SELECT document_id, hash FROM own_hash WHERE hash = ANY(:hashes)").bindparams(
        bindparam("hashes", type_=ARRAY(LargeBinary))
    )
    return list(connection.execute(statement, {"hashes": sorted(hashes)}))
