"""Recall: everything that may contain some suspect things, where it is, and the fewest holds that stop what can be stopped.

The affected things are the union of the forward answers (contract section 4). Conditions narrow what left the suspects in the first step,
such as one machine or one hour; a link that does not say is kept, so that narrowing never hides what may be affected.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import orjson

from trace_core.clocks import Clocks, overlooked
from trace_core.documents.fields import is_moment, time_text
from trace_core.doubts import doubts_about
from trace_core.errors import Misconfigured, Problem
from trace_core.gaps import gaps_about
from trace_core.graph import Graph
from trace_core.holds import Hold, fewest_holds
from trace_core.identifiers import ThingId
from trace_core.links import Link, Pool
from trace_core.ports import Documents
from trace_core.quantity import decimal_text
from trace_core.reach import roots_of
from trace_core.walk import Asked, forward
from trace_core.whereabouts import REACHABLE, STATES, Place, Whereabouts

CONDITIONS = ("equipment", "operation", "order", "person", "designator", "from", "until")
LISTS = {state: "shipped" if state == "at_customer" else state for state in STATES}
"""The name of each state's list in the answer."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a link out of a suspect must say: `name` is one of `CONDITIONS`; for `from` and `until` the value is a time."""

    name: str
    value: str | datetime

    def allows(self, link: Link) -> bool:
        """Whether the link may be meant; one that does not say is."""
        event, pooled = link.event, isinstance(link.end, Pool)
        if isinstance(self.value, datetime):
            return pooled or link.at >= self.value if self.name == "from" else link.at <= self.value
        said: Collection[str | None] = {
            "equipment": [event.equipment],
            "operation": [event.operation],
            "order": [event.order],
            "person": event.people or [None],
            "designator": link.designators or [None],
        }[self.name]
        unsaid = None in said or (pooled and self.name != "order")
        return unsaid or self.value in said

    def __str__(self) -> str:
        return f"{self.name}={time_text(self.value) if isinstance(self.value, datetime) else self.value}"


@dataclass(frozen=True, slots=True)
class Narrowed(Asked):
    """A question for which links out of the suspects must fulfil every condition."""

    suspects: frozenset[ThingId] = frozenset()
    where: tuple[Condition, ...] = ()

    def holds(self, link: Link) -> bool:
        """Whether the link exists for this question."""
        if not Asked.holds(self, link):
            return False
        return link.start not in self.suspects or all(condition.allows(link) for condition in self.where)


def affected(documents: Documents, roots: Sequence[ThingId], asked: Asked, *, where: Sequence[Condition] = ()) -> dict[ThingId, datetime]:
    """What may contain some suspect things, each with the earliest time from which it may."""
    graph = Graph(documents)
    suspects = list(dict.fromkeys(thing for root in roots for thing in roots_of(graph, root, asked)))
    return _affected(graph, suspects, asked, where)


def conditions_of(texts: Sequence[str]) -> list[Condition]:
    """Conditions from `name=value`. Errors: `Misconfigured` with every one that is wrong."""
    found: list[Condition] = []
    problems: list[Problem] = []
    for text in texts:
        name, _, value = text.partition("=")
        if name not in CONDITIONS or not value:
            problems.append(Problem("where", f"must be NAME=VALUE with a name out of {', '.join(CONDITIONS)}", text))
        elif name not in {"from", "until"}:
            found.append(Condition(name, value))
        elif is_moment(value):
            found.append(Condition(name, datetime.fromisoformat(value)))
        else:
            problems.append(Problem("where", "must be an RFC 3339 time with offset, such as from=2026-03-01T08:00:00+08:00", text))
    if problems:
        raise Misconfigured("conditions that cannot be read", code="usage", problems=problems)
    return found


def recall(
    documents: Documents,
    roots: Sequence[ThingId],
    asked: Asked,
    *,
    where: Sequence[Condition] = (),
    weight: Fraction = Fraction(1),
    clocks: Clocks | None = None,
) -> dict[str, Any]:
    """The recall of suspect things as of `asked`, in the shape of contract section 4, with what ADR 0016 adds.

    `weight` is what one thing stopped without need costs against one hold; `clocks`, how far the clocks of plants may be off.
    """
    graph = Graph(documents)
    suspects = list(dict.fromkeys(thing for root in roots for thing in roots_of(graph, root, asked)))
    steps = [_affected(graph, suspects, asked, where[:count]) for count in range(len(where) + 1)]
    since = steps[-1]
    things = sorted(since)
    graph.reach(suspects)
    whereabouts = Whereabouts(graph, asked)
    whereabouts.look_up([*suspects, *things])
    places = {thing: whereabouts.of(thing) for thing in (*things, *suspects)}
    about = list(dict.fromkeys([*suspects, *things]))
    gaps = gaps_about(graph, about, asked)
    gaps += overlooked(graph, forward, suspects, _narrowed(asked, suspects, where), clocks or {}, reached=about)
    holds = fewest_holds(_chains(graph, places, asked), lambda thing: _size(graph, thing, asked), weight=weight)
    query = {"roots": [root.uri for root in roots], "at": time_text(asked.at), "question": asked.question, "where": list(map(str, where))}
    answer: dict[str, Any] = {"query": query, **_grouped(graph, things, places, asked)}
    answer["roots"] = [{"id": suspect.uri, "states": _states(places[suspect])} for suspect in suspects]
    answer["states"] = {thing.uri: _states(places[thing]) for thing in things}
    certain = _certain(graph, suspects, asked, where)
    if len(certain) < len(things):
        answer["possible"] = [thing.uri for thing in things if thing not in certain]
    answer |= {"holds": [_hold(hold) for hold in holds], "collateral": sum(hold.collateral for hold in holds)}
    answer["narrowed"] = [{"condition": str(told), "things": len(found)} for told, found in zip(("", *where), steps, strict=True)]
    answer |= {"complete": not gaps, "gaps": [gap.as_json() for gap in gaps]}
    answer["doubts"] = [doubt.as_json() for doubt in doubts_about(graph, about, asked)]
    answer["counts"] = {"things": len(things), "holds": len(holds)} | {name: len(answer[name]) for name in LISTS.values()}
    return answer | {"result_hash": result_hash(suspects, since)}


