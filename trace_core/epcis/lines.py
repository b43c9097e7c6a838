"""The things of an event with their quantities, from its standard lists or, where those cannot carry them, from our own extension.

EPCIS has no quantity beside a serial-numbered unit or a logistic unit, no unit longer than three characters, no reference designators and
no alternatives; `lotweave:part` says these for a whole list, in its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trace_core.documents.fields import plain
from trace_core.epcis.model import EpcisEvent, Quantity
from trace_core.epcis.things import OWN, Ground
from trace_core.errors import Problem
from trace_core.identifiers import ThingId

PIECES = "H87"
_UOM = re.compile(r"[A-Z0-9]{2,3}\Z", re.ASCII)
PART = f"{OWN}part"


@dataclass(frozen=True, slots=True)
class Line:
    """A thing with its quantity as a document writes it, and where the event says so."""

    thing: ThingId
    quantity: str | None = None
    uom: str | None = None
    designators: tuple[str, ...] = ()
    lot: ThingId | None = None
    path: str = ""
    group: str = ""
    into: tuple[ThingId, ...] = ()

    def told(self, plant: str) -> dict[str, Any]:
        """The thing as a document of the plant writes it."""
        return thing_told(self.thing, plant)

    def measured(self, plant: str) -> dict[str, Any]:
        """The line as an input, output or part of a document of the plant writes it."""
        found: dict[str, Any] = {"thing": self.told(plant)}
        found |= {"quantity": self.quantity} if self.quantity is not None else {}
        found |= {"uom": self.uom} if self.uom is not None else {}
        found |= {"designators": list(self.designators)} if self.designators else {}
        found |= {"group": self.group} if self.group else {}
        found |= {"into": [thing_told(thing, plant) for thing in self.into]} if self.into else {}
        return found | ({"lot": thing_told(self.lot, plant)} if self.lot else {})


def thing_told(thing: ThingId, plant: str) -> dict[str, str]:
    """A thing as a document of the plant writes it."""
    told = {"kind": thing.kind, "number": thing.number} | ({"item": str(thing.item)} if thing.item else {})
    return told | ({"plant": str(thing.plant)} if thing.plant != plant else {})


@dataclass(slots=True)
class Lines:
    """The lines of one side of an event. `problems`: identifiers that are no things; `loose`: classes without a lot, which make no link."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    loose: list[Problem] = field(default_factory=list)


def read_lines(event: EpcisEvent, role: str, *, lists: Sequence[str], ground: Ground, plant: str) -> Lines:
    """The things in these lists; `role` is what our extension calls the side: `thing`, `input`, `output`, `child`, `removed`."""
    own = [one for one in many(event.extensions.get(PART)) if isinstance(one, Mapping) and one.get(f"{OWN}list") == role]
    return _of_parts(own, ground, plant) if own else _of_lists(event, lists, ground, plant)


def _of_parts(own: Iterable[Mapping[str, Any]], ground: Ground, plant: str) -> Lines:
    found = Lines()
    for one in own:
        uri = str(one.get(f"{OWN}thing", ""))
        thing = ground.thing_at(uri, plant, instance=one.get(f"{OWN}kind") != "lot")
        lot = ground.thing_at(str(one[f"{OWN}lot"]), plant, instance=False) if f"{OWN}lot" in one else None
        if thing is None:
            found.problems.append(Problem("lotweave:part", "names no thing", uri))
            continue
        quantity, uom = (None if one.get(f"{OWN}{name}") is None else str(one[f"{OWN}{name}"]) for name in ("quantity", "uom"))
        into = tuple(into for uri in many(one.get(f"{OWN}into")) if (into := ground.thing_at(str(uri), plant, instance=True)))
        designators, group = tuple(map(str, many(one.get(f"{OWN}designator")))), str(one.get(f"{OWN}group", ""))
        found.lines.append(Line(thing, quantity, uom, designators, lot, "lotweave:part", group, into))
    return found


