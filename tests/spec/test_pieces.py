"""Scenario 16, quantities against a known truth: bins of nuts in which every single nut is followed by hand, drawn blindly."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from random_world import NOW, START

from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.identifiers import parse_thing
from trace_core.memory import MemoryStore
from trace_core.ports import Documents

BINS = ("A", "B", "C", "D")
Nut = set[str]
"""The things that a nut has left so far."""


class Shop:
    """Bins that are filled, merged, drawn from and sometimes counted as empty; what really happened, and what the books say."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.books: list[dict[str, Any]] = []
        self.bins: dict[str, list[Nut]] = {name: [] for name in BINS}
        self.boards: dict[str, list[Nut]] = {}
        self.came: dict[str, Counter[str]] = {}

    def run(self) -> None:
        """Forty happenings, one a minute."""
        for _ in range(40):
            rng, name = self.rng, self.rng.choice(BINS)
            happening = rng.choice([self.receive, self.move, self.move, self.move, self.draw, self.draw, self.build, self.count])
            happening(name)

    def receive(self, name: str) -> None:
        many = self.rng.randrange(1, 30)
        self.bins[name] += [set() for _ in range(many)]
        self._moved("receive", name, many)

    def move(self, name: str) -> None:
        other = self.rng.choice([one for one in BINS if one != name])
        if taken := self._take(name):
            self._moved(
                self.rng.choice(["merge", "split", "rename"]), name, len(taken), other={"kind": "lot", "item": "N", "number": other}
            )
            self._arrive(other, taken)
            self.bins[other] += taken

    def draw(self, name: str) -> None:
        board = f"S{len(self.books)}"
        if taken := self._take(name):
            self._report(board, {"kind": "lot", "item": "N", "number": name}, len(taken))
            self._arrive(board, taken)
            self.boards[board] = taken

    def build(self, _: str) -> None:
        if not self.boards:
            return
        board = self.rng.choice(sorted(self.boards))
        unit, nuts = f"U{len(self.books)}", self.boards.pop(board)
        self._report(unit, {"kind": "serial", "item": "S", "number": board}, 1)
        for nut in nuts:
            nut.add(board)
        self._arrive(unit, nuts)

    def count(self, name: str) -> None:
        if not self.bins[name]:
            self._moved("count", name, 0)

    def _take(self, name: str) -> list[Nut]:
        nuts = self.bins[name]
        taken = self.rng.sample(nuts, self.rng.randrange(len(nuts) + 1))
        self.bins[name] = [nut for nut in nuts if not any(nut is one for one in taken)]
        for nut in taken:
            nut.add(name)
        return taken

    def _arrive(self, name: str, nuts: list[Nut]) -> None:
        self.came.setdefault(name, Counter()).update(left for nut in nuts for left in nut)

    def _moved(self, sort: str, name: str, many: int, **more: Any) -> None:
        thing = {"kind": "lot", "item": "N", "number": name}
        self._book("movement", {"type": sort, "thing": thing, "quantity": str(many), "uom": "H87", **more})

    def _report(self, made: str, used: dict[str, str], many: int) -> None:
        outputs, inputs = (
            [{"thing": {"kind": "serial", "item": "S", "number": made}}],
            [{"thing": used, "quantity": str(many), "uom": "H87"}],
        )
        self._book("operation", {"order": "O", "operation": "X", "outputs": outputs, "inputs": inputs})

    def _book(self, kind: str, body: dict[str, Any]) -> None:
        at = (START + timedelta(minutes=len(self.books))).isoformat()
        head = {"kind": kind, "plant": "HZ", "key": str(len(self.books)), "revision": 1, "recorded_at": at}
        self.books.append(head | {"body": body | {"at": at}})


def exposure(view: Documents, name: str) -> dict[str, dict[str, Fraction]]:
    """How much of a bin is in each thing, by number."""
    root = parse_thing(f"HZ/lot/N/{name}")
    assert root is not None
    things = trace(view, root, direction="forward", now=NOW, exposure=True)["things"]
    return {one["number"]: {told: Fraction(text) for told, text in one["exposure"].items() if told != "uom"} for one in things}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 100_000))
def test_what_really_came_into_a_thing_lies_between_the_bounds(seed: int) -> None:
    shop = Shop(random.Random(seed))
    shop.run()
    view = MemoryStore(read_document(told) for told in shop.books).view()

    for name in BINS:
        for number, told in exposure(view, name).items():
            if number != name:
                assert told["minimum"] <= shop.came[number][name] <= told["maximum"], (name, number)
