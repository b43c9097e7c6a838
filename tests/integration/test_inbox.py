"""The inbox and the queue of what waits in it: versions, contents that come again, and a replay asked for at the wrong moment."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from connectors.kit.contract import RawDocument
from lotweave.bootstrap import House
from pipelines.state import inbox, uninterpreted

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SOURCE = ("erp", "MO", "1")


def raw(content: str, stamp: int | None = None, *, key: str = "1", minutes: int = 0) -> RawDocument:
    return RawDocument("erp", "MO", key, stamp, content.encode(), NOW + timedelta(minutes=minutes))


def keep(house: House, *documents: RawDocument, run: int | None = None) -> tuple[int, int]:
    with house.begin() as connection:
        kept = inbox.keep(connection, documents, plant="HZ", run_id=run)
    return kept.changed, kept.unchanged


def claimed(house: House, *, bad: bool = False) -> list[tuple[str, int]]:
    """What the next batch takes, as content and revision."""
    with house.begin() as connection:
        rows = uninterpreted.claim(connection, "HZ", batch=100)
        if rows:
            uninterpreted.settle(connection, rows, [row.id for row in rows] if bad else [])
        return [(bytes(row.payload).decode(), row.revision) for row in rows]


def held(house: House) -> list[Any]:
    with house.begin() as connection:
        found = connection.execute(
            text("SELECT convert_from(payload, 'UTF8') AS content, revision, latest, quarantined FROM inbox ORDER BY id")
        )
        return [tuple(row) for row in found]


def test_versions_of_a_key_are_taken_in_the_order_in_which_they_came(house: House) -> None:
    assert keep(house, raw("a", 1000)) == (1, 0)
    assert keep(house, raw("b", 2000)) == (1, 0)
    assert keep(house, raw("b", 2000)) == (0, 1)

    assert claimed(house) == [("a", 1000), ("b", 2000)]
    assert claimed(house) == []


def test_a_content_that_comes_again_is_the_latest_once_more_and_waits(house: House) -> None:
    for content in "aba":
        keep(house, raw(content))
        claimed(house)
    keep(house, raw("b"))

    assert held(house) == [("a", 3, False, False), ("b", 4, True, False)]
    assert claimed(house) == [("b", 4)]


def test_an_older_version_is_kept_as_history_and_never_waits(house: House) -> None:
    keep(house, raw("new", 2000))
    claimed(house)

    assert keep(house, raw("old", 1000), raw("other", 1000, key="2")) == (2, 0)

    assert sorted(held(house)) == [("new", 2000, True, False), ("old", 1000, False, False), ("other", 1000, True, False)]
    assert claimed(house) == [("other", 1000)]
    with house.begin() as connection:
        assert inbox.payload_of(connection, SOURCE, 1000) == b"old"
        assert inbox.payload_of(connection, SOURCE, 2000) == b"new"
        assert inbox.payload_of(connection, SOURCE, 3000) is None


def test_what_was_quarantined_is_not_any_more_once_it_waits_again(house: House) -> None:
    keep(house, raw("a"))
    claimed(house, bad=True)
    assert held(house) == [("a", 1, True, True)]

    with house.begin() as connection:
        uninterpreted.wait_again(connection, [SOURCE, SOURCE])

    assert held(house) == [("a", 1, True, False)]
    assert claimed(house) == [("a", 1)]


def test_a_replay_asked_for_while_a_batch_is_at_the_document_is_not_lost(house: House) -> None:
    keep(house, raw("a"))
    asked = threading.Event()

    def ask() -> None:
        with house.begin() as connection:
            asked.set()
            uninterpreted.wait_again(connection, [SOURCE])

    with house.begin() as connection:
        rows = uninterpreted.claim(connection, "HZ", batch=100)
        asking = threading.Thread(target=ask)
        asking.start()
        asked.wait(10)
        while connection.execute(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).scalar_one() == 0:
            asking.join(0.01)  # until it waits for the row that this transaction holds
        uninterpreted.settle(connection, rows, [])
    asking.join(10)

    assert claimed(house) == [("a", 1)]


def test_lanes_are_taken_side_by_side_and_each_by_one(house: House) -> None:
    keep(house, *(raw("x", key=str(key)) for key in range(100)))

    with house.begin() as one, house.begin() as other:
        first, second = (uninterpreted.claim(connection, "HZ", batch=100) for connection in (one, other))

    assert len({row.lane for row in first}) == len({row.lane for row in second}) == 1
    assert first[0].lane != second[0].lane
    assert {row.key for row in first}.isdisjoint(row.key for row in second)
