"""The limit: finished lines by COPY into two tables with their primary keys, without reading, mapping or checking anything."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import create_engine, text

from bench.sync.server import order

TABLES = (
    "CREATE TABLE copied_order (id bigint PRIMARY KEY, {texts}, priority int)",
    "CREATE TABLE copied_component (order_id bigint, line int, {texts}, PRIMARY KEY (order_id, line))",
)
OF_ORDER = (
    "number", "type", "status", "item", "item_name", "quantity", "unit", "bom", "planned_start", "planned_end", "production_line",
    "workshop", "customer", "planner", "note", "created_at", "changed_at", "plant",
)  # fmt: skip
OF_COMPONENT = ("item", "quantity", "unit", "warehouse", "position", "issued")
PIECE = 20_000


def copied(url: str, orders: int) -> dict[str, Any]:
    """Seconds of the COPY alone; the lines are made before."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, names in zip(TABLES, (OF_ORDER, OF_COMPONENT), strict=True):
            connection.execute(text(table.format(texts=", ".join(f"{name} text" for name in names))))
    spent = 0.0
    for start in range(0, orders, PIECE):
        heads, parts = _lines(range(start, min(orders, start + PIECE)))
        began = time.perf_counter()
        with engine.begin() as connection:
            cursor = connection.connection.cursor()
            for table, lines in (("copied_order", heads), ("copied_component", parts)):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(lines)
        spent += time.perf_counter() - began
    engine.dispose()
    return {"orders": orders, "seconds": spent}


def _lines(numbers: range) -> tuple[bytes, bytes]:
    heads, parts = [], []
    for told in map(order, numbers):
        told["production_line"] = told["line"]
        heads.append("\t".join([str(told["id"]), *(told[name] for name in OF_ORDER), str(told["priority"])]))
        parts += ["\t".join([str(told["id"]), str(one["line"]), *(one[name] for name in OF_COMPONENT)]) for one in told["components"]]
    return ("\n".join(heads) + "\n").encode(), ("\n".join(parts) + "\n").encode()