def _of_lists(event: EpcisEvent, lists: Sequence[str], ground: Ground, plant: str) -> Lines:
    found = Lines()
    for name in lists:
        for at, uri in enumerate(event.instances.get(name, ())):
            thing = ground.thing_at(uri, plant, instance=True)
            if thing is None:
                said = "is no thing of the genealogy: neither a serial or logistic unit nor a lot"
                found.problems.append(Problem(f"{name}/{at}", said, uri))
            else:
                found.lines.append(Line(thing, "1", PIECES, path=f"{name}/{at}"))
        for at, one in enumerate(event.classes.get(name, ())):
            thing = ground.thing_at(one.epc_class, plant, instance=False)
            if thing is None:
                found.loose.append(Problem(f"{name}/{at}", "is a class without a lot; it makes no link", one.epc_class))
            else:
                quantity = None if one.quantity is None else plain(one.quantity)
                found.lines.append(Line(thing, quantity, one.uom or (PIECES if quantity else None), path=f"{name}/{at}"))
    return found


@dataclass(slots=True)
class Written:
    """The standard lists of one side of an event, and the parts that carry what they cannot."""

    instances: tuple[str, ...] = ()
    classes: tuple[Quantity, ...] = ()
    parts: list[dict[str, Any]] = field(default_factory=list)


def write_lines(lines: Sequence[Line], role: str, *, ground: Ground, plant: str, bare: bool = False) -> Written:
    """The lists of one side. `bare`: units and containers are understood to have no quantity, as in packing."""
    uris = {line: ground.thing_uri(line.thing, plant) for line in lines}
    classes: dict[str, list[Line]] = {}
    for line in lines:
        if line.thing.kind == "lot":
            classes.setdefault(uris[line], []).append(line)
    once = len({line.thing for line in lines}) == len(lines)
    in_order = sorted(lines, key=lambda line: line.thing.kind == "lot") == list(lines)
    simple = once and in_order and all(_simple(line, bare=bare) for line in lines)
    parts = [] if simple else [_part(line, uris[line], role, ground, plant) for line in lines]
    instances = tuple(dict.fromkeys(uris[line] for line in lines if line.thing.kind != "lot"))
    return Written(instances, tuple(_summed(uri, held) for uri, held in classes.items()), parts)


def _simple(line: Line, *, bare: bool) -> bool:
    """Whether the standard lists carry the line."""
    if line.designators or line.lot or line.group or line.into:
        return False
    if line.thing.kind != "lot":
        return (line.quantity, line.uom) == ((None, None) if bare else ("1", PIECES))
    if line.quantity is None:
        return line.uom is None
    return line.uom is not None and bool(_UOM.match(line.uom)) and Decimal(line.quantity) > 0


def _summed(uri: str, lines: Sequence[Line]) -> Quantity:
    uoms = {line.uom for line in lines}
    uom = next(iter(uoms)) if len(uoms) == 1 else None
    if uom is None or not _UOM.match(uom) or any(line.quantity is None for line in lines):
        return Quantity(uri)
    total = sum((Decimal(line.quantity or 0) for line in lines), Decimal(0))
    return Quantity(uri, total, uom) if total > 0 else Quantity(uri)


def _part(line: Line, uri: str, role: str, ground: Ground, plant: str) -> dict[str, Any]:
    told: dict[str, Any] = {f"{OWN}list": role, f"{OWN}thing": uri, f"{OWN}kind": line.thing.kind}
    told |= {f"{OWN}quantity": line.quantity} if line.quantity is not None else {}
    told |= {f"{OWN}uom": line.uom} if line.uom is not None else {}
    told |= {f"{OWN}designator": list(line.designators)} if line.designators else {}
    told |= {f"{OWN}group": line.group} if line.group else {}
    told |= {f"{OWN}into": [ground.thing_uri(thing, plant) for thing in line.into]} if line.into else {}
    return told | ({f"{OWN}lot": ground.thing_uri(line.lot, plant)} if line.lot else {})


def many(value: Any) -> Iterator[Any]:
    """The entries of an extension that may come once or several times."""
    if isinstance(value, (list, tuple)):
        yield from value
    elif value is not None:
        yield value
