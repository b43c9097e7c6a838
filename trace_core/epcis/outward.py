"""Our own events told as EPCIS: one event for each movement, operation, pack, repair and inspection. Read back, it gives the document.

What the standard lists cannot carry goes into extensions under `urn:lotweave:epcis:`. The table is `docs/reference/epcis.md`; ADR 0012.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from trace_core.documents.envelope import Document
from trace_core.epcis.lines import PIECES, Line, write_lines
from trace_core.epcis.model import EpcisEvent, Place, Quantity, Typed
from trace_core.epcis.things import OWN, OWN_STEP, Ground
from trace_core.events import thing_of

Body = Mapping[str, Any]


def epcis_of(document: Document, ground: Ground) -> EpcisEvent | None:
    """The EPCIS event that a document states; None for a withdrawn one, for master data, and for what EPCIS cannot say.

    It cannot say that a container is packed into itself, that nothing is packed, or that nothing became nothing.
    """
    writer = _WRITERS.get(document.kind)
    if writer is None or document.deleted or _unspeakable(document):
        return None
    at = datetime.fromisoformat(document.body["at"])
    plain = EpcisEvent(
        "ObjectEvent",
        at,
        _offset(at),
        event_id=ground.own("event", document.plant, document.kind, document.key, str(document.revision)),
        record_time=document.recorded_at,
        read_point=Place(ground.own("plant", document.plant)),
    )
    return writer(plain, document.body, _Ways(document, ground))


def _unspeakable(document: Document) -> bool:
    body = document.body
    if document.kind == "pack":
        itself = any(told["kind"] == "container" and told["number"] == body["container"] for told in body["contents"])
        return itself or (body["action"] == "add" and not body["contents"])
    return document.kind == "operation" and not body["inputs"] and not body["outputs"]


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


class _Ways:
    """What every writer needs of the document: its plant, its words under the site's base, its extensions."""

    def __init__(self, document: Document, ground: Ground) -> None:
        self.plant = document.plant
        self.ground = ground
        self.body = document.body

    def line(self, told: Mapping[str, Any], thing: Mapping[str, Any] | None = None) -> Line:
        lot = thing_of(told["lot"], self.plant) if "lot" in told else None
        named = thing_of(thing if thing is not None else told["thing"], self.plant)
        into = tuple(thing_of(one, self.plant) for one in told.get("into", ()))
        designators = tuple(told.get("designators", ()))
        return Line(named, told.get("quantity"), told.get("uom"), designators, lot, group=told.get("group", ""), into=into)

    def transactions(self) -> tuple[Typed, ...]:
        order, shipment = self.body.get("order"), self.body.get("shipment")
        found = [Typed(self.ground.own("order", self.plant, order), "prodorder")] if order else []
        return (*found, *([Typed(self.ground.own("shipment", shipment), "desadv")] if shipment else []))

    def party(self) -> tuple[Typed, ...]:
        partner = self.body.get("partner")
        return (Typed(self.ground.own("party", self.plant, partner), "possessing_party"),) if partner else ()

    def extensions(self, *names: str, **more: Any) -> dict[str, Any]:
        found = {f"{OWN}{name}": self.body[name] for name in ("operation", "equipment", "person", *names) if name in self.body}
        if self.body.get("people"):
            found[f"{OWN}person"] = list(self.body["people"])
        return found | {f"{OWN}{name}": value for name, value in more.items() if value}

    def sides(self, event: EpcisEvent, sides: Sequence[tuple[str, str, Sequence[Line]]], *, bare: bool = False) -> EpcisEvent:
        """The event with these sides: (role, name of the lists without `EPCList`, lines)."""
        instances, classes, parts = dict(event.instances), dict(event.classes), []
        for role, prefix, lines in sides:
            written = write_lines(lines, role, ground=self.ground, plant=self.plant, bare=bare)
            parts += written.parts
            instance_list, class_list = _LISTS[prefix]
            if written.instances:
                instances[instance_list] = written.instances
            if written.classes:
                classes[class_list] = written.classes
        more = {f"{OWN}part": parts} if parts else {}
        return replace(event, instances=instances, classes=classes, extensions={**event.extensions, **more})


