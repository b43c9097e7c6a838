"""How much of every lot there is: movements summed by item, lot and unit in one statement, beside what a system says it has in stock.

A reversal takes its quantity off what it reverses, and reversing it restores that; a count of zero ends what came before it (ADR 0015).
Serials count under their item, as stock without a lot does. Containers and quantities that are unknown are not counted, but told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

INTO = ("receive", "produce", "byproduct", "transfer_in", "customer_return", "return")
ONTO_OTHERS = ("rename", "split", "merge")
AT_ONCE = 2000
_MOVEMENTS = """
movement AS MATERIALIZED (
    SELECT d.key, b.type, b.at, b.reverses, b.thing, b.other, b.uom, abs(b.quantity) AS quantity, sign(b.quantity) AS sign
    FROM document d CROSS JOIN LATERAL json_to_record(d.body)
        AS b(type text, at timestamptz, reverses text, thing json, other json, uom text, quantity numeric)
    WHERE d.plant = :plant AND d.kind = 'movement' AND d.current AND NOT d.deleted AND b.at <= :at
)"""
_BALANCE = text(
    f"""
WITH RECURSIVE {_MOVEMENTS}, chain AS (
    SELECT key AS root, key, 1 AS way, quantity, uom FROM movement WHERE reverses IS NULL AND quantity IS NOT NULL
    UNION ALL
    SELECT c.root, m.key, -c.way, m.quantity, m.uom FROM chain c JOIN movement m ON m.reverses = c.key WHERE m.quantity IS NOT NULL
), taken AS (
    SELECT root, uom, sum(way * quantity) AS quantity, bool_and(way = 1) AS whole FROM chain GROUP BY root, uom
), standing AS (
    SELECT m.type, m.at, m.thing, m.other, m.sign, t.uom, t.whole,
        CASE WHEN t.uom IS NOT DISTINCT FROM m.uom THEN greatest(t.quantity, 0) ELSE t.quantity END AS quantity
    FROM taken t JOIN movement m ON m.key = t.root
), flow AS (
    SELECT type, at, thing, uom, CASE WHEN type = 'adjust' THEN sign WHEN type = ANY(:into) THEN 1 ELSE -1 END * quantity AS quantity
    FROM standing
    UNION ALL
    SELECT type || '_in', at, other, uom, quantity FROM standing WHERE type = ANY(:onto) AND other IS NOT NULL
), named AS (
    SELECT type, at, t.item, CASE WHEN t.kind = 'lot' THEN t.number ELSE '' END AS lot, uom, quantity
    FROM flow CROSS JOIN LATERAL json_to_record(thing) AS t(kind text, item text, number text) WHERE t.kind IN ('lot', 'serial')
), emptied AS (
    SELECT thing->>'item' AS item, thing->>'number' AS lot, max(at) AS at FROM standing
    WHERE type = 'adjust' AND sign = 0 AND whole AND thing->>'kind' = 'lot' GROUP BY 1, 2
), ours AS (
    SELECT item, lot, jsonb_agg(jsonb_build_array(type, uom, quantity::text)) AS moves FROM (
        SELECT n.item, n.lot, n.type, n.uom, sum(n.quantity) AS quantity FROM named n LEFT JOIN emptied e USING (item, lot)
        WHERE e.at IS NULL OR n.at > e.at OR (n.at = e.at AND n.quantity > 0) GROUP BY n.item, n.lot, n.type, n.uom
    ) s GROUP BY item, lot
), theirs AS (
    SELECT item, lot, jsonb_agg(jsonb_build_array(uom, quantity::text)) AS stock FROM (
        SELECT item, lot, uom, sum(quantity) AS quantity FROM stocked WHERE reconciliation_id = ANY(:ids) GROUP BY item, lot, uom
    ) s GROUP BY item, lot
)
SELECT item, lot, moves, stock FROM ours FULL JOIN theirs USING (item, lot) ORDER BY item, lot"""  # noqa: S608 - built of constants
)
_UNCOUNTED = text(
    f"""
WITH {_MOVEMENTS}
SELECT count(*) FILTER (WHERE thing->>'kind' = 'container') AS containers, count(*) FILTER (WHERE quantity IS NULL) AS unknown
FROM movement"""  # noqa: S608
)
_UNITS = text(
    "SELECT body->>'item' AS item, body FROM document WHERE plant = :plant AND kind = 'item' AND current AND NOT deleted ORDER BY key"
)


def add(connection: Connection, id_: int, rows: Sequence[tuple[str, str, str, str]]) -> None:
    """More of what a system has in stock: item, lot (empty where it is kept without), unit of ours and quantity."""
    cursor = connection.connection.cursor()
    with cursor.copy("COPY stocked (reconciliation_id, item, lot, uom, quantity) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((id_, *row))
    cursor.close()


def balances(connection: Connection, plant: str, ids: Sequence[int], *, at: datetime) -> Iterator[Any]:
    """Every item and lot in order: its moves until `at` ([type, unit, signed quantity]) and its stock over there ([unit, quantity])."""
    names = {"into": list(INTO), "onto": list(ONTO_OTHERS), "ids": list(ids)}
    with connection.execution_options(yield_per=AT_ONCE).execute(
        _BALANCE.bindparams(bindparam("ids", type_=ARRAY(BigInteger))), {"plant": plant, "at": at} | names
    ) as found:
        yield from found


def uncounted(connection: Connection, plant: str, *, at: datetime) -> dict[str, int]:
    """How many movements until `at` are of containers, and how many have no quantity."""
    row = connection.execute(_UNCOUNTED, {"plant": plant, "at": at}).one()
    return {"containers": row.containers, "unknown": row.unknown}


def items(connection: Connection, plant: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The master document of each item of a plant, one after the other; where there are several, the one whose key sorts last."""
    found = connection.execute(_UNITS.execution_options(yield_per=1000), {"plant": plant})
    yield from ((row.item, row.body) for row in found)
