"""One schema per document kind, in the order of the table in contract section 2."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from trace_core.documents.fields import Code, DecimalText, Moment, Strict, choice

MOVEMENTS = (
    "receive",
    "issue",
    "return",
    "produce",
    "byproduct",
    "transfer_out",
    "transfer_in",
    "ship",
    "customer_return",
    "scrap",
    "adjust",
    "count",
    "rename",
    "split",
    "merge",
)
WITH_OTHER = frozenset({"rename", "split", "merge"})
WITH_ORDER = frozenset({"issue", "return", "produce", "byproduct"})


class Thing(Strict):
    """A thing as documents write it; `plant` defaults to the document's."""

    kind = choice("lot", "serial", "container")
    item = Code()
    number = Code(required=True)
    plant = Code()

    @validates_schema
    def _item_fits_kind(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") == "container" and "item" in data:
            raise ValidationError("a container has no item", "item")
        if data.get("kind") in {"lot", "serial"} and "item" not in data:
            raise ValidationError("a lot or serial needs its item", "item")


class Unit(Strict):
    """One more unit in which an item is counted: `per_base` base units are one of it."""

    uom = Code(required=True)
    per_base = DecimalText(required=True)


class Item(Strict):
    """A material or product."""

    item = Code(required=True)
    name = fields.String()
    base_uom = Code(required=True)
    tracking = choice("lot", "serial", "none")
    units = fields.List(fields.Nested(Unit))
    mpn = fields.String()
    manufacturer = fields.String()
    global_item = Code()


class Partner(Strict):
    """A supplier, a customer or another plant."""

    partner = Code(required=True)
    name = fields.String()
    role = choice("supplier", "customer", "plant")
    plant = Code()


class BomLine(Strict):
    """One component of a bill of materials."""

    line = Code(required=True)
    item = Code(required=True)
    quantity = DecimalText(required=True)
    uom = Code(required=True)
    scrap_percent = DecimalText()
    designators = fields.List(fields.String())
    substitutes = fields.List(Code())
    valid_from = Moment()
    valid_to = Moment()


class Bom(Strict):
    """What one version of a product is made of."""

    item = Code(required=True)
    version = Code(required=True)
    quantity = DecimalText(required=True)
    uom = Code(required=True)
    valid_from = Moment()
    valid_to = Moment()
    lines = fields.List(fields.Nested(BomLine), required=True)


class OrderOperation(Strict):
    """One operation that an order goes through."""

    operation = Code(required=True)
    name = fields.String()
    required = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    merge_with = Code()


class Order(Strict):
    """A production order."""

    order = Code(required=True)
    type = choice("standard", "rework", "disassembly", "subcontract")
    item = Code(required=True)
    quantity = DecimalText(required=True)
    uom = Code(required=True)
    status = choice("planned", "released", "started", "paused", "completed", "closed", "cancelled")
    parent_order = Code()
    bom_version = Code()
    planned_start = Moment()
    planned_end = Moment()
    actual_start = Moment()
    actual_end = Moment()
    operations = fields.List(fields.Nested(OrderOperation))


class Lot(Strict):
    """What is known of a material lot."""

    item = Code(required=True)
    lot = Code(required=True)
    supplier = Code()
    supplier_lot = Code()
    date_code = Code()
    made_at = Moment()
    expires_at = Moment()
    quality = choice("released", "hold", "rejected", required=False)


class Movement(Strict):
    """One quantity of one thing that moved, was made, was used up or changed its name."""

    type = choice(*MOVEMENTS)
    at = Moment(required=True)
    thing = fields.Nested(Thing, required=True)
    quantity = DecimalText(required=True, signed=True)
    uom = Code(required=True)
    order = Code()
    operation = Code()
    partner = Code()
    shipment = Code()
    other = fields.Nested(Thing)
    person = fields.String()
    equipment = fields.String()
    backflush = fields.Boolean(truthy={True}, falsy={False})
    reverses = Code()

    @validates_schema
    def _parts_fit_type(self, data: dict[str, Any], **_: Any) -> None:
        kind, problems = data.get("type", ""), {}
        if data.get("quantity", 0) < 0 and kind != "adjust":
            problems["quantity"] = ["must not be negative; a cancellation names the movement it reverses"]
        if kind in WITH_OTHER and "other" not in data and "reverses" not in data:
            problems["other"] = [f"a {kind} needs the thing it leads to"]
        if kind in WITH_ORDER and "order" not in data and "reverses" not in data:
            problems["order"] = [f"a {kind} needs its order"]
        if problems:
            raise ValidationError(problems)


class Taken(Strict):
    """A quantity of a thing that went in or came off, with the places it sat at."""

    thing = fields.Nested(Thing, required=True)
    quantity = DecimalText(required=True)
    uom = Code(required=True)
    designators = fields.List(fields.String())


class Used(Taken):
    """An input of an operation: `group` makes it one of several alternatives, `into` names the outputs that it concerns (ADR 0014)."""

    group = Code()
    into = fields.List(fields.Nested(Thing), validate=validate.Length(min=1, error="must name an output; leave it out where all are meant"))


class Made(Strict):
    """An output of an operation, and the lot that it belongs to."""

    thing = fields.Nested(Thing, required=True)
    quantity = DecimalText()
    uom = Code()
    lot = fields.Nested(Thing)


class Operation(Strict):
    """A report of one operation of an order: what went in, what came out."""

    order = Code(required=True)
    operation = Code(required=True)
    at = Moment(required=True)
    started_at = Moment()
    equipment = fields.String()
    people = fields.List(fields.String())
    outputs = fields.List(fields.Nested(Made), required=True)
    inputs = fields.List(fields.Nested(Used), required=True)
    good = DecimalText()
    rework = DecimalText()
    scrap = DecimalText()

    @validates_schema
    def _inputs_go_into_outputs(self, data: dict[str, Any], **_: Any) -> None:
        made = [told["thing"] for told in data.get("outputs", ()) if "thing" in told]
        problems = {
            at: {"into": [f"names {strangers[0]['number']}, which is none of the outputs: name it there, or leave it out here"]}
            for at, told in enumerate(data.get("inputs", ()))
            if (strangers := [thing for thing in told.get("into", ()) if not any(_may_be(thing, one) for one in made)])
        }
        if problems:
            raise ValidationError({"inputs": problems})


def _may_be(here: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether two parts name one thing, whichever plant the document is of."""
    plants = {told["plant"] for told in (here, there) if "plant" in told}
    return len(plants) < 2 and all(here.get(name) == there.get(name) for name in ("kind", "item", "number"))  # noqa: PLR2004 - here and there


class Packed(Thing):
    """A thing put into or taken out of a container; without a quantity, all of it."""

    quantity = DecimalText()
    uom = Code()


class Pack(Strict):
    """Contents put into or taken out of a container."""

    container = Code(required=True)
    at = Moment(required=True)
    action = choice("add", "remove")
    contents = fields.List(fields.Nested(Packed), required=True)


class Repair(Strict):
    """Parts taken out of and put into a thing outside its orders' operations."""

    thing = fields.Nested(Thing, required=True)
    at = Moment(required=True)
    removed = fields.List(fields.Nested(Taken), load_default=list)
    installed = fields.List(fields.Nested(Taken), load_default=list)
    order = Code()
    person = fields.String()
    equipment = fields.String()


class Defect(Strict):
    """A defect found, and where."""

    code = Code(required=True)
    designator = fields.String()


class Inspection(Strict):
    """The result of looking at a thing."""

    thing = fields.Nested(Thing, required=True)
    at = Moment(required=True)
    result = choice("pass", "fail", "concession")
    defects = fields.List(fields.Nested(Defect))
    operation = Code()
    equipment = fields.String()
    person = fields.String()


class Crosswalk(Strict):
    """A plant's code for an item or partner, joined to the group's; valid in [valid_from, valid_to)."""

    what = choice("item", "partner")
    here = Code(required=True)
    global_ = Code(required=True, data_key="global", attribute="global")
    valid_from = Moment()
    valid_to = Moment()


SCHEMAS: dict[str, Strict] = {
    "item": Item(),
    "partner": Partner(),
    "bom": Bom(),
    "order": Order(),
    "lot": Lot(),
    "movement": Movement(),
    "operation": Operation(),
    "pack": Pack(),
    "repair": Repair(),
    "inspection": Inspection(),
    "crosswalk": Crosswalk(),
}
"""Kind → schema of its body."""

EVENT_KINDS = frozenset({"movement", "operation", "pack", "repair", "inspection"})
"""Kinds that say that something happened; the others say how things are."""
