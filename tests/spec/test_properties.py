"""Scenario 29, consistency: what holds in every world, however dense, late, doubled or corrected its documents are."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_world import NOW, START, roots, world

from lotweave.bootstrap import House
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.documents.envelope import read_document
from trace_core.graph import Graph
from trace_core.histories import history
from trace_core.identifiers import ThingId
from trace_core.links import Link, Node
from trace_core.memory import MemoryStore
from trace_core.moves import Move
from trace_core.play import Play
from trace_core.portions import added
from trace_core.ports import Documents
from trace_core.walk import QUESTIONS, Asked, forward

Told = list[dict[str, Any]]
SOME = settings(deadline=None, derandomize=True, max_examples=50)
THINGS = [root for root in roots() if not root.is_container]
worlds = st.builds(lambda seed, size: world(random.Random(seed), rich=True)[:size], st.integers(0, 10_000), st.integers(5, 60))
dates = st.integers(0, 45).map(lambda hours: START + timedelta(hours=hours))
questions = st.sampled_from(QUESTIONS)


def store(told: Iterable[dict[str, Any]]) -> MemoryStore:
    return MemoryStore(read_document(one) for one in told)


def answers(view: Documents, at: datetime, question: str, some: int = 3) -> dict[tuple[str, str], Any]:
    """Whole answers with all that can be asked for, for every `some`th root in both directions."""
    return {
        (direction, root.uri): trace(
            view, root, direction=direction, now=NOW, at=at, question=question, histories=True, exposure=question != "ever"
        )
        for root in roots()[::some]
        for direction in ("forward", "backward")
    }


@SOME
@given(worlds, st.randoms(use_true_random=False), dates, questions)
def test_any_order_of_arrival_and_any_number_of_deliveries_give_one_answer(
    told: Told, rng: random.Random, at: datetime, question: str
) -> None:
    arrived = rng.choices(told, k=len(told)) + rng.sample(told, len(told)) + rng.choices(told, k=len(told))

    assert answers(store(arrived).view(), at, question) == answers(store(told).view(), at, question)


@SOME
@given(worlds, dates, questions)
def test_what_was_known_then_is_what_had_been_recorded_then(told: Told, known: datetime, question: str) -> None:
    then = [one for one in told if datetime.fromisoformat(one["recorded_at"]) <= known]

    assert answers(store(told).view(known), NOW, question) == answers(store(then).view(), NOW, question)


@SOME
@given(worlds, dates, questions)
def test_backward_is_forward_from_the_other_end_in_things_tiers_and_quantities(told: Told, at: datetime, question: str) -> None:
    found = answers(store(told).view(), at, question, some=1)
    names = {root.uri for root in THINGS}

    def pairs(direction: str) -> dict[tuple[str, str], Any]:
        return {
            (root, one["id"]) if direction == "forward" else (one["id"], root): (one.get("tier"), one.get("exposure"))
            for (way, root), answer in found.items()
            if way == direction and root in names
            for one in answer["things"]
        }

    down, up = pairs("forward"), pairs("backward")
    for pair in down.keys() | up.keys():
        assert _but_share(down[pair]) == _but_share(up[pair]), pair


def _but_share(told: tuple[Any, Any]) -> tuple[Any, Any]:
    return told[0], {name: value for name, value in (told[1] or {}).items() if name != "uom"}


@SOME
@given(worlds, dates, questions, st.booleans())
def test_a_walk_finds_what_trying_every_path_finds(told: Told, at: datetime, question: str, certain: bool) -> None:
    view, asked = store(told).view(), Asked(at, question, certain=certain)
    for root in THINGS[::2]:
        walked = forward(Graph(view), [root], asked)

        assert {node: walked.since.get(node) for node in walked.depth if node != root} == _by_every_path(view, root, asked)


def _by_every_path(documents: Documents, root: ThingId, asked: Asked) -> dict[Node, datetime]:
    """When each node is first reached, by following every link of every path, as slowly and plainly as it can be said."""
    graph, since = Graph(documents), dict[Node, datetime]()
    paths: list[Link | None] = [None]
    seen: set[tuple[object, ...]] = set()
    while paths:
        came = paths.pop()
        node: Node = came.end if came else root
        graph.reach([node])
        for link in graph.out_of(node):
            if asked.holds(link) and (came is None or node == root or _passes(graph, came, link, asked)) and link.name not in seen:
                seen.add(link.name)
                since[link.end] = min(link.at, since.get(link.end, link.at))
                paths.append(link)
    return {node: first for node, first in since.items() if node != root}


def _passes(graph: Graph, came: Link, goes: Link, asked: Asked) -> bool:
    removed = asked.question == "ever" and came.ends() <= goes.at
    emptied = any(came.at < count < goes.at for count in graph.emptied(goes.start))
    return came.at <= goes.at and not removed and not emptied


@SOME
@given(worlds, dates)
def test_all_that_left_an_origin_is_somewhere_and_no_more(told: Told, at: datetime) -> None:
    view = store(told).view()
    for root in THINGS:
        graph, asked = Graph(view), Asked(at)
        play = Play(graph, asked, forward(graph, [root], asked).depth, {root})
        play.through()

        left, rest = added(_expected(move) for move in play.moves[root]), play.rest(root)

        if left is not None and rest is not None:
            in_both = any("lot" in made for one in told for made in one["body"].get("outputs", ()))
            assert rest >= left if in_both else rest == left, root.uri


def _expected(move: Move) -> Any:
    return move.quantity if move.quantity is None or move.chance is None else move.quantity * move.chance


@SOME
@given(worlds, dates)
def test_bounds_hold_what_is_expected_and_shares_are_of_one(told: Told, at: datetime) -> None:
    for answer in answers(store(told).view(), at, "contains", some=1).values():
        for one in answer["things"]:
            exposed = {name: Fraction(value) for name, value in one.get("exposure", {}).items() if name != "uom"}
            quantity = exposed.get("quantity", exposed.get("minimum", 0))
            assert exposed.get("minimum", 0) <= quantity <= exposed.get("maximum", quantity)
            assert 0 <= exposed.get("share", 0) <= 1


@SOME
@given(worlds)
def test_a_history_is_where_a_thing_was_at_each_instant(told: Told) -> None:
    graph = Graph(store(told).view())
    graph.reach(THINGS)
    for thing in THINGS:
        stays = history(graph.containment, thing, NOW)
        for hour in range(-1, 42):
            at = START + timedelta(hours=hour)
            inside = {stay["container"] for stay in stays if _covers(stay, at)}
            assert inside == {holder.uri for holder in graph.containment.holders(thing, at)}, (thing.uri, hour)


def _covers(stay: dict[str, Any], at: datetime) -> bool:
    return datetime.fromisoformat(stay["from"]) <= at and (stay["until"] is None or at < datetime.fromisoformat(stay["until"]))


@pytest.mark.parametrize("seed", range(3))
def test_postgresql_answers_like_memory_with_all_that_can_be_asked_for(house: House, seed: int) -> None:
    rng = random.Random(2000 + seed)
    # a reversal whose movement never came is parked by PostgreSQL alone, and must not supersede anything here
    told = [one for one in world(rng, rich=True) if one["revision"] == 1 or "reverses" not in one["body"]]
    shuffled = rng.choices(told, k=20) + rng.sample(told, len(told))
    for part in (shuffled[:30], shuffled[30:]):
        load([orjson.dumps(one) for one in part], begin=house.begin, now=lambda: NOW)

    expected = {question: answers(store(told).view(), NOW, question) for question in QUESTIONS}
    with house.view() as view:
        found = {question: answers(view, NOW, question) for question in QUESTIONS}

    for question in QUESTIONS:
        for asked, answer in expected[question].items():
            assert found[question][asked]["things"] == answer["things"], (question, asked)
            assert found[question][asked]["links"] == answer["links"], (question, asked)
