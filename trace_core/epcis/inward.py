"""What an EPCIS event says in canonical documents: movements, operations, packs, repairs and inspections, or nothing of the genealogy.

The table of types and business steps is `docs/reference/epcis.md`; ADR 0012 has the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from trace_core.documents.fields import time_text
from trace_core.epcis.hashes import identity
from trace_core.epcis.lines import Line, many, read_lines
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.steps import MOVES, Move, movement_of
from trace_core.epcis.things import OWN, Ground
from trace_core.epcis.transforms import transformed
from trace_core.errors import Problem, Rejected

Told = dict[str, Any]
WITHDRAWN = 1_000_000_000
"""The revision by which a declared error takes the documents of others' events back: above every reading of them, whichever comes first."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event means: the plant it belongs to (None where nothing says), the documents it states, and what of it makes no link.

    `documents` are envelopes as `read_document` takes them. A declared error has the same ones, withdrawn.
    """

    plant: str | None
    documents: tuple[Told, ...] = ()
    notes: tuple[Problem, ...] = ()


def meaning(event: EpcisEvent, ground: Ground) -> Meaning:
    """The canonical documents of an event; none for one that only observes.

    Errors: `Rejected` with every reason, each at its field, when the event tells of genealogy but cannot be used.
    """
    plant = plant_of(event, ground)
    reader = _READERS[event.type]
    said = _Said(event, ground, plant or "")
    bodies = list(reader(said))
    problems = list(said.problems)
    if bodies and plant is None:
        where = event.read_point.id if event.read_point else ""
        hint = "map readPoint or bizLocation to a plant in [epcis.places], or set epcis.default_plant"
        problems.append(Problem("readPoint", f"belongs to no plant; {hint}", where))
    if problems:
        raise Rejected(f"the event cannot be genealogy: {len(problems)} problem(s)", problems=problems)
    return Meaning(plant, tuple(_enveloped(event, ground, plant or "", bodies)), tuple(said.notes))


def plant_of(event: EpcisEvent, ground: Ground) -> str | None:
    """The plant of an event: where it was read, else where its things are afterwards, else the default."""
    name = ground.own_parts(event.event_id or "", "event")
    places = [place.id for place in (event.read_point, event.biz_location) if place]
    found = next((plant for uri in places if (plant := ground.plant_at(uri))), None)
    return found or (name[0] if name else None) or ground.default_plant


class _Said:
    """One event being read; gathers problems and notes."""

    def __init__(self, event: EpcisEvent, ground: Ground, plant: str) -> None:
        self.event = event
        self.ground = ground
        self.plant = plant
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.at = time_text(event.at)

    def lines(self, role: str, *lists: str) -> list[Line]:
        found = read_lines(self.event, role, lists=lists, ground=self.ground, plant=self.plant)
        self.problems += found.problems
        self.notes += found.loose
        return found.lines

    def own(self, name: str) -> str | None:
        """A text of our own extension."""
        value = self.event.extensions.get(f"{OWN}{name}")
        return None if value is None else str(value)

    def order(self) -> str | None:
        found = self.event.transaction("prodorder")
        return None if found is None else self.ground.number_of(found, "order")

    def synthetic_order(self) -> str:
        """An order of its own for what was made without one: nothing else is ever issued to it."""
        return f"epcis:{identity(self.event)[:32]}"

    def about(self) -> Told:
        """Fields that several kinds of documents share."""
        people = [str(one) for one in many(self.event.extensions.get(f"{OWN}person"))]
        found = {"operation": self.own("operation"), "equipment": self.own("equipment"), "people": people or None}
        return {name: value for name, value in found.items() if value is not None}

    def wrong(self, path: str, problem: str, value: str = "") -> None:
        self.problems.append(Problem(path, problem, value))


def _object(said: _Said) -> Iterator[tuple[str, Told]]:
    event = said.event
    if event.biz_step == "inspecting":
        yield from _inspections(said)
        return
    move = movement_of(event, said.ground, said.plant)
    if move is None:
        return
    if move == "void":
        said.wrong("bizStep", "void_shipping does not say which event it takes back; declare the shipping event as an error instead")
        return
    about = _without_people(said)
    for line in said.lines("thing", "epcList", "quantityList"):
        if line.quantity is None:
            said.wrong(line.path, "needs a quantity to be moved", line.thing.uri)
        else:
            yield "movement", {"type": move, "at": said.at, **line.measured(said.plant), **about, **_ways(said, MOVES[move])}


def _ways(said: _Said, move: Move) -> Told:
    """Order, partner and shipment, as far as the movement has them."""
    found: Told = {}
    if move.order:
        found["order"] = said.order() or said.synthetic_order()
    elif (order := said.order()) is not None:
        found["order"] = order
    party = next((one.id for kind in move.party_types for one in move.parties(said.event) if one.type == kind), None)
    if party is not None:
        found["partner"] = said.ground.number_of(party, "party")
    shipment = said.event.transaction("desadv", "bol", "rma")
    if shipment is not None:
        found["shipment"] = said.ground.number_of(shipment, "shipment")
    found |= {"reverses": said.own("reverses")} if said.own("reverses") else {}
    found |= {"backflush": said.own("backflush") == "true"} if said.own("backflush") else {}
    other = [line.told(said.plant) for line in said.lines("other")]
    return found | ({"other": other[0]} if other else {})


def _without_people(said: _Said) -> Told:
    about = said.about()
    people = about.pop("people", None)
    return about | ({"person": people[0]} if people else {})


def _inspections(said: _Said) -> Iterator[tuple[str, Told]]:
    dispositions = {"conformant": "pass", "non_conformant": "fail", "damaged": "fail", "needs_replacement": "fail"}
    result = said.own("result") or dispositions.get(said.event.disposition or "")
    if result is None:
        return
    defects = [_defect(one) for one in many(said.event.extensions.get(f"{OWN}defect")) if isinstance(one, Mapping)]
    more = _without_people(said) | ({"defects": defects} if defects else {})
    for line in said.lines("thing", "epcList", "quantityList"):
        yield "inspection", {"thing": line.told(said.plant), "at": said.at, "result": result, **more}


def _defect(told: Mapping[str, Any]) -> Told:
    named = {name: told.get(f"{OWN}{name}") for name in ("code", "designator")}
    return {name: str(value) for name, value in named.items() if value is not None}


def _aggregation(said: _Said) -> Iterator[tuple[str, Told]]:
    if said.event.action == "OBSERVE":
        return
    yield from _packed(said)


def _packed(said: _Said) -> Iterator[tuple[str, Told]]:
    parent = said.ground.thing_at(said.event.parent or "", said.plant, instance=True)
    if parent is None or not parent.is_container or parent.plant != said.plant:
        hint = "a logistic unit (SSCC, GRAI) or a container of this plant; what is built into a trade item is told as AssociationEvent"
        said.wrong("parentID", f"must be {hint}", said.event.parent or "")
        return
    lines = said.lines("child", "childEPCs", "childQuantityList")
    own = any(said.event.extensions.get(f"{OWN}part") or ())
    contents = [_content(line if own else _bare(line), said.plant) for line in lines]
    action = "add" if said.event.action == "ADD" else "remove"
    if contents or (action == "remove" and not said.notes):
        yield "pack", {"container": parent.number, "at": said.at, "action": action, "contents": contents}


def _bare(line: Line) -> Line:
    """Units and containers are packed whole: they have no quantity of their own."""
    return line if line.thing.kind == "lot" else replace(line, quantity=None, uom=None)


def _content(line: Line, plant: str) -> Told:
    told = line.measured(plant)
    return {**told["thing"], **{name: told[name] for name in ("quantity", "uom") if name in told}}


def _association(said: _Said) -> Iterator[tuple[str, Told]]:
    event = said.event
    if event.action == "OBSERVE" or event.parent is None or _is_place(event.parent, said.ground):
        return
    parent = said.ground.thing_at(event.parent, said.plant, instance=True)
    if parent is None:
        said.wrong("parentID", "is no thing of the genealogy", event.parent)
    elif parent.is_container:
        yield from _packed(said)
    else:
        lines = said.lines("child", "childEPCs", "childQuantityList")
        if not lines and not said.notes:
            said.wrong("childEPCs", "must name what is taken out; everything cannot be worked out from this event alone")
        for line in (line for line in lines if line.quantity is None):
            said.wrong(line.path, "needs a quantity to be built in or taken out", line.thing.uri)
        side = "installed" if event.action == "ADD" else "removed"
        parts = [line.measured(said.plant) for line in lines]
        holder = Line(parent).told(said.plant)
        order = {"order": said.order()} if said.order() else {}
        about = {name: value for name, value in _without_people(said).items() if name != "operation"}
        if parts:
            yield "repair", {"thing": holder, "at": said.at, side: parts, **order, **about}


def _is_place(uri: str, ground: Ground) -> bool:
    return "/414/" in uri or uri.startswith("urn:epc:id:sgln:") or ground.plant_at(uri) is not None


def _transformation(said: _Said) -> Iterator[tuple[str, Told]]:
    if said.own("repaired"):
        yield from _repair(said)
        return
    inputs = said.lines("input", "inputEPCList", "inputQuantityList")
    outputs = said.lines("output", "outputEPCList", "outputQuantityList")
    for line in inputs:
        if line.quantity is None:
            said.wrong(line.path, "needs a quantity to be used up", line.thing.uri)
    if said.problems:
        return
    event, plant = said.event, said.plant
    order = said.order()
    if event.transformation is not None and said.own("report") is None:
        name = order or said.ground.number_of(event.transformation, "transformation")
        yield from _pooled(said, name, inputs, outputs)
        return
    about = said.about() | {"order": order or said.synthetic_order(), "own_order": order is not None}
    yield from transformed(event, plant, inputs=inputs, outputs=outputs, about=about, ways=lambda: _ways(said, MOVES["rename"]))


def _repair(said: _Said) -> Iterator[tuple[str, Told]]:
    """One of our own repairs, whose sides the standard lists cannot keep apart."""
    thing = said.ground.thing_at(said.own("repaired") or "", said.plant, instance=said.own("kind") != "lot")
    installed, removed = said.lines("installed"), said.lines("removed")
    if thing is None:
        said.wrong("lotweave:repaired", "names no thing", said.own("repaired") or "")
        return
    told: Told = {"thing": Line(thing).told(said.plant), "at": said.at}
    told |= {"installed": [line.measured(said.plant) for line in installed], "removed": [line.measured(said.plant) for line in removed]}
    about = {name: value for name, value in _without_people(said).items() if name != "operation"}
    yield "repair", told | about | ({"order": said.order()} if said.order() else {})


def _pooled(said: _Said, order: str, inputs: list[Line], outputs: list[Line]) -> Iterator[tuple[str, Told]]:
    """Partial events under one transformationID: everything goes through the order's pools."""
    for sort, lines in (("issue", inputs), ("produce", outputs)):
        for line in lines:
            measure = line if line.quantity is not None else replace(line, quantity="0", uom=line.uom or "H87")
            yield "movement", {"type": sort, "at": said.at, **measure.measured(said.plant), "order": order}


