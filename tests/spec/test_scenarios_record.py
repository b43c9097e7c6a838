"""Scenarios of the record itself: nobody can change, leave out or slip in an event unseen."""

from __future__ import annotations

import orjson
from conftest import NOW
from notation import documents
from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.store.seals import Head, seal, verify

STORY = """
    HZ 08:00 receive CAP/L1 5000 from MURATA as R1
    HZ 09:00 report SMT on MO-1: PCBA#B1 1 from CAP/L1 40 as S1
    HZ 10:00 report SMT on MO-1: PCBA#B2 1 from CAP/L1 40 as S2
"""


def tell(house: House, story: str) -> Head:
    """Load a story and seal the record."""
    assert load(map(orjson.dumps, documents(story)), begin=house.begin, now=lambda: NOW).rejections == []
    with house.begin() as connection:
        return seal(connection, NOW)


def found(house: House, head: Head) -> list[str]:
    """What is not as it was sealed, held also against a head that a customer kept."""
    with house.begin() as connection:
        return [f"{one.about} {one.problem}" for one in verify(connection, (head.size, head.root))]


def test_one_changed_byte_of_a_stored_event_is_named(house: House) -> None:
    """Scenario 30, tamper: somebody writes 41 where 40 capacitors were placed."""
    head = tell(house, STORY)

    with house.begin() as connection:
        connection.execute(text("UPDATE document SET body = replace(body::text, '\"40\"', '\"41\"')::json WHERE key = 'S1'"))

    assert found(house, head) == ["HZ/operation/S1 revision 1 was changed"]


def test_an_omitted_event_is_seen_even_when_the_record_is_sealed_anew(house: House) -> None:
    """Scenario 30, tamper: the report of board B2 vanishes, with every trace of its having been sealed."""
    head = tell(house, STORY)

    with house.begin() as connection:
        connection.execute(text("DELETE FROM document WHERE key = 'S2'"))
        connection.execute(text("TRUNCATE record_leaf, record_head"))
        seal(connection, NOW)

    assert found(house, head) == ["3 the head kept elsewhere has 3 versions, the record only 2"]


def test_a_record_that_only_grew_continues_the_head_that_was_kept(house: House) -> None:
    """Scenario 30, tamper: what is added honestly breaks nothing."""
    head = tell(house, STORY)

    tell(house, "HZ 11:00 report SMT on MO-1: PCBA#B3 1 from CAP/L1 40 as S3")

    assert found(house, head) == []
