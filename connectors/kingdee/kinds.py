"""The forms that are read: primary key, watermarks, entity and sub-entity with their keys, and the fields asked for.

Source: WebAPI manual V6.0 and the official ApiDoc tree. Keys that a customer makes (`F_…`) come from the connection's settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATE = "FDocumentStatus FModifyDate FApproveDate"
BILL = f"FBillNo FDate FCancelStatus FCreateDate {STATE}"
MOVED = "FMaterialId.FNumber FUnitID.FNumber FLot.FNumber"
SUPPLIER = "FNumber FName FUseOrgId.FNumber FDocumentStatus FForbidStatus FAuditDate FModifyDate"
LOT = "FNumber FUseOrgId.FNumber FMaterialId.FNumber FSupplierId.FNumber FModifyDate"
BOM_ROWS = (
    "FREPLACEGROUP FMATERIALIDCHILD.FNumber FMATERIALTYPE FCHILDUNITID.FNumber FNUMERATOR FDENOMINATOR FSCRAPRATE"
    " FEFFECTDATE FEXPIREDATE FMEMO"
)
ORDER_ROWS = "FProductType FMaterialId.FNumber FUnitId.FNumber FQty FStatus FBomId.FNumber FPlanStartDate FPlanFinishDate FLot.FNumber"
REPORT_ROWS = (
    f"FMoNumber FMoRowNumber FOperNumber {MOVED} FQuaQty FFinishQty FFailQty FReworkQty"
    " FPrdSerialText FEquipmentId FProcessStartTime FProcessEndTime"
)
SERIALS = ("FSerialSubEntity", "FSerialNo")


@dataclass(frozen=True, slots=True)
class Kind:
    """One form as it is read. `head`, `rows` and `subs` are field keys in the order asked for; entry ids are added by `columns`."""

    form: str
    pk: str
    head: tuple[str, ...]
    entity: str = ""
    rows: tuple[str, ...] = ()
    sub: str = ""
    subs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ("FModifyDate", "FApproveDate")
    base: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Field keys that identify a row, outermost first."""
        entry = (f"{self.entity}_FEntryID",) if self.entity else ()
        return (self.pk, *entry, *((f"{self.sub}_FDetailID",) if self.sub else ()))

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything asked for in one query: keys first."""
        sequence = (f"{self.entity}_FSeq",) if self.entity else ()
        return tuple(dict.fromkeys((*self.keys, *self.head, *sequence, *self.rows, *self.subs)))


def _kind(form: str, pk: str, head: str, entity: str = "", rows: str = "", **more: Any) -> Kind:
    return Kind(form, pk, tuple(head.split()), entity, tuple(rows.split()), **more)


def kinds(settings: Mapping[str, Any]) -> Mapping[str, Kind]:
    """Every readable kind, with the customer's own field names."""
    own = {name: str(settings[name] or "") for name in settings if name.startswith("field_")}
    flow = f"{MOVED} FMoBillNo FMoEntrySeq"
    made, stock = f"{BILL} FPrdOrgId.FNumber", f"{BILL} FStockOrgId.FNumber"
    serials: dict[str, Any] = {"sub": SERIALS[0], "subs": (SERIALS[1],)}
    base = f"FNumber FName FUseOrgId.FNumber {STATE} FForbidStatus"
    tied: dict[str, Any] = {}
    if own["field_tied_entity"]:
        parts = (f"{own['field_tied_item']}.FNumber", f"{own['field_tied_lot']}.FNumber", own["field_tied_quantity"])
        tied = {"sub": own["field_tied_entity"], "subs": (*parts, f"{own['field_tied_unit']}.FNumber", own["field_tied_position"])}
    material = " ".join(filter(None, (own["field_mpn"], own["field_maker"], own["field_global_item"])))
    labels = " ".join(filter(None, (own["field_supplier_lot"], own["field_date_code"])))
    pushed = " ".join(settings["trace_fields"] or ())
    found = (
        _kind("BD_MATERIAL", "FMATERIALID", f"{base} FSpecification FBaseUnitId.FNumber FIsBatchManage FIsSNManage {material}", base=True),
        _kind("BD_Supplier", "FSupplierId", SUPPLIER, marks=("FModifyDate", "FAuditDate"), base=True),
        _kind("BD_Customer", "FCUSTID", base, base=True),
        _kind("BD_BatchMainFile", "FLOTID", f"{LOT} {labels}", marks=("FModifyDate",), base=True),
        _kind("ENG_BOM", "FID", f"{base} FMATERIALID.FNumber FUNITID.FNumber FQty", "FTreeEntity", BOM_ROWS, base=True),
        _kind("PRD_MO", "FID", f"{made} FBillType FIsRework", "FTreeEntity", ORDER_ROWS),
        _kind("STK_InStock", "FID", f"{stock} FSupplierId.FNumber", "FInStockEntry", f"{MOVED} FRealQty FSupplierLot"),
        _kind("PRD_PickMtrl", "FID", made, "FEntity", f"{flow} FActualQty", **serials),
        _kind("PRD_FeedMtrl", "FID", made, "FEntity", f"{flow} FActualQty", **serials),
        _kind("PRD_ReturnMtrl", "FID", made, "FEntity", f"{flow} FQty", **serials),
        _kind("SFC_OperationReport", "FID", made, "FEntity", REPORT_ROWS, **tied),
        _kind("PRD_INSTOCK", "FID", f"{made} {pushed}", "FEntity", f"{flow} FRealQty FProductType", **serials),
        _kind("STK_TRANSFEROUT", "FID", f"{stock} {own['field_waybill']}", "FSTKTRSOUTENTRY", f"{MOVED} FQty", **serials),
        _kind("SAL_OUTSTOCK", "FID", f"{stock} FCustomerID.FNumber", "FEntity", f"{MOVED} FRealQty", **serials),
        _kind("SAL_RETURNSTOCK", "FID", f"{stock} FRetcustId.FNumber", "FEntity", f"{MOVED} FRealQty", **serials),
    )
    return {kind.form: kind for kind in found}
