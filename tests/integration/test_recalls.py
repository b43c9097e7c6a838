"""Recalls under way: late documents enlarge them, and systems that show an affected thing are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from lotweave.bootstrap import House
from lotweave.plumbing import plumbing_of
from lotweave.questions import living, what_if
from lotweave.suspects import suspects
from pipelines.state import cases, outbox
from pipelines.state.outbox import Wish
from pipelines.steps.index import build
from pipelines.steps.load import load
from pipelines.steps.review import Growth, case_of, review
from pipelines.steps.summary import summarise
from pipelines.steps.sweep import sweep
from trace_core.identifiers import parse_thing
from trace_core.store.postings import key_hashes
from trace_core.walk import Asked

NOW = datetime(2026, 4, 1, tzinfo=UTC)
UNIT = "HZ/serial/GW/U%d"


def report(house: House, unit: int, lot: str = "L1", item: str = "CAP") -> None:
    """A unit made of a lot, the suspect one unless another is named."""
    part = {"thing": {"kind": "lot", "item": item, "number": lot}, "quantity": "1", "uom": "H87"}
    made = {"thing": {"kind": "serial", "item": "GW", "number": f"U{unit}"}, "quantity": "1", "uom": "H87"}
    body: dict[str, Any] = {"order": "MO-1", "operation": "SMT", "at": "2026-03-01T08:00:00Z", "outputs": [made], "inputs": [part]}
    told = {"kind": "operation", "plant": "HZ", "key": f"R{unit}", "revision": 1, "body": body}
    assert load([orjson.dumps(told)], begin=house.begin, now=lambda: NOW).accepted == 1


def opened(house: House, name: str) -> bool:
    with house.view() as documents, house.begin() as connection:
        return cases.open_case(connection, case_of(documents, name, Asked(NOW), ["HZ/lot/CAP/L1"], []), now=NOW)


def asked_again(house: House) -> list[Growth]:
    return review(house.begin, house.view, lambda: NOW)


def test_late_documents_enlarge_a_recall_once(house: House) -> None:
    report(house, 1)
    assert opened(house, "bad caps")
    assert asked_again(house) == []

    report(house, 2)
    woken: list[str] = []
    sweep(plumbing_of(house, lambda task, _argument, _plant: woken.append(task)))

    assert woken == ["review"]
    assert asked_again(house) == [Growth("bad caps", 2, (UNIT % 2,), ())]
    assert asked_again(house) == []
    with house.begin() as connection:
        assert cases.listing(connection)[0]["grown"] == [UNIT % 2]
        assert cases.seen(connection, "bad caps")
        assert cases.listing(connection)[0]["grown"] == []


def test_an_open_name_cannot_be_taken_and_a_closed_one_can(house: House) -> None:
    report(house, 1)

    assert opened(house, "bad caps")
    assert not opened(house, "bad caps")
    with house.begin() as connection:
        assert cases.close(connection, "bad caps", now=NOW)
        assert not cases.close(connection, "bad caps", now=NOW)
    assert opened(house, "bad caps")


def test_a_closed_recall_is_not_asked_again(house: House) -> None:
    report(house, 1)
    opened(house, "bad caps")
    with house.begin() as connection:
        cases.close(connection, "bad caps", now=NOW)

    report(house, 2)

    assert asked_again(house) == []


def test_what_a_system_shows_of_an_affected_thing_is_planned_anew_with_the_recall_first(house: House) -> None:
    report(house, 1)
    opened(house, "bad caps")
    report(house, 2)
    with house.begin() as connection:
        outbox.wish(connection, [Wish("erp", "HZ", "RECEIPT", f"D{unit}", UNIT % unit) for unit in (1, 2)], now=NOW)
        for row in outbox.listing(connection):
            outbox.mark(connection, row["id"], now=NOW, state="confirmed", keys=key_hashes([f"T:{row['subjects'][0]}"]))

    asked_again(house)

    with house.view() as documents, house.begin() as connection:
        assert [(row["target"]["key"], row["stale"]) for row in outbox.listing(connection)] == [("D1", False), ("D2", True)]
        names = cases.names_about(connection, [UNIT % 2])
        unit = parse_thing(UNIT % 2)
        assert unit is not None
        told = summarise(documents, [unit], now=NOW, recalls=names)
    assert told["recall"] == "bad caps"
    assert told["summary"].startswith("RECALL bad caps; 1 made of 1 lots")


def test_the_lots_whose_recall_would_reach_most_units_are_known_beforehand(house: House) -> None:
    for unit in (1, 2, 3):
        report(house, unit)
    report(house, 4, lot="L9", item="RES")
    moves = [("receive", "CAP", "L1", "5000"), ("receive", "RES", "L9", "10"), ("receive", "CAP", "L2", "2"), ("scrap", "RES", "L9", "9")]
    lines = [
        {
            "kind": "movement",
            "plant": "HZ",
            "key": f"{sort}-{lot}",
            "revision": 1,
            "body": {
                "type": sort,
                "at": "2026-03-01T07:00:00Z",
                "thing": {"kind": "lot", "item": item, "number": lot},
                "quantity": quantity,
                "uom": "H87",
            },
        }
        for sort, item, lot, quantity in moves
    ]
    load(map(orjson.dumps, lines), begin=house.begin, now=lambda: NOW)
    build(house.begin, house.view, house.snapshots, closures=True)

    ranked, weaving = what_if(house.snapshots)
    all_lots = list(ranked)
    with house.view() as documents:
        found = list(living(documents, all_lots, NOW))

    assert weaving > 0
    assert [(one.lot.uri, one.units) for one in all_lots] == [("HZ/lot/CAP/L1", 3), ("HZ/lot/RES/L9", 1)]
    assert [(one.lot.uri, one.units, one.states) for one in found] == [("HZ/lot/CAP/L1", 3, ("in_stock", "consumed"))]
    assert list(what_if(house.snapshots, item="CAP")[0]) == all_lots[:1]


def test_what_failing_units_share_is_found_alike_in_closures_and_documents(house: House) -> None:
    for unit in range(60):
        report(house, unit, lot="L1" if unit % 3 == 0 else f"L{2 + unit % 7}")
    failing = [thing for unit in range(0, 60, 3) if (thing := parse_thing(UNIT % unit))]

    with house.view() as documents:
        walked = suspects(documents, house.snapshots, failing, NOW)
    build(house.begin, house.view, house.snapshots, closures=True)
    with house.view() as documents:
        mapped = suspects(documents, house.snapshots, failing, NOW)

    assert (walked.served_by, mapped.served_by) == ("documents", "closures")
    assert [(one.name, one.units, one.failures) for one in walked.findings] == [("HZ/lot/CAP/L1", 20, 20)]
    assert mapped.findings == walked.findings
