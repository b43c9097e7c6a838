"""More rows at once than a statement takes parameters: replayed, held, released, retried and pushed again together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from lotweave.bootstrap import House
from pipelines.state import outbox_holds, quarantine, reconciliation_results

MANY = 70_000
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WAITING = """
INSERT INTO quarantine (connection, plant, source_kind, source_key, stage, problems, payload, things, content, since, state, cause)
SELECT 'erp', 'HZ', 'MO', n::text, 'interpret', '[]', '', '{}', n::text, now(), 'waiting', '' FROM generate_series(1, :many) n RETURNING id
"""
CONFIRMED = """
INSERT INTO outbox (connection, plant, target_kind, target_key, subjects, state, stale, look, urgent, reversed, attempts, next_attempt_at,
    changed_at, keys)
SELECT 'erp', 'HZ', 'MO', n::text, '{}', 'confirmed', false, false, false, false, 0, now(), now(), '{}' FROM generate_series(1, :many) n
RETURNING id
"""


def made(connection: Connection, rows: str) -> list[int]:
    return list(connection.execute(text(rows), {"many": MANY}).scalars())


@pytest.mark.parametrize("chosen", [True, False])
def test_everything_that_waits_is_found_and_closed_by_its_ids(house: House, *, chosen: bool) -> None:
    with house.begin() as connection:
        ids = made(connection, WAITING)

        found = quarantine.of_stages(connection, ["interpret"], ids if chosen else [])
        quarantine.close(connection, ids)

        assert [row.id for row in found] == sorted(ids)
        assert quarantine.waiting_of(connection, "erp", ids) == []


def test_results_are_held_and_released_together(house: House) -> None:
    with house.begin() as connection:
        ids = made(connection, CONFIRMED)

        assert len(outbox_holds.hold(connection, ids, reason="stocktaking", now=NOW)) == MANY
        assert len(outbox_holds.release(connection, ids, now=NOW)) == MANY


def test_results_that_went_lost_are_pushed_again_together(house: House) -> None:
    with house.begin() as connection:
        assert reconciliation_results.push_again(connection, made(connection, CONFIRMED), now=NOW) == MANY
