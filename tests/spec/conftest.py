"""Worlds told in the notation, asked in the notation; each spec runs on the memory store and on PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import pytest

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.as_built import as_built
from trace_core.documents.envelope import read_document
from trace_core.find import find
from trace_core.identifiers import parse_thing
from trace_core.memory import MemoryStore
from trace_core.ports import Documents
from trace_core.walk import Asked

sys.path.insert(0, str(Path(__file__).parent))

from notation import documents, moment, uri

NOW = datetime(2026, 4, 1, tzinfo=UTC)
View = Callable[[datetime | None], Any]


class World:
    """A told story and its questions. Things in answers are written as in the notation, with the plant where it is not HZ."""

    def __init__(self, view: View) -> None:
        self.view = view

    def ask(self, direction: str, root: str, **options: Any) -> dict[str, Any]:
        """The whole answer."""
        times = {name: datetime.fromisoformat(moment(options.pop(name))) for name in ("at", "as_known_at") if name in options}
        with self.view(times.get("as_known_at")) as view:
            thing = parse_thing(uri(root, "HZ"))
            assert thing is not None
            return trace(view, thing, direction=direction, now=NOW, **times, **options)  # type: ignore[arg-type]

    def forward(self, root: str, **options: Any) -> str:
        """What may contain the root, nearest first."""
        return _names(self.ask("forward", root, **options))

    def backward(self, root: str, **options: str) -> str:
        """What is in the root, nearest first."""
        return _names(self.ask("backward", root, **options))

    def doubts(self, root: str, direction: str = "backward", **options: str) -> list[str]:
        """Doubts of the answer as `code thing`."""
        return [f"{doubt['code']} {short(doubt['about'])}" for doubt in self.ask(direction, root, **options)["doubts"]]

    def as_built(self, root: str) -> dict[str, Any]:
        """The positions of a thing's bill of material."""
        with self.view(None) as view:
            thing = parse_thing(uri(root, "HZ"))
            assert thing is not None
            return as_built(view, thing, Asked(NOW))

    def gaps(self, root: str, direction: str = "backward", **options: Any) -> list[str]:
        """Gaps of the answer as `code thing`."""
        return [f"{gap['code']} {short(gap['about'])}" for gap in self.ask(direction, root, **options)["gaps"]]

    def links(self, root: str, direction: str = "backward", **options: str) -> list[str]:
        """Links of the answer as `from > to quantity`."""
        found = self.ask(direction, root, **options)["links"]
        return [f"{short(link['from'])} > {short(link['to'])} {link.get('quantity', '?')}" for link in found]

    def tiers(self, root: str, direction: str) -> dict[str, str]:
        """The things of the answer by how sure they are."""
        things = self.ask(direction, root)["things"]
        return {tier: " ".join(short(t["id"]) for t in things if t.get("tier", "certain") == tier) for tier in ("certain", "possible")}

    def exposure(self, root: str, direction: str, **options: Any) -> dict[str, str]:
        """How much of the root is in each thing, or of each thing in the root: `expected [least,most] share`."""
        things = self.ask(direction, root, exposure=True, **options)["things"]
        return {short(told["id"]): _amounts(told["exposure"]) for told in things if "exposure" in told}

    def find(self, number: str) -> str:
        """The things that a number names."""
        with self.view(None) as view:
            return " ".join(short(told["id"]) for told in find(view, number))


def short(text: str) -> str:
    """A thing id in the notation."""
    plant, kind, item, number = text.split("/")
    name = f"[{number}]" if kind == "container" else f"{item}{'#' if kind == 'serial' else '/'}{number}"
    return name if plant == "HZ" else f"{plant}:{name}"


def _amounts(told: dict[str, str]) -> str:
    quantity, least, most = (_fraction(told.get(name)) for name in ("quantity", "minimum", "maximum"))
    return f"{quantity} [{least},{most}]" + (f" {_fraction(told['share'])}" if "share" in told else "")


def _fraction(text: str | None) -> str:
    """A decimal of twelve places as the short fraction that it shows."""
    return str(Fraction(text).limit_denominator(10_000)) if text is not None else "?"


def _names(answer: dict[str, Any]) -> str:
    return " ".join(short(told["id"]) for told in answer["things"])


Tell = Callable[[str], World]


@pytest.fixture(params=["memory", "postgresql"])
def tell(request: pytest.FixtureRequest) -> Tell:
    """Tell a story and get its world."""
    if request.param == "memory":
        return _in_memory
    house: House = request.getfixturevalue("house")
    return lambda story: _in_postgresql(house, story)


@pytest.fixture
def tell_kept(house: House) -> Tell:
    """Tell a story to PostgreSQL alone, where documents are judged: some may be parked or rejected."""
    return lambda story: _in_postgresql(house, story, rejected=None)


def _in_memory(story: str) -> World:
    store = MemoryStore(read_document(told) for told in documents(story))

    @contextmanager
    def view(known: datetime | None) -> Iterator[Documents]:
        yield store.view(known)

    return World(view)


def _in_postgresql(house: House, story: str, rejected: int | None = 0) -> World:
    told = documents(story)
    loaded = load([orjson.dumps(one) for one in told], begin=house.begin, now=lambda: NOW)
    assert rejected is None or loaded.rejections == []
    return World(house.view)
