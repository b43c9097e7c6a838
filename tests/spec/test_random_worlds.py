"""Random worlds: both stores answer alike, whatever the order of arrival, and backward is forward read from the other end."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.identifiers import ThingId, parse_thing
from trace_core.memory import MemoryStore
from trace_core.walk import QUESTIONS

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=30)
THINGS = [
    *({"kind": "lot", "item": item, "number": f"{item}{n}"} for item in ("A", "B", "C") for n in (1, 2)),
    *({"kind": "serial", "item": "S", "number": f"S{n}"} for n in (1, 2, 3, 4)),
]
CARTONS = ["K1", "K2"]


def world(rng: random.Random) -> list[dict[str, Any]]:
    """Some sixty documents over few things, so that everything meets everything."""
    return [told for number in range(60) if (told := _document(rng, number))]


def _document(rng: random.Random, number: int) -> dict[str, Any]:
    plant, at = rng.choice(["HZ", "SU"]), (START + timedelta(hours=rng.randrange(40))).isoformat()
    base = {"plant": plant, "key": str(number % 50), "revision": 1 + number // 50, "recorded_at": at}
    sort = rng.choice(["movement", "movement", "movement", "operation", "pack", "repair"])
    part = lambda: {"thing": rng.choice(THINGS), "quantity": str(rng.randrange(1, 5)), "uom": "H87"}  # noqa: E731 - three words often used
    if sort == "movement":
        return base | {"kind": sort, "body": _movement(rng, at, number)}
    if sort == "operation":
        made = [{"thing": rng.choice(THINGS), "quantity": "1", "uom": "H87"}]
        body: dict[str, Any] = {"order": f"O{rng.randrange(3)}", "operation": "X", "at": at, "outputs": made, "inputs": [part(), part()]}
    elif sort == "pack":
        contents = rng.sample([*THINGS, {"kind": "container", "number": "K2"}], 2)
        body = {"container": rng.choice(CARTONS), "at": at, "action": rng.choice(["add", "add", "remove"]), "contents": contents}
    else:
        body = {"thing": rng.choice(THINGS), "at": at, "removed": [part()], "installed": [part()]}
    return base | {"kind": sort, "body": body}


def _movement(rng: random.Random, at: str, number: int) -> dict[str, Any]:
    sort = rng.choice(
        ["receive", "issue", "issue", "return", "produce", "byproduct", "transfer_out", "transfer_in", "ship", "split", "rename"]
    )
    thing = rng.choice(THINGS) if rng.random() < 0.85 else {"kind": "container", "number": rng.choice(CARTONS)}
    body: dict[str, Any] = {"type": sort, "at": at, "thing": thing, "quantity": str(rng.randrange(1, 9)), "uom": "H87"}
    if sort in {"issue", "return", "produce", "byproduct"}:
        body |= {"order": f"O{rng.randrange(3)}", "backflush": sort == "issue" and rng.random() < 0.2}
    if sort.startswith("transfer"):
        body["shipment"] = f"SH{rng.randrange(3)}"
    if sort in {"split", "rename"}:
        body["other"] = rng.choice(THINGS)
    if number > 10 and rng.random() < 0.15:
        body["reverses"] = str(rng.randrange(number))
    return body


def roots() -> list[ThingId]:
    names = [f"{plant}/{told['kind']}/{told['item']}/{told['number']}" for plant in ("HZ", "SU") for told in THINGS]
    return [thing for name in [*names, "HZ/container//K1"] if (thing := parse_thing(name))]


def answers(view: Any, at: datetime, question: str, some: int = 1) -> dict[tuple[str, str], Any]:
    """Both directions for every root, or for every `some`th."""
    return {
        (direction, root.uri): trace(view, root, direction=direction, now=NOW, at=at, question=question)
        for root in roots()[::some]
        for direction in ("forward", "backward")
    }


@pytest.mark.parametrize("seed", range(3))
def test_both_stores_answer_alike_in_any_order_of_arrival(house: House, seed: int) -> None:
    rng = random.Random(seed)
    told = world(rng)
    at = START + timedelta(hours=rng.randrange(10, 45))
    store = MemoryStore()
    shuffled = rng.sample(told, len(told))
    load([orjson.dumps(one) for one in shuffled[:30]], begin=house.begin, now=lambda: NOW)
    load([orjson.dumps(one) for one in shuffled[30:]], begin=house.begin, now=lambda: NOW)
    for one in told:
        store.add(read_document(one))

    for question in QUESTIONS:
        with house.view() as view:
            found = answers(view, at, question, some=4)
        expected = answers(store.view(), at, question, some=4)
        for asked, answer in expected.items():
            mine = found[asked]
            assert mine["things"] == answer["things"], asked
            assert mine["links"] == answer["links"], asked


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("question", QUESTIONS)
def test_backward_is_forward_read_from_the_other_end(seed: int, question: str) -> None:
    rng = random.Random(1000 + seed)
    view = MemoryStore(read_document(told) for told in world(rng)).view()
    at = START + timedelta(hours=45)
    found = answers(view, at, question)
    things = {root.uri for root in roots() if not root.is_container}

    down = {(root, told["id"]) for (way, root), answer in found.items() if way == "forward" and root in things for told in answer["things"]}
    up = {(told["id"], root) for (way, root), answer in found.items() if way == "backward" and root in things for told in answer["things"]}

    assert down == up
