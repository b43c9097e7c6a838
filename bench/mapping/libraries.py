"""The same work by libraries: each reads and checks the documents its own way, then a pass does what it has no words for.

marshmallow `load(many=True)`, pydantic's `TypeAdapter`, msgspec's `convert`; all three end in the same records.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from marshmallow import EXCLUDE, Schema, fields
from pydantic import BaseModel, TypeAdapter

from bench.mapping.peers import ZONE, coded, filled, joined, listed, needed, plain, text
from bench.mapping.records import BASE_UNITS, FACTORS, STATES, STORES, UNITS, WORKERS


class _Named(Schema):
    class Meta:
        unknown = EXCLUDE

    FNumber = fields.String(required=True)


class _Row(Schema):
    class Meta:
        unknown = EXCLUDE

    FEntryID = fields.Integer(required=True)
    FMaterialId = fields.Nested(_Named, required=True)
    FLot = fields.Nested(_Named, required=True)
    FActualQty = fields.Decimal(required=True)
    FUnitID = fields.Nested(_Named, required=True)
    FBaseQty = fields.Decimal(required=True)
    FPrice = fields.Decimal(required=True)
    FStockId = fields.Nested(_Named, required=True)
    FStockStatusId = fields.String(required=True)
    FMoBillNo = fields.String(required=True)
    FMoEntrySeq = fields.Integer(required=True)
    FProduceDate = fields.DateTime(required=True)
    FExpiryDate = fields.DateTime(required=True)
    FOperator = fields.String(required=True)
    FEquipment = fields.Nested(_Named, required=True)
    FSupplierLot = fields.String(required=True)


class _Document(Schema):
    class Meta:
        unknown = EXCLUDE

    FID = fields.Integer(required=True)
    FBillNo = fields.String(required=True)
    FDocumentStatus = fields.String(required=True)
    FDate = fields.DateTime(required=True)
    FApproveDate = fields.DateTime(required=True)
    FPrdOrgId = fields.Nested(_Named, required=True)
    FPickerId = fields.Nested(_Named, required=True)
    FDescription = fields.String(required=True)
    FWorkShopId = fields.Nested(_Named, required=True)
    FEntity = fields.List(fields.Nested(_Row), required=True)


class Reference(BaseModel):
    """A reference of pydantic."""

    FNumber: str


class Row(BaseModel):
    """A row of pydantic."""

    FEntryID: int
    FMaterialId: Reference
    FLot: Reference
    FActualQty: Decimal
    FUnitID: Reference
    FBaseQty: Decimal
    FPrice: Decimal
    FStockId: Reference
    FStockStatusId: str
    FMoBillNo: str
    FMoEntrySeq: int
    FProduceDate: datetime
    FExpiryDate: datetime
    FOperator: str
    FEquipment: Reference
    FSupplierLot: str


class Document(BaseModel):
    """A document of pydantic."""

    FID: int
    FBillNo: str
    FDocumentStatus: str
    FDate: datetime
    FApproveDate: datetime
    FPrdOrgId: Reference
    FPickerId: Reference
    FDescription: str
    FWorkShopId: Reference
    FEntity: list[Row]


class _ReferenceOf(msgspec.Struct):
    FNumber: str


class _RowOf(msgspec.Struct):
    FEntryID: int
    FMaterialId: _ReferenceOf
    FLot: _ReferenceOf
    FActualQty: Decimal
    FUnitID: _ReferenceOf
    FBaseQty: Decimal
    FPrice: Decimal
    FStockId: _ReferenceOf
    FStockStatusId: str
    FMoBillNo: str
    FMoEntrySeq: int
    FProduceDate: datetime
    FExpiryDate: datetime
    FOperator: str
    FEquipment: _ReferenceOf
    FSupplierLot: str


class _DocumentOf(msgspec.Struct):
    FID: int
    FBillNo: str
    FDocumentStatus: str
    FDate: datetime
    FApproveDate: datetime
    FPrdOrgId: _ReferenceOf
    FPickerId: _ReferenceOf
    FDescription: str
    FWorkShopId: _ReferenceOf
    FEntity: list[_RowOf]


_MARSHMALLOW = _Document(many=True)
_PYDANTIC = TypeAdapter(list[Document])


def by_marshmallow(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`Schema.load(many=True)`, then the pass."""
    loaded: Any = _MARSHMALLOW.load(documents)
    found = []
    for head in loaded:
        if head["FDocumentStatus"] != "C":
            continue
        above = {name: head[name]["FNumber"] for name in ("FPrdOrgId", "FPickerId", "FWorkShopId")}
        for row in head["FEntity"]:
            named = {name: row[name]["FNumber"] for name in ("FMaterialId", "FLot", "FUnitID", "FStockId", "FEquipment")}
            if text(named["FLot"]):
                found.append(_record({**head, **above}, {**row, **named}))
    return found


def by_pydantic(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`TypeAdapter.validate_python`, then the pass."""
    return _objects(_PYDANTIC.validate_python(documents), Document, Row)


def by_msgspec(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`msgspec.convert`, then the pass."""
    return _objects(msgspec.convert(documents, list[_DocumentOf], strict=False), _DocumentOf, _RowOf)


def _objects(documents: Any, document: type, row: type) -> list[dict[str, Any]]:
    heads = [name for name in document.__annotations__ if name != "FEntity"]
    rows, found = list(row.__annotations__), []
    for one in documents:
        if one.FDocumentStatus != "C":
            continue
        head = {name: _plain(getattr(one, name)) for name in heads}
        for entry in one.FEntity:
            told = {name: _plain(getattr(entry, name)) for name in rows}
            if text(told["FLot"]):
                found.append(_record(head, told))
    return found


def _plain(value: Any) -> Any:
    return getattr(value, "FNumber", value)


def _record(head: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """One record of values that are read and checked."""
    unit = row["FUnitID"]
    here, base = coded(unit, UNITS), coded(unit, BASE_UNITS)
    factor = 1 if here == base else int(FACTORS[here or "", base or ""])
    thing = filled(kind="lot", item=needed(text(row["FMaterialId"])), number=needed(text(row["FLot"])))
    lot = filled(kind="lot", item=text(head["FPrdOrgId"]), number=text(row["FSupplierLot"]))
    used = filled(kind="lot", item=coded(row["FStockId"], STORES), number=joined("@", text(head["FBillNo"]), _moment(row["FExpiryDate"])))
    designators = listed(coded(row["FStockStatusId"], STATES), text(head["FDescription"]))
    record = {
        "key": f"PICK/{head['FID']}/{row['FEntryID']}",
        "recorded_at": _moment(head["FApproveDate"]),
        "order": joined("-", text(row["FMoBillNo"]), str(row["FMoEntrySeq"])),
        "operation": text(head["FWorkShopId"]),
        "at": _moment(head["FDate"]),
        "started_at": _moment(row["FProduceDate"]),
        "equipment": text(row["FEquipment"]),
        "people": listed(coded(head["FPickerId"], WORKERS), text(row["FOperator"])),
        "outputs": listed(filled(thing=thing, quantity=plain(row["FActualQty"] * factor), uom=base, lot=lot)),
        "inputs": listed(filled(thing=used, quantity=f"{row['FBaseQty']:f}", designators=designators)),
        "good": f"{row['FPrice']:f}",
    }
    return {name: value for name, value in record.items() if value is not None}


def _moment(value: datetime) -> str:
    return value.replace(tzinfo=ZONE).isoformat()
