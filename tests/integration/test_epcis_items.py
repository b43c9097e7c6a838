"""Items that come after the events that name their GTINs: the genealogy is the same whatever came first."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import orjson
import pytest
from epcis_site import BOARD, CAP, NOW, SU, backward, capture, document, event, key
from flask.testing import FlaskClient

from lotweave.bootstrap import House, clock
from lotweave.plumbing import plumbing_of
from pipelines.steps import reinterpret as steps
from pipelines.steps.load import load
from pipelines.steps.reinterpret import reinterpret
from pipelines.steps.sweep import sweep

BOARD_GTIN, CAP_GTIN = "4012345111118", "4012345222227"


def item(key_: str, code: str, gtin: str | None, revision: int = 1, plant: str = "HZ", **more: Any) -> bytes:
    body = {"item": code, "base_uom": "H87", "tracking": "lot"} | ({"global_item": gtin} if gtin else {}) | more
    return orjson.dumps({"kind": "item", "plant": plant, "key": key_, "revision": revision, "body": body})


def come(site: House, *lines: bytes) -> None:
    assert load(lines, begin=site.begin, now=lambda: NOW).rejections == []


def settle(site: House) -> int:
    """Sweep, and read anew what the sweep wakes a worker for; how many events were read."""
    woken: list[str] = []
    plumbing = plumbing_of(site, lambda task, _argument, _plant: woken.append(task))
    sweep(plumbing)
    return reinterpret(plumbing.begin, plumbing.now, plumbing.ground) if "reinterpret" in woken else 0


def standing(site: House) -> set[tuple[str, ...]]:
    """The documents that count, whatever their revisions."""
    with site.begin() as connection:
        rows = connection.exec_driver_sql("SELECT plant, kind, key, content FROM document WHERE current AND NOT deleted AND kind <> 'item'")
        return {tuple(row) for row in rows}


def emptied(site: House) -> None:
    with site.begin() as connection:
        tables = "document, event, touch, thing, weaving, stale, link_set, quarantine, captured_event, item_change, capture_job"
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def test_an_item_that_comes_later_is_the_one_of_the_events_before(client: FlaskClient, site: House) -> None:
    headers = key(site)
    capture(client, headers, document(event(1), event(2, readPoint={"id": SU})))
    come(site, item("1", "PCBA", BOARD_GTIN), item("2", "CAP", CAP_GTIN), item("3", "OTHER", "4012345333336"), item("4", "PLAIN", None))

    assert settle(site) == 1
    assert settle(site) == 0

    assert backward(site, "HZ/serial/PCBA/S1") == ["HZ/lot/CAP/L1"]
    assert backward(site, "HZ/serial/04012345111118/S1") == []
    assert backward(site, "SU/serial/04012345111118/S2") == ["SU/lot/04012345222227/L1"]


def test_a_version_of_an_item_with_the_same_gtin_moves_nothing(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1)))
    come(site, item("1", "PCBA", BOARD_GTIN), item("1", "PCBA", BOARD_GTIN, revision=2, name="board"))
    assert settle(site) == 1

    come(site, item("1", "PCBA", BOARD_GTIN, revision=3, name="Board"))

    assert settle(site) == 0


def test_before_the_item_was_known_the_gtin_stood_for_itself(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1)))
    before = clock()
    come(site, item("1", "PCBA", BOARD_GTIN))
    settle(site)

    with site.view(before) as view:
        assert [document.revision for document in view.find(["T:HZ/serial/04012345111118/S1"])] == [1]


def test_an_item_that_changes_its_gtin_or_goes_takes_its_events_along(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1)))
    found = []
    for line in (
        item("1", "PCBA", BOARD_GTIN),
        item("1", "PCBA", "4012345333336", revision=2),
        item("1", "PCBA", BOARD_GTIN, revision=3),
        item("2", "TWIN", BOARD_GTIN),
        item("2", "TWIN", None, revision=2),
        orjson.dumps({"kind": "item", "plant": "HZ", "key": "1", "revision": 4, "deleted": True, "body": {}}),
    ):
        come(site, line)
        settle(site)
        found.append([bool(backward(site, f"HZ/serial/{code}/S1")) for code in ("PCBA", "04012345111118")])

    named, bare = [True, False], [False, True]
    assert found == [named, bare, named, bare, named, bare]


SPLIT = {
    "type": "TransformationEvent", "bizStep": "repackaging", "inputQuantityList": [{"epcClass": CAP, "quantity": 5}],
    "outputEPCList": None, "outputQuantityList": [{"epcClass": "urn:lotweave:thing/HZ/lot/CAP/L2", "quantity": 5}],
}  # fmt: skip
WRONG = event(3, eventID="urn:x:3")
ERROR = {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}}
ARRIVALS: dict[str, Any] = {
    "made": event(1),
    "split": event(4, **SPLIT),
    "packed": event(
        5, type="AggregationEvent", action="ADD", bizStep="packing", parentID="urn:epc:id:sscc:4012345.0000000111",
        childEPCs=[BOARD.format("S1")], inputQuantityList=None, outputEPCList=None,
    ),
    "wrong": WRONG,
    "declared": WRONG | {"disposition": "active"} | ERROR,
    "split declared": event(4, **SPLIT) | ERROR,
    "board": item("1", "PCBA", BOARD_GTIN, tracking="serial"),
    "cap": item("2", "CAP", CAP_GTIN),
}  # fmt: skip


def arrive(client: FlaskClient, site: House, names: list[str], *, settled: bool) -> set[tuple[str, ...]]:
    headers = key(site)
    for name in names:
        told = ARRIVALS[name]
        if isinstance(told, bytes):
            come(site, told)
        else:
            assert capture(client, headers, document(told))["success"]
        if settled:
            settle(site)
    settle(site)
    return standing(site)


@pytest.mark.parametrize("settled", [False, True], ids=["read anew once", "after every arrival"])
def test_the_order_of_items_events_and_errors_never_matters(client: FlaskClient, site: House, settled: bool) -> None:
    rng, worlds, traces = random.Random(7), set(), set()
    orders = [list(ARRIVALS), list(reversed(ARRIVALS)), *(rng.sample(list(ARRIVALS), len(ARRIVALS)) for _ in range(20))]
    for order in orders:
        emptied(site)
        worlds.add(frozenset(arrive(client, site, order, settled=settled)))
        traces.add(tuple(backward(site, "HZ/serial/PCBA/S1") + backward(site, "HZ/lot/CAP/L2")))

    assert len(worlds) == 1
    assert traces == {("HZ/lot/CAP/L1",)}


@pytest.mark.parametrize("order", list(permutations(["split", "split declared", "cap"])), ids="-".join)
def test_what_an_event_means_may_change_its_kind_and_a_declared_error_still_takes_it_back(
    client: FlaskClient, site: House, order: tuple[str, ...]
) -> None:
    assert arrive(client, site, list(order), settled=True) == set()
    assert [kind for _, kind, *_ in arrive(client, site, ["made"], settled=True)] == ["operation"]


def test_an_error_declared_by_event_id_alone_takes_back_what_the_item_made_of_the_event(client: FlaskClient, site: House) -> None:
    headers = key(site)
    come(site, ARRIVALS["cap"])
    capture(client, headers, document(event(4, **SPLIT, eventID="urn:x:4")))
    assert [kind for _, kind, *_ in standing(site)] == ["movement"]

    capture(client, headers, document(event(5, eventID="urn:x:4", inputQuantityList=None, inputEPCList=["urn:x:a:1"]) | ERROR))

    assert standing(site) == set()


def test_an_event_that_the_item_spoils_waits_in_quarantine(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1, inputQuantityList=[{"epcClass": CAP, "quantity": 1, "uom": "KGM"}])))
    come(site, item("2", "CAP", CAP_GTIN))

    settle(site)

    with site.begin() as connection:
        rows = connection.exec_driver_sql("SELECT connection, problems->0->>'value' FROM quarantine WHERE state = 'waiting'").all()
    assert [tuple(row) for row in rows] == [("epcis", "KGM")]


def test_many_events_are_read_in_pieces(client: FlaskClient, site: House) -> None:
    assert steps.PIECE > 40
    headers = key(site)
    capture(client, headers, document(*(event(number) for number in range(40))))
    come(site, item("1", "PCBA", BOARD_GTIN))
    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE item_change SET after = (SELECT max(id) - 10 FROM captured_event)")

    assert settle(site) == 10
