"""The same work by libraries: each reads and checks the documents its own way, then a pass does what it has no words for.

marshmallow `load(many=True)`, pydantic's `TypeAdapter`, msgspec's `convert`; all three end in the records of `closures.flat`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from marshmallow import EXCLUDE, Schema, fields
from pydantic import BaseModel, TypeAdapter

from bench.mapping.peers import ZONE, coded, needed, number, plain, text
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
    return [
        _record(
            head,
            row,
            {name: row[name]["FNumber"] for name in _NAMED},
            {name: head[name]["FNumber"] for name in _HEAD_NAMED},
            row.__getitem__,
        )
        for head in loaded
        if head["FDocumentStatus"] == "C"
        for row in head["FEntity"]
        if text(row["FLot"]["FNumber"])
    ]


def by_pydantic(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`TypeAdapter.validate_python`, then the pass."""
    return _objects(_PYDANTIC.validate_python(documents))


def by_msgspec(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`msgspec.convert`, then the pass."""
    return _objects(msgspec.convert(documents, list[_DocumentOf], strict=False))


_NAMED = ("FMaterialId", "FLot", "FUnitID", "FStockId", "FEquipment")
_HEAD_NAMED = ("FPrdOrgId", "FPickerId", "FWorkShopId")


def _objects(documents: Any) -> list[dict[str, Any]]:
    made = []
    for head in documents:
        if head.FDocumentStatus != "C":
            continue
        shared = {
            "recorded_at": _moment(head.FApproveDate),
            "at": _moment(head.FDate),
            "shipment": needed(text(head.FBillNo)),
            "partner": text(head.FPrdOrgId.FNumber),
            "person": coded(head.FPickerId.FNumber, WORKERS),
            "operation": text(head.FWorkShopId.FNumber),
            "type": text(head.FDescription),
        }
        for row in head.FEntity:
            if not text(row.FLot.FNumber):
                continue
            unit = row.FUnitID.FNumber
            record = shared | {
                "key": f"PICK/{head.FID}/{row.FEntryID}",
                "quantity": _quantity(row.FActualQty, unit),
                "uom": coded(unit, BASE_UNITS),
                "order": f"{text(row.FMoBillNo)}-{row.FMoEntrySeq}",
                "equipment": text(row.FEquipment.FNumber),
                "item": needed(text(row.FMaterialId.FNumber)),
                "number": needed(text(row.FLot.FNumber)),
                "supplier_lot": text(row.FSupplierLot),
                "quality": coded(row.FStockStatusId, STATES),
                "store": coded(row.FStockId.FNumber, STORES),
                "base": f"{row.FBaseQty:f}",
                "price": f"{row.FPrice:f}",
                "made_at": _moment(row.FProduceDate),
                "expires_at": _moment(row.FExpiryDate),
                "operator": text(row.FOperator),
            }
            made.append({name: value for name, value in record.items() if value is not None})
    return made


def _record(head: Any, named: dict[str, str], above: dict[str, str], get: Any) -> dict[str, Any]:
    record = {
        "key": f"PICK/{head['FID']}/{get('FEntryID')}",
        "recorded_at": _moment(head["FApproveDate"]),
        "at": _moment(head["FDate"]),
        "shipment": needed(text(head["FBillNo"])),
        "partner": text(above["FPrdOrgId"]),
        "person": coded(above["FPickerId"], WORKERS),
        "operation": text(above["FWorkShopId"]),
        "type": text(head["FDescription"]),
        "quantity": _quantity(get("FActualQty"), named["FUnitID"]),
        "uom": coded(named["FUnitID"], BASE_UNITS),
        "order": f"{text(get('FMoBillNo'))}-{get('FMoEntrySeq')}",
        "equipment": text(named["FEquipment"]),
        "item": needed(text(named["FMaterialId"])),
        "number": needed(text(named["FLot"])),
        "supplier_lot": text(get("FSupplierLot")),
        "quality": coded(get("FStockStatusId"), STATES),
        "store": coded(named["FStockId"], STORES),
        "base": f"{get('FBaseQty'):f}",
        "price": f"{get('FPrice'):f}",
        "made_at": _moment(get("FProduceDate")),
        "expires_at": _moment(get("FExpiryDate")),
        "operator": text(get("FOperator")),
    }
    return {name: value for name, value in record.items() if value is not None}


def _moment(value: datetime) -> str:
    return value.replace(tzinfo=ZONE).isoformat()


def _quantity(value: Decimal, unit: str) -> str:
    here, base = coded(unit, UNITS), coded(unit, BASE_UNITS)
    if here is None or base is None:
        raise ValueError("is empty")
    factor = 1 if here == base else FACTORS[here, base]
    return plain(value * int(factor))


__all__ = ["by_marshmallow", "by_msgspec", "by_pydantic", "number"]
