"""A sealed record: one changed byte is found and named, and so is a version that is gone or was put in later."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.store.seals import Broken, Head, seal, verify

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def receive(house: House, first: int, last: int) -> None:
    lines = [
        orjson.dumps(
            {
                "kind": "movement",
                "plant": "HZ",
                "key": f"M{number}",
                "revision": 1,
                "body": {
                    "type": "receive",
                    "at": "2026-03-01T07:00:00Z",
                    "thing": {"kind": "lot", "item": "CAP", "number": f"L{number}"},
                    "quantity": "5000",
                    "uom": "H87",
                },
            }
        )
        for number in range(first, last)
    ]
    assert load(lines, begin=house.begin, now=lambda: NOW).accepted == last - first


def sealed(house: House) -> Head:
    with house.begin() as connection:
        return seal(connection, NOW)


def found(house: House, kept: tuple[int, str] | None = None) -> list[Broken]:
    with house.begin() as connection:
        return list(verify(connection, kept))


def change(house: House, statement: str) -> None:
    with house.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_an_untouched_record_verifies_however_it_was_sealed(house: House) -> None:
    receive(house, 0, 5)
    first = sealed(house)
    receive(house, 5, 12)
    second = sealed(house)
    receive(house, 12, 13)

    assert (first.size, second.size) == (5, 12)
    assert sealed(house).size == 13
    assert sealed(house).root == sealed(house).root
    assert found(house) == []
    assert found(house, (first.size, first.root)) == []


def test_one_changed_byte_of_a_stored_event_is_named(house: House) -> None:
    """Scenario 30, first half."""
    receive(house, 0, 9)
    sealed(house)

    change(house, "UPDATE document SET body = replace(body::text, '5000', '5001')::json WHERE key = 'M4'")

    assert found(house) == [Broken("document", "HZ/movement/M4 revision 1", "was changed")]


@pytest.mark.parametrize(
    ("statement", "what", "problem"),
    [
        ("DELETE FROM document WHERE key = 'M4'", "document", "is gone"),
        ("DELETE FROM record_leaf WHERE document_id = 3", "document", "was put in later"),
        ("UPDATE record_leaf SET hash = sha256(hash) WHERE document_id = 3", "seal", "the seal over the first 9 versions is another"),
        ("UPDATE record_head SET root = sha256(root)", "seal", "the seal over the first 9 versions is another"),
    ],
)
def test_what_was_left_out_added_or_forged_is_found(house: House, statement: str, what: str, problem: str) -> None:
    receive(house, 0, 9)
    sealed(house)

    change(house, statement)

    assert any(one.what == what and one.problem.startswith(problem) for one in found(house))


def test_a_head_kept_elsewhere_shows_a_record_that_was_sealed_anew(house: House) -> None:
    receive(house, 0, 9)
    kept = sealed(house)

    change(house, "UPDATE document SET body = replace(body::text, '5000', '5001')::json WHERE key = 'M4'")
    change(house, "DELETE FROM record_leaf")
    change(house, "DELETE FROM record_head")
    sealed(house)

    assert found(house) == []
    assert [one.what for one in found(house, (kept.size, kept.root))] == ["seal"]


def test_what_a_version_may_change_is_not_sealed(house: House) -> None:
    receive(house, 0, 3)
    sealed(house)

    change(house, "UPDATE document SET current = false, recorded_at = recorded_at - interval '1 day' WHERE key = 'M1'")

    assert found(house) == []
