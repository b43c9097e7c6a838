"""GTINs whose item came, changed or went: which captured events have to be read anew because of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.epcis.things import gtin14

_PLANTS, _KEYS = (bindparam(name, type_=ARRAY(Text)) for name in ("plants", "keys"))
_CHANGED = text(
    "WITH asked AS MATERIALIZED (SELECT * FROM unnest(:plants, :keys, CAST(:revisions AS bigint[])) AS a(plant, key, revision))"
    " SELECT d.plant, array_agg(DISTINCT d.body->>'global_item') AS gtins"
    " FROM (SELECT DISTINCT plant, key FROM asked) a JOIN document d ON d.plant = a.plant AND d.kind = 'item' AND d.key = a.key"
    " WHERE d.state <> 'conflict' GROUP BY d.plant, d.key"
    " HAVING bool_and((d.plant, d.key, d.revision) IN (SELECT plant, key, revision FROM asked))"
    "  OR count(DISTINCT (d.deleted, d.body->>'item', d.body->>'global_item')) > 1"
).bindparams(_PLANTS, _KEYS)
_MARK = text("INSERT INTO item_change (plant, gtin, after) SELECT plant, key, 0 FROM unnest(:plants, :keys) AS a(plant, key)").bindparams(
    _PLANTS, _KEYS
)


def note(connection: Connection, items: Collection[tuple[str, str, int]]) -> None:
    """Note versions of item documents (plant, key, revision) that were taken in, where a GTIN came, changed or went with them.

    Every GTIN that a version has is noted, so those of before too. One too many is harmless. Rows are only added, so that nobody waits
    for whoever reads events anew.
    """
    if items:
        plants, keys, revisions = (list(column) for column in zip(*sorted(items), strict=True))
        found = connection.execute(_CHANGED, {"plants": plants, "keys": keys, "revisions": revisions})
        marks = sorted({(row.plant, gtin) for row in found for written in row.gtins if written and (gtin := gtin14(written))})
        if marks:
            places, gtins = (list(column) for column in zip(*marks, strict=True))
            connection.execute(_MARK, {"plants": places, "keys": gtins})


def any_wait(connection: Connection) -> bool:
    """Whether any change was noted that events have not followed yet."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM item_change)")).scalar_one())


def next_changes(connection: Connection, *, most: int) -> list[Any]:
    """The oldest changes and others that captured events have followed as far: rows with id, plant, gtin and after, at most so many."""
    statement = (
        "SELECT id, plant, gtin, after FROM item_change WHERE after = (SELECT after FROM item_change ORDER BY id LIMIT 1)"
        " ORDER BY id LIMIT :most"
    )
    return list(connection.execute(text(statement), {"most": most}))


_EVENTS = text(
    "SELECT id, type, content, plant, aliases, body, job FROM captured_event WHERE id > :after AND NOT declares"
    " AND gtins && :gtins AND plant = ANY(:plants) ORDER BY id LIMIT :most"
).bindparams(bindparam("gtins", type_=ARRAY(Text)), bindparam("plants", type_=ARRAY(Text)))


def events(connection: Connection, changes: Sequence[Any], *, most: int) -> list[Any]:
    """The next captured events that may name one of these, in the order of ids; declarations are none, they follow what they declare.

    Planned for the GTINs at hand: what half of all events name is read in order, what few name is looked up.
    """
    connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    told = {"gtins": sorted({one.gtin for one in changes}), "plants": sorted({one.plant for one in changes})}
    return list(connection.execute(_EVENTS, told | {"after": changes[0].after, "most": most}))


def followed(connection: Connection, changes: Sequence[Any], upto: int | None) -> None:
    """The events up to an id have followed these changes; None: all have, and the changes are forgotten."""
    statement = (
        "DELETE FROM item_change WHERE id = ANY(:ids)" if upto is None else "UPDATE item_change SET after = :upto WHERE id = ANY(:ids)"
    )
    told = {"ids": [one.id for one in changes]} | ({} if upto is None else {"upto": upto})
    connection.execute(text(statement).bindparams(bindparam("ids", type_=ARRAY(BigInteger))), told)
