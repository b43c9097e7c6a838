"""Results that a system confirmed once: read in pages to be looked for over there, and sent on their way again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from pipelines.state.database import among
from pipelines.state.outbox import TOLD
from pipelines.state.tables import outbox


def confirmed(connection: Connection, name: str, kinds: Sequence[str], *, after: int, limit: int) -> list[Any]:
    """Rows that were confirmed in documents of some kinds (all when none is named), behind a row, the oldest first.

    What is being planned or pushed anew is left out: it will be read back anyway. What waits for a person since is not.
    """
    stands = outbox.c.state.in_(["confirmed", "held", "rejected"]) & outbox.c.verified_at.is_not(None) & outbox.c.fields.is_not(None)
    wanted = (outbox.c.connection == name) & stands & ~outbox.c.stale
    of_kinds = outbox.c.target_kind.in_(list(kinds)) if kinds else outbox.c.id > 0
    chosen = select(*TOLD).where(wanted, of_kinds, outbox.c.id > after).order_by(outbox.c.id).limit(limit)
    return list(connection.execute(chosen))


def push_again(connection: Connection, ids: Sequence[int], *, now: datetime) -> int:
    """Let confirmed rows be planned, looked up and, where the document does not carry the result, pushed again; how many."""
    chosen = update(outbox).where(among(outbox.c.id, ids), outbox.c.state == "confirmed")
    return connection.execute(chosen.values(stale=True, look=True, next_attempt_at=now)).rowcount
