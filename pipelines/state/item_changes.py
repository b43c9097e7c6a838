"""GTINs whose item came, changed or went: which captured events have to be read anew because of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.epcis.things import gtin14

_NAMES = tuple(bindparam(name, type_=ARRAY(Text)) for name in ("plants", "keys"))
_WRITTEN = text(
    "SELECT DISTINCT d.plant, d.body->>'global_item' AS gtin FROM unnest(:plants, :keys) AS a(plant, key)"
    " JOIN document d ON d.plant = a.plant AND d.key = a.key WHERE d.kind = 'item' AND d.body->>'global_item' IS NOT NULL"
).bindparams(*_NAMES)
_MARK = text("INSERT INTO item_change (plant, gtin, after) SELECT plant, key, 0 FROM unnest(:plants, :keys) AS a(plant, key)").bindparams(
    *_NAMES
)


def note(connection: Connection, items: Collection[tuple[str, str]]) -> None:
    """Note item documents (plant, key) that were taken in: with every GTIN that a version of theirs has, so with those of before too.

    Rows are only added, so that nobody waits for whoever reads events anew.
    """
    if items:
        plants, keys = zip(*sorted(items), strict=True)
        found = connection.execute(_WRITTEN, {"plants": list(plants), "keys": list(keys)})
        marks = sorted({(row.plant, gtin) for row in found if (gtin := gtin14(row.gtin))})
        if marks:
            places, gtins = zip(*marks, strict=True)
            connection.execute(_MARK, {"plants": list(places), "keys": list(gtins)})


def any_wait(connection: Connection) -> bool:
    """Whether any change was noted that events have not followed yet."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM item_change)")).scalar_one())


def claim(connection: Connection, *, most: int) -> list[int]:
    """The oldest changes that captured events name, at most so many; those that none names are forgotten. For one process at a time."""
    connection.execute(
        text(
            "DELETE FROM item_change m WHERE NOT EXISTS"
            " (SELECT FROM captured_event c WHERE c.gtins @> ARRAY[m.gtin] AND c.plant = m.plant AND c.id > m.after)"
        )
    )
    return list(connection.execute(text("SELECT id FROM item_change ORDER BY id LIMIT :most"), {"most": most}).scalars())


_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_EVENTS = text(
    "SELECT c.id, c.type, c.content, c.plant, c.aliases, c.body, c.job FROM captured_event c JOIN"
    " (SELECT DISTINCT c.id FROM item_change m JOIN captured_event c ON c.gtins @> ARRAY[m.gtin] AND c.plant = m.plant AND c.id > m.after"
    "  WHERE m.id = ANY(:ids) AND NOT c.declares ORDER BY c.id LIMIT :most) found USING (id) ORDER BY c.id"
).bindparams(_IDS)


def events(connection: Connection, changes: Collection[int], *, most: int) -> list[Any]:
    """The next captured events that name one of these, in the order of ids; declarations are none, they follow what they declare."""
    return list(connection.execute(_EVENTS, {"ids": list(changes), "most": most}))


def followed(connection: Connection, changes: Collection[int], upto: int | None) -> None:
    """The events up to an id have followed these changes; None: all have, and the changes are forgotten."""
    statement = "DELETE FROM item_change WHERE id = ANY(:ids)"
    if upto is not None:
        statement = "UPDATE item_change SET after = greatest(after, :upto) WHERE id = ANY(:ids)"
    connection.execute(text(statement).bindparams(_IDS), {"ids": list(changes)} | ({} if upto is None else {"upto": upto}))
