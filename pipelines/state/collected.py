"""What others' events name, for the collections of the REST binding, and what our own documents add to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from trace_core.epcis.keys import canonical


def put(connection: Connection, named: Iterable[tuple[str, str, str]]) -> None:
    """Note what events name: (sort, identifier, plant, empty for none)."""
    rows: dict[tuple[str, str, str], str] = {}
    for sort, given, plant in named:
        rows.setdefault((sort, canonical(given), plant), given)
    if not rows:
        return
    told = sorted(rows.items())
    columns = {
        "sorts": [name[0] for name, _ in told],
        "ids": [name[1] for name, _ in told],
        "plants": [name[2] for name, _ in told],
        "givens": [given for _, given in told],
    }
    statement = text(
        "INSERT INTO captured_member (sort, id, plant, given) SELECT * FROM unnest(:sorts, :ids, :plants, :givens) ON CONFLICT DO NOTHING"
    )
    connection.execute(statement.bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in columns)), columns)


def members(connection: Connection, sort: str, *, plants: Sequence[str], after: str, limit: int) -> list[Any]:
    """Rows (id, given) beyond an id, in the order of ids; `plants` empty is all of them."""
    statement = text(
        "SELECT id, min(given) AS given FROM captured_member WHERE sort = :sort AND id > :after"
        " AND (cardinality(:plants) = 0 OR plant = ANY(:plants)) GROUP BY id ORDER BY id LIMIT :limit"
    ).bindparams(bindparam("plants", type_=ARRAY(Text)))
    return list(connection.execute(statement, {"sort": sort, "plants": list(plants), "after": after, "limit": limit}))


def among(connection: Connection, sort: str, ids: Collection[str], *, plants: Sequence[str]) -> set[str]:
    """Those of the ids that events of these plants name."""
    statement = text(
        "SELECT DISTINCT id FROM captured_member WHERE sort = :sort AND id = ANY(:ids)"
        " AND (cardinality(:plants) = 0 OR plant = ANY(:plants))"
    ).bindparams(bindparam("plants", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Text)))
    return set(connection.execute(statement, {"sort": sort, "ids": sorted(ids), "plants": list(plants)}).scalars())


def own_plants(connection: Connection, kinds: Collection[str]) -> list[str]:
    """Plants with documents of these kinds that did not come by EPCIS."""
    statement = text(
        "WITH RECURSIVE p(plant) AS ((SELECT min(plant) FROM document) UNION ALL"
        " SELECT (SELECT min(d.plant) FROM document d WHERE d.plant > p.plant) FROM p WHERE p.plant IS NOT NULL)"
        " SELECT plant FROM p WHERE EXISTS (SELECT 1 FROM document d WHERE d.plant = p.plant AND d.kind = ANY(:kinds)"
        " AND d.connection <> 'epcis' AND d.current AND NOT d.deleted)"
    ).bindparams(bindparam("kinds", type_=ARRAY(Text)))
    return list(connection.execute(statement, {"kinds": sorted(kinds)}).scalars())


def instances(connection: Connection, prefix: str, *, after: str, limit: int) -> list[str]:
    """Ids of units and containers beyond one that begin so, in their order, whatever named them."""
    statement = text(
        "SELECT uri FROM thing WHERE uri > :after AND uri LIKE :like AND split_part(uri, '/', 2) <> 'lot' ORDER BY uri LIMIT :limit"
    )
    like = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return list(connection.execute(statement, {"like": like, "after": after, "limit": limit}).scalars())