_LISTS = {
    "": ("epcList", "quantityList"),
    "child": ("childEPCs", "childQuantityList"),
    "input": ("inputEPCList", "inputQuantityList"),
    "output": ("outputEPCList", "outputQuantityList"),
}
_MOVES: Mapping[str, dict[str, Any]] = {
    "receive": {"action": "OBSERVE", "biz_step": "receiving"},
    "transfer_in": {"action": "OBSERVE", "biz_step": "receiving", "named": True},
    "customer_return": {"action": "OBSERVE", "biz_step": "receiving", "disposition": "returned"},
    "ship": {"action": "OBSERVE", "biz_step": "shipping", "disposition": "in_transit"},
    "transfer_out": {"action": "OBSERVE", "biz_step": "shipping", "disposition": "in_transit", "named": True},
    "produce": {"action": "ADD", "biz_step": "commissioning", "disposition": "active"},
    "byproduct": {"action": "ADD", "biz_step": "commissioning", "disposition": "active", "named": True},
    "scrap": {"action": "DELETE", "biz_step": "destroying", "disposition": "destroyed"},
}
"""Movement → what says it in the standard's words; `named` where these alone would be read as another movement."""


def _movement(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    sort = body["type"]
    words = dict(_MOVES.get(sort, {"action": "OBSERVE", "biz_step": f"{OWN_STEP}{sort}"}))
    named = words.pop("named", False)
    flushed = {True: "true", False: "false"}.get(body.get("backflush"))  # type: ignore[arg-type]
    more = ways.extensions("reverses", movement=sort if named or "reverses" in body else None, backflush=flushed)
    if sort in {"receive", "customer_return"}:
        words["sources"] = ways.party()
    else:
        words["destinations"] = ways.party()
    moved = ways.line(body, body["thing"])
    if "reverses" in body:
        words |= {"action": "OBSERVE", "biz_step": f"{OWN_STEP}reversal", "disposition": None}
    if "other" in body and "reverses" not in body and sort in {"split", "merge", "rename"}:
        told = replace(event, type="TransformationEvent", biz_step=words["biz_step"], extensions=more, transactions=ways.transactions())
        other = Line(thing_of(body["other"], ways.plant), "1", PIECES) if body["other"]["kind"] != "lot" else None
        output = other or Line(thing_of(body["other"], ways.plant))
        return replace(ways.sides(told, [("input", "input", [moved]), ("output", "output", [output])]), destinations=ways.party())
    told = ways.sides(replace(event, extensions=more, transactions=ways.transactions(), **words), [("thing", "", [moved])])
    return _with_other(told, body, ways) if "other" in body else told


def _with_other(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    """The second thing of a reversed split, merge or rename, and of movements that have none by their nature."""
    thing = thing_of(body["other"], ways.plant)
    part = {f"{OWN}list": "other", f"{OWN}thing": ways.ground.thing_uri(thing, ways.plant), f"{OWN}kind": thing.kind}
    return replace(event, extensions={**event.extensions, f"{OWN}part": [*event.extensions.get(f"{OWN}part", ()), part]})


def _operation(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    inputs = [ways.line(told) for told in body["inputs"]]
    outputs = [ways.line(told) for told in body["outputs"]]
    more = ways.extensions("started_at", "good", "rework", "scrap", report="true")
    made = replace(event, type="TransformationEvent", biz_step="assembling", extensions=more, transactions=ways.transactions())
    both = ways.sides(made, [("input", "input", inputs), ("output", "output", outputs)])
    if inputs and outputs:
        return both
    return replace(both, transformation=ways.ground.own("transformation", ways.plant, body["order"]))


def _pack(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    container = thing_of({"kind": "container", "number": body["container"]}, ways.plant)
    adding = body["action"] == "add"
    lines = [ways.line(told, told) for told in body["contents"]]
    told = replace(
        event,
        type="AggregationEvent",
        action="ADD" if adding else "DELETE",
        biz_step="packing" if adding else "unpacking",
        parent=ways.ground.thing_uri(container, ways.plant),
        extensions=ways.extensions(),
    )
    return ways.sides(told, [("child", "child", lines)], bare=True)


def _repair(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    holder = thing_of(body["thing"], ways.plant)
    installed = [ways.line(told) for told in body.get("installed", ())]
    removed = [ways.line(told) for told in body.get("removed", ())]
    uri = ways.ground.thing_uri(holder, ways.plant)
    told = replace(event, transactions=ways.transactions(), extensions=ways.extensions())
    if bool(installed) != bool(removed) and all(line.thing != holder for line in (*installed, *removed)):
        action, step = ("ADD", "installing") if installed else ("DELETE", "removing")
        one_sided = replace(told, type="AssociationEvent", action=action, biz_step=step, parent=uri)
        return ways.sides(one_sided, [("child", "child", [*installed, *removed])])
    parts = [
        write_lines(lines, role, ground=ways.ground, plant=ways.plant) for role, lines in (("installed", installed), ("removed", removed))
    ]
    exact = [_exact(line, role, ways) for role, lines in (("installed", installed), ("removed", removed)) for line in lines]
    alone = ((uri,), ()) if holder.kind != "lot" else ((), (Quantity(uri),))
    sides = [_joined(alone, (written.instances, written.classes)) for written in parts]
    return replace(
        told,
        type="TransformationEvent",
        biz_step="repairing",
        instances={name: ids for name, (ids, _) in zip(("inputEPCList", "outputEPCList"), sides, strict=True) if ids},
        classes={name: found for name, (_, found) in zip(("inputQuantityList", "outputQuantityList"), sides, strict=True) if found},
        extensions={**told.extensions, f"{OWN}repaired": uri, f"{OWN}kind": holder.kind, **({f"{OWN}part": exact} if exact else {})},
    )


def _exact(line: Line, role: str, ways: _Ways) -> dict[str, Any]:
    told: dict[str, Any] = {f"{OWN}list": role, f"{OWN}thing": ways.ground.thing_uri(line.thing, ways.plant)}
    told |= {f"{OWN}kind": line.thing.kind, f"{OWN}quantity": line.quantity, f"{OWN}uom": line.uom}
    return told | ({f"{OWN}designator": list(line.designators)} if line.designators else {})


def _joined(alone: Any, written: Any) -> tuple[tuple[str, ...], tuple[Quantity, ...]]:
    (ids, classes), (more_ids, more_classes) = alone, written
    held = {one.epc_class for one in classes}
    return tuple(dict.fromkeys((*ids, *more_ids))), (*classes, *(one for one in more_classes if one.epc_class not in held))


def _inspection(event: EpcisEvent, body: Body, ways: _Ways) -> EpcisEvent:
    disposition = {"pass": "conformant", "fail": "non_conformant"}.get(body["result"], "conformant")
    defects = [{f"{OWN}{name}": one[name] for name in ("code", "designator") if name in one} for one in body.get("defects", ())]
    more = ways.extensions(result="concession" if body["result"] == "concession" else None, defect=defects)
    thing = thing_of(body["thing"], ways.plant)
    line = Line(thing) if thing.kind == "lot" else Line(thing, "1", PIECES)
    told = replace(event, action="OBSERVE", biz_step="inspecting", disposition=disposition, extensions=more)
    return ways.sides(told, [("thing", "", [line])])


_WRITERS: Mapping[str, Callable[[EpcisEvent, Body, _Ways], EpcisEvent]] = {
    "movement": _movement,
    "operation": _operation,
    "pack": _pack,
    "repair": _repair,
    "inspection": _inspection,
}
KINDS = tuple(_WRITERS)
"""Kinds of documents that are told."""
