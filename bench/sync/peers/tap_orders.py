"""Orders as Singer messages on standard output. Usage: tap_orders.py URL | target-postgres --config FILE."""

from __future__ import annotations

import json
import sys

import requests

PAGE = 1000
TEXTS = (
    "number", "type", "status", "item", "item_name", "quantity", "unit", "bom", "planned_start", "planned_end", "line", "workshop",
    "customer", "planner", "note", "created_at", "changed_at", "plant",
)  # fmt: skip


def main() -> None:
    """Write the schema, all records and the state."""
    session, at, write = requests.Session(), 0, sys.stdout.write
    fields = {name: {"type": ["null", "string"]} for name in TEXTS}
    fields |= {"id": {"type": "integer"}, "priority": {"type": ["null", "integer"]}}
    fields["components"] = {"type": ["null", "array"], "items": {"type": "object"}}
    schema = {"type": "object", "properties": fields}
    write(json.dumps({"type": "SCHEMA", "stream": "orders", "schema": schema, "key_properties": ["id"]}) + "\n")
    while rows := session.get(f"{sys.argv[1]}/orders", params={"offset": at, "limit": PAGE}, timeout=60).json()["items"]:
        for row in rows:
            write(json.dumps({"type": "RECORD", "stream": "orders", "record": row}) + "\n")
        at += len(rows)
    write(json.dumps({"type": "STATE", "value": {"offset": at}}) + "\n")


if __name__ == "__main__":
    main()
