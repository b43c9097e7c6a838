"""What the runs of every connection and kind came to so far: kept in the transactions that change the runs, read by the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.tables import tally


def ended(connection: Connection, runs: Sequence[tuple[str, str]], state: str, *, now: datetime) -> None:
    """Count runs (connection, kind) that are done, failed or stopped now."""
    at = {"done_at": now} if state == "done" else {}
    _add(connection, [{"connection": name, "kind": kind, state: many} | at for (name, kind), many in sorted(Counter(runs).items())])


def _add(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Rows in the order of their names: whoever locks many does it thus."""
    if not rows:
        return
    statement = insert(tally)
    added = [name for name in rows[0] if name not in {"connection", "kind"}]
    values = {name: statement.excluded[name] if name == "done_at" else tally.c[name] + statement.excluded[name] for name in added}
    connection.execute(statement.on_conflict_do_update(index_elements=["connection", "kind"], set_=values), list(rows))
