"""Whoever brings documents faster than they are interpreted helps to interpret them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from connectors.kit.contract import Page, RawDocument
from lotweave.bootstrap import House
from pipelines.ports import BACKLOG, Line, Plumbing
from pipelines.state import runs
from pipelines.state.runs import Due
from pipelines.steps.pull import pull

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WATER = """
WITH kept AS (INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
SELECT 'hz', 'HZ', 'OLD', 'k' || n, 'c' || n, '\\x7b7d', 1, true, now(), true FROM generate_series(1, :many) AS n RETURNING plant, id, key)
INSERT INTO uninterpreted (plant, lane, id) SELECT plant, abs(hashtext(key) % 8), id FROM kept
"""
WAITING = text("SELECT count(*) FROM uninterpreted")


class OnePage:
    """A system with one page."""

    def pull(self, kind: str, cursor: object, *, full: bool = False) -> Iterator[Page]:
        yield Page((RawDocument("hz", kind, "k", 1, b"{}", NOW),), {"full": full, "cursor": str(cursor)})

    def close(self) -> None:
        """Nothing is open."""


def waiting_after_a_pull(house: House, before: int) -> int:
    line = Line("hz", "HZ", "kingdee", ZoneInfo("Asia/Shanghai"), {"NEW": 1})
    nothing = lambda *_: None  # noqa: E731 - a port that is not used here
    plumbing = Plumbing(
        house.begin,
        nullcontext,  # type: ignore[arg-type]
        lambda: NOW,
        {"hz": line},
        lambda _name: OnePage(),  # type: ignore[arg-type,return-value]
        nothing,
        nothing,
        nothing,
        Path(),
    )
    with house.begin() as connection:
        connection.execute(text(WATER), {"many": before})
        ids = runs.create(connection, [Due("hz", "HZ", "NEW", 1, NOW)], now=NOW)
    assert pull(ids[0], plumbing)
    with house.begin() as connection:
        return int(connection.execute(WAITING).scalar_one())


def test_a_pull_into_a_flooded_plant_interprets_some(house: House) -> None:
    assert waiting_after_a_pull(house, BACKLOG) < BACKLOG


def test_a_pull_into_a_plant_that_keeps_up_leaves_it_to_others(house: House) -> None:
    assert waiting_after_a_pull(house, 100) == 101
