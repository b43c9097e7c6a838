"""Reach by the index and by the documents is one answer, and the answer says which of them served it."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from lotweave.bootstrap import House
from lotweave.plumbing import plumbing_of
from lotweave.questions import Served, reach_of
from pipelines.steps.index import build, build_when_due, status
from pipelines.steps.index_due import DUE, MANY
from pipelines.steps.load import load
from pipelines.steps.sweep import sweep
from tests.spec.random_world import NOW, roots, world
from trace_core.identifiers import parse_thing
from trace_core.index.snapshot import CURRENT
from trace_core.reach import DIRECTIONS
from trace_core.store.export import nobody_builds
from trace_core.walk import QUESTIONS, Asked


def put(house: House, told: list[dict[str, Any]]) -> None:
    load([orjson.dumps(one) for one in told], begin=house.begin, now=lambda: NOW)


def asked(house: House, root: Any, direction: str = "forward", question: str = "contains") -> Served:
    with house.view() as documents, house.reader() as reader:
        return reach_of(documents, reader, root, direction, Asked(NOW, question))


def by_documents(house: House, root: Any, direction: str, question: str) -> Served:
    with house.view(NOW) as documents, house.reader() as reader:
        return reach_of(documents, reader, root, direction, Asked(NOW, question))


def told(served: Served) -> Any:
    answer = served.as_json(things=True)
    return sorted(answer["things"], key=lambda one: one["id"]), answer["counts"], sorted(served.reach.lines().splitlines())


@pytest.mark.parametrize("seed", range(3))
def test_the_index_and_the_documents_name_the_same(house: House, seed: int) -> None:
    rng = random.Random(seed)
    documents = world(rng)
    rng.shuffle(documents)
    put(house, documents[:-20])
    build(house.begin, house.view, house.snapshots)
    put(house, documents[-20:])

    for root in roots():
        for direction in DIRECTIONS:
            for question in QUESTIONS:
                fast, slow = asked(house, root, direction, question), by_documents(house, root, direction, question)
                assert (fast.served_by, slow.served_by) == ("index", "documents")
                assert told(fast) == told(slow), (root.uri, direction, question)


def test_without_a_snapshot_the_documents_answer_and_say_so(house: House) -> None:
    put(house, world(random.Random(1)))
    root = roots()[0]

    before = asked(house, root)
    build(house.begin, house.view, house.snapshots)
    after = asked(house, root)

    assert before.served_by == "documents"
    assert "lotweave index build" in before.why
    assert after.served_by == "index"
    assert told(before) == told(after)


@pytest.mark.parametrize("harm", ["manifest", "array", "pointer"])
def test_a_broken_snapshot_is_not_used(house: House, harm: str) -> None:
    put(house, world(random.Random(1)))
    build(house.begin, house.view, house.snapshots)
    folder = house.snapshots / (house.snapshots / CURRENT).read_text()
    if harm == "manifest":
        (folder / "manifest.json").write_bytes(b"{}")
    elif harm == "array":
        (folder / "out_links.npy").write_bytes((folder / "out_links.npy").read_bytes()[:-8])
    else:
        (house.snapshots / CURRENT).write_text("elsewhere")

    served = asked(house, roots()[0])

    assert served.served_by == "documents"
    assert served.why
    assert status(house.begin, house.snapshots)["problem"]


def swept(house: House) -> set[str]:
    """The tasks that a sweep wakes workers for."""
    woken: list[str] = []
    sweep(plumbing_of(house, lambda task, _argument, _plant: woken.append(task)))
    return set(woken)


def test_workers_build_the_first_snapshot_once_many_things_are_known(house: House) -> None:
    put(house, world(random.Random(1)))
    few = swept(house), build_when_due(house.begin, house.view, house.snapshots)
    with house.begin() as connection:
        connection.execute(text("INSERT INTO thing (uri) SELECT 'HZ/lot/MANY/' || n FROM generate_series(1, :many) n"), {"many": MANY})

    many, built, afterwards = swept(house), build_when_due(house.begin, house.view, house.snapshots), swept(house)

    assert few == (set(), None)
    assert many == {"index"}
    assert built is not None
    assert afterwards == set()
    assert build_when_due(house.begin, house.view, house.snapshots) is None
    assert status(house.begin, house.snapshots)["behind"] < DUE


def test_two_workers_build_one_snapshot(house: House) -> None:
    put(house, world(random.Random(1)))
    with house.begin() as connection:
        connection.execute(text("INSERT INTO thing (uri) SELECT 'HZ/lot/MANY/' || n FROM generate_series(1, :many) n"), {"many": MANY})

    with house.begin() as other:
        assert nobody_builds(other)
        meanwhile = build_when_due(house.begin, house.view, house.snapshots)

    assert meanwhile is None
    assert build_when_due(house.begin, house.view, house.snapshots) is not None


def test_a_newer_snapshot_is_taken_up_by_a_reader_that_lives(house: House) -> None:
    documents = world(random.Random(2))
    put(house, documents[: len(documents) // 2])
    build(house.begin, house.view, house.snapshots)
    root = roots()[0]
    first = asked(house, root)
    put(house, documents[len(documents) // 2 :])
    laid_over = asked(house, root)
    build(house.begin, house.view, house.snapshots)
    anew = asked(house, root)

    assert first.served_by == laid_over.served_by == anew.served_by == "index"
    assert told(laid_over) == told(anew)


def test_a_way_through_a_thing_that_was_counted_as_empty_is_asked_of_the_documents(house: House) -> None:
    def lot(number: str) -> dict[str, str]:
        return {"kind": "lot", "item": "NUT", "number": number}

    def move(key: str, sort: str, hour: int, number: str, **more: Any) -> dict[str, Any]:
        body = {
            "type": sort,
            "at": f"2026-03-01T{hour:02}:00:00Z",
            "thing": lot(number),
            "quantity": "0" if sort == "count" else "5",
            "uom": "H87",
        }
        return {"kind": "movement", "plant": "HZ", "key": key, "revision": 1, "body": body | more}

    put(house, [move("1", "merge", 8, "A", other=lot("BIN")), move("2", "merge", 10, "B", other=lot("BIN"))])
    put(house, [move("3", "split", 9, "BIN", other=lot("X")), move("4", "split", 11, "BIN", other=lot("Y"))])
    build(house.begin, house.view, house.snapshots)
    root = parse_thing("HZ/lot/NUT/A")
    before = asked(house, root)

    put(house, [move("5", "count", 9, "BIN") | {"key": "5"}])
    after, other = asked(house, root), asked(house, parse_thing("HZ/lot/NUT/X"))

    assert before.served_by == "index"
    assert [uri for uri, _, _ in before.reach.rows()] == ["HZ/lot/NUT/BIN", "HZ/lot/NUT/X", "HZ/lot/NUT/Y"]
    assert (after.served_by, other.served_by) == ("documents", "index")
    assert "counted as empty" in after.why
    assert [uri for uri, _, _ in after.reach.rows()] == ["HZ/lot/NUT/BIN", "HZ/lot/NUT/X"]
