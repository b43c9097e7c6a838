"""Documents into PostgreSQL: revisions, conflicts, parking, units, quarantine, whatever the order of arrival."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.state import quarantine
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.find import find, single
from trace_core.identifiers import parse_thing

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def document(kind: str, key: str, body: dict[str, Any], revision: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "plant": "HZ", "key": key, "revision": revision, "body": body} | more


def move(key: str, sort: str, number: str, quantity: str = "10", uom: str = "H87", **more: Any) -> dict[str, Any]:
    thing = {"kind": "lot", "item": "CAP", "number": number}
    return document("movement", key, {"type": sort, "at": "2026-03-01T08:00:00Z", "thing": thing, "quantity": quantity, "uom": uom} | more)


def item(units: list[dict[str, str]] | None = None, revision: int = 1, base: str = "H87") -> dict[str, Any]:
    return document("item", "CAP", {"item": "CAP", "base_uom": base, "tracking": "lot", "units": units or []}, revision)


def take(house: House, *documents: Any) -> dict[str, Any]:
    lines = [one if isinstance(one, bytes) else orjson.dumps(one) for one in documents]
    return load(lines, begin=house.begin, now=lambda: NOW).as_json()


def counts(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    return answer["accepted"], answer["unchanged"], answer["parked"], answer["rejected"]


def test_the_same_again_is_unchanged(house: House) -> None:
    assert counts(take(house, item(), move("1", "receive", "L1"))) == (2, 0, 0, 0)
    assert counts(take(house, item(), move("1", "receive", "L1", "10.0"))) == (0, 2, 0, 0)


def test_an_equal_revision_that_says_something_else_is_rejected(house: House) -> None:
    take(house, move("1", "receive", "L1", "10"))

    answer = take(house, move("1", "receive", "L1", "11"))

    assert counts(answer) == (0, 0, 0, 1)
    assert answer["rejections"][0]["problems"][0]["path"] == "revision"


def recorded(quantity: str, hour: int) -> list[dict[str, Any]]:
    """Three movements as they are known since an hour."""
    return [move(str(at), "receive", "L1", quantity) | {"recorded_at": f"2026-03-01T{hour:02}:00:00Z"} for at in range(3)]


def held(house: House) -> set[tuple[str, str, int, bool]]:
    with house.begin() as connection:
        told = connection.execute(text("SELECT state, body->>'quantity', date_part('hour', recorded_at)::int, current FROM document"))
        return {tuple(row) for row in told}


def test_versions_held_before_lose_to_those_recorded_earlier(house: House) -> None:
    assert counts(take(house, *recorded("10", 9))) == (3, 0, 0, 0)
    assert counts(take(house, *recorded("11", 10))) == (0, 0, 0, 3)
    assert held(house) == {("woven", "10", 9, True)}

    assert counts(take(house, *recorded("12", 8))) == (3, 0, 0, 3)
    assert held(house) == {("conflict", "10", 9, False), ("woven", "12", 8, True)}


def test_versions_held_before_are_known_since_the_earliest_time_told(house: House) -> None:
    take(house, *recorded("10", 9))
    assert counts(take(house, *recorded("10", 7), *recorded("10", 8))) == (0, 6, 0, 0)

    assert held(house) == {("woven", "10", 7, True)}


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_conflicting_the_one_recorded_earlier_holds_whichever_came_first(house: House, turned: bool) -> None:
    early = move("1", "receive", "EARLY") | {"recorded_at": "2026-03-01T00:00:00Z"}
    late = move("1", "receive", "LATE") | {"recorded_at": "2026-03-02T00:00:00Z"}

    answer = take(house, *([late, early] if turned else [early, late]))

    assert counts(answer) == (1, 0, 0, 1)
    with house.view() as view:
        assert [told["id"] for told in find(view, "EARLY")] == ["HZ/lot/CAP/EARLY"]
        assert find(view, "LATE") == []


def test_an_unknown_unit_parks_until_the_item_declares_it(house: House) -> None:
    assert counts(take(house, move("1", "receive", "L1", "2", "REEL"))) == (0, 0, 1, 0)
    with house.view() as view:
        answer = trace(view, parse_thing("HZ/lot/CAP/L1"), direction="backward", now=NOW)
    assert "quarantined" in [gap["code"] for gap in answer["gaps"]]

    assert counts(take(house, item([{"uom": "REEL", "per_base": "4000"}]))) == (1, 0, 0, 0)
    with house.view() as view:
        answer = trace(view, parse_thing("HZ/lot/CAP/L1"), direction="backward", now=NOW)
    assert answer["complete"]


def test_a_unit_of_another_dimension_is_rejected_and_cured_by_the_item(house: House) -> None:
    assert counts(take(house, item(), move("1", "receive", "L1", "2", "KGM"))) == (1, 0, 0, 1)
    with house.begin() as connection:
        assert quarantine.count(connection) == 1

    take(house, item(base="KGM", revision=2))

    with house.begin() as connection:
        assert quarantine.count(connection) == 0
    with house.view() as view:
        assert single(view, "L1")[0] is not None


def test_a_reversal_waits_for_its_movement(house: House) -> None:
    reversal = move("2", "receive", "L1", reverses="1")

    assert counts(take(house, reversal)) == (0, 0, 1, 0)
    assert counts(take(house, move("1", "receive", "L1"))) == (1, 0, 0, 0)
    with house.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM document WHERE current")).scalar_one() == 2


def test_a_bad_line_stops_nothing_but_itself(house: House) -> None:
    answer = take(house, b"nope", item(), b'{"kind": "item"}', move("1", "receive", "L1"))

    assert counts(answer) == (2, 0, 0, 2)
    assert [told["line"] for told in answer["rejections"]] == [1, 3]


def test_a_corrected_document_leaves_the_quarantine(house: House) -> None:
    wrong = move("1", "receive", "L1")
    wrong["body"].pop("uom")
    take(house, wrong)
    with house.view() as view:
        gaps = trace(view, parse_thing("HZ/lot/CAP/L1"), direction="backward", now=NOW)["gaps"]
    assert "quarantined" in [gap["code"] for gap in gaps]

    take(house, move("1", "receive", "L1") | {"revision": 2})

    with house.begin() as connection:
        assert quarantine.count(connection) == 0


def test_the_order_of_lines_never_matters(house: House) -> None:
    story = [
        item([{"uom": "REEL", "per_base": "4000"}]),
        item([{"uom": "REEL", "per_base": "5000"}], revision=2),
        move("1", "receive", "L1", "1", "REEL"),
        move("2", "issue", "L1", "4800", order="MO-1"),
        move("3", "issue", "L1", "100", reverses="2"),
        move("2", "issue", "L1", "4900", order="MO-1") | {"revision": 2},
        move("4", "scrap", "L1", "1", "KGM"),
        document("movement", "5", {}, 2, deleted=True),
        move("5", "receive", "L9"),
    ]
    states, rng = set(), random.Random(7)
    for _ in range(6):
        shuffled = story[:]
        rng.shuffle(shuffled)
        with house.begin() as connection:
            connection.execute(
                text("TRUNCATE document, event, touch, thing, weaving, stale, link_set, quarantine RESTART IDENTITY CASCADE")
            )
        at = rng.randrange(len(story))
        first, second = take(house, *shuffled[:at]), take(house, *shuffled[at:])
        with house.begin() as connection:
            rows = connection.execute(
                text("SELECT plant, kind, key, revision, content, state, current FROM document ORDER BY kind, key, revision, content")
            )
            states.add(tuple(tuple(row) for row in rows))
        assert first["accepted"] + first["parked"] + second["accepted"] + second["parked"] + first["rejected"] + second["rejected"] >= 8
    assert len(states) == 1


def test_things_are_found_by_any_number(house: House) -> None:
    take(
        house,
        document("lot", "L1", {"item": "CAP", "lot": "L1", "supplier": "V1", "supplier_lot": "M-77", "date_code": "2604"}),
        move("1", "produce", "L2", order="MO-9"),
        move("2", "transfer_out", "L3", shipment="SH-1"),
        document(
            "pack",
            "P1",
            {
                "container": "C1",
                "at": "2026-03-01T08:00:00Z",
                "action": "add",
                "contents": [{"kind": "lot", "item": "CAP", "number": "L1"}],
            },
        ),
    )
    wanted = {"L1": "number", "M-77": "supplier_lot", "2604": "date_code", "MO-9": "order", "SH-1": "shipment", "C1": "container"}

    with house.view() as view:
        found = {number: [told["why"] for told in find(view, number)] for number in wanted}

    assert found == {number: [why] for number, why in wanted.items()}


def test_a_batch_border_changes_nothing(house: House) -> None:
    documents = [move(str(number), "receive", f"L{number}", "1", "REEL") for number in itertools.islice(itertools.count(), 2100)]

    assert counts(take(house, *documents, item([{"uom": "REEL", "per_base": "4000"}]))) == (2101, 0, 0, 0)