def result_hash(suspects: Iterable[ThingId], since: dict[ThingId, datetime]) -> str:
    """SHA-256 over the suspects and the affected things with their times: equal exactly when the scope of the recall is."""
    told = [sorted(thing.uri for thing in suspects), sorted((thing.uri, time_text(at)) for thing, at in since.items())]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _affected(graph: Graph, suspects: Sequence[ThingId], asked: Asked, where: Sequence[Condition]) -> dict[ThingId, datetime]:
    """Every thing that may contain a suspect, with the earliest τ; a suspect only where it may contain another one."""
    found: dict[ThingId, datetime] = {}
    narrowed = _narrowed(asked, suspects, where)
    for suspect in suspects:
        walked = forward(graph, [suspect], narrowed)
        for thing in walked.things():
            if thing != suspect:
                found[thing] = min(walked.since[thing], found.get(thing, walked.since[thing]))
    return found


def _narrowed(asked: Asked, suspects: Sequence[ThingId], where: Sequence[Condition]) -> Narrowed:
    return Narrowed(asked.at, asked.question, frozenset(suspects), tuple(where), certain=asked.certain)


def _certain(graph: Graph, suspects: Sequence[ThingId], asked: Asked, where: Sequence[Condition]) -> dict[ThingId, datetime]:
    """The affected things that are so by certain links alone (ADR 0014)."""
    return _affected(graph, suspects, Asked(asked.at, asked.question, certain=True), where)


def _grouped(graph: Graph, things: Sequence[ThingId], places: dict[ThingId, list[Place]], asked: Asked) -> dict[str, Any]:
    """The things by plant, by customer who has them, by container they are in, and by state."""
    plants, customers, containers = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    lists: dict[str, list[str]] = {name: [] for name in LISTS.values()}
    for thing in things:
        plants[thing.plant].append(thing.uri)
        for holder in graph.containment.holders(thing, asked.at):
            containers[holder.uri].append(thing.uri)
        for state in dict.fromkeys(place.state for place in places[thing]):
            lists[LISTS[state]].append(thing.uri)
        for partner in dict.fromkeys(place.partner for place in places[thing] if place.state == "at_customer"):
            customers[partner].append(thing.uri)
    return {"plants": dict(plants), "customers": dict(sorted(customers.items())), "containers": dict(sorted(containers.items()))} | lists


def _states(places: Sequence[Place]) -> list[dict[str, str]]:
    return [dict(_place(place)) for place in places]


def _place(place: Place) -> Iterator[tuple[str, str]]:
    yield "state", place.state
    if place.quantity is not None:
        yield "quantity", decimal_text(place.quantity)
        yield "uom", place.uom
    if place.partner:
        yield "partner", place.partner


def _hold(hold: Hold) -> dict[str, Any]:
    return {"id": hold.thing.uri, "covers": hold.covers, "collateral": hold.collateral}


def _chains(graph: Graph, places: dict[ThingId, list[Place]], asked: Asked) -> dict[ThingId, tuple[ThingId, ...]]:
    """What can still be stopped, each with what it lies in: its containers, or else the lot that it belongs to. A lot is held as such."""
    found: dict[ThingId, tuple[ThingId, ...]] = {}
    for thing, here in places.items():
        if any(place.state in REACHABLE for place in here):
            found[thing] = () if thing.kind == "lot" else tuple(graph.containment.holders(thing, asked.at)) or _lot_of(graph, thing, asked)
    return {thing: tuple(holder for holder in holders if holder not in found) for thing, holders in found.items()}


def _lot_of(graph: Graph, thing: ThingId, asked: Asked) -> tuple[ThingId, ...]:
    lots = [flow.lot for event in graph.events(thing) if event.at <= asked.at for flow in event.outputs if flow.thing == thing and flow.lot]
    return (lots[-1],) if lots and lots[-1] != thing else ()


def _size(graph: Graph, thing: ThingId, asked: Asked) -> int:
    """How many things a container holds at that time, or how many belong to a lot."""
    if thing.is_container:
        graph.world.open_contents(thing)
        return len(graph.containment.contents(thing, asked.at))
    graph.reach([thing])
    return len({link.start for link in graph.into(thing) if asked.holds(link) and isinstance(link.start, ThingId)})
