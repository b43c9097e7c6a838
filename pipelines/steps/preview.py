"""What a push would do, without doing it: what would be written, what the system holds, and where they differ."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from connectors.kit.asking import read_one
from pipelines.ports import Plumbing
from pipelines.state import outbox
from pipelines.steps.plan import held_in, plan
from trace_core.errors import Misconfigured


def preview(row_id: int, plumbing: Plumbing) -> dict[str, Any]:
    """A row of the outbox with `would_write`, `holds` and `difference` (name to what is held and what would be written).

    Errors: `Misconfigured` for a row that is not there, and those of planning and of reading from the system.
    """
    with plumbing.begin() as connection:
        row = outbox.one(connection, row_id)
    if row is None:
        raise Misconfigured(f"there is no row {row_id} in the outbox; `lotweave outbox list` shows all", code="usage")
    fields = plan(row, plumbing).fields
    held: dict[str, str] = {}
    if fields:
        with closing(plumbing.connector(row.connection)) as connector:
            held = held_in(read_one(connector, row.target_kind, row.target_key), fields, row)
    difference = {name: {"holds": held[name], "would_write": value} for name, value in fields.items() if held[name] != value}
    return outbox.as_json(row) | {"would_write": fields, "holds": held, "difference": difference}