def _transaction(said: _Said) -> Iterator[tuple[str, Told]]:
    """A tie between documents and things is kept for queries; the movement that it accompanies is an event of its own."""
    del said
    return iter(())


_READERS: Mapping[str, Callable[[_Said], Iterator[tuple[str, Told]]]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "AssociationEvent": _association,
    "TransformationEvent": _transformation,
    "TransactionEvent": _transaction,
}


def _enveloped(event: EpcisEvent, ground: Ground, plant: str, bodies: list[tuple[str, Told]]) -> Iterator[Told]:
    """Envelopes with keys that follow from the event alone: its own name if it is one of ours, else its identity."""
    own = ground.own_parts(event.event_id or "", "event")
    named = own is not None and len(own) == _NAME_PARTS and own[3].isdecimal() and len(bodies) == 1 and own[:2] == [plant, bodies[0][0]]
    base = identity(event) if bodies and not named else ""
    for at, (kind, body) in enumerate(bodies):
        key, revision = (own[2], int(own[3])) if own and named else (base if len(bodies) == 1 else f"{base}/{at + 1}", 1)
        envelope = {"kind": kind, "plant": plant, "key": key, "revision": revision, "body": body}
        taken_back = revision + 1 if named else WITHDRAWN
        yield envelope if event.error is None else {**envelope, "revision": taken_back, "deleted": True, "body": {}}


_NAME_PARTS = 4
