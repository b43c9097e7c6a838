"""The simulated account set's forms: which fields each has, at which level, and what base data a field refers to.

Source: WebAPI manual V6.0 and the official ApiDoc tree for form ids and field keys; keys that begin with `F_LW_` and the sub-entity
`FTraceSubEntity` stand for a customer's own fields (inferred, as such fields are made in the customer's designer).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

HEAD = ("FBillNo", "FDate", "FDocumentStatus", "FCancelStatus", "FCreatorId", "FCreateDate", "FModifyDate", "FApproveDate", "FDescription")
MASTER = ("FNumber", "FName", "FCreateOrgId", "FUseOrgId", "FDocumentStatus", "FForbidStatus", "FCreateDate", "FModifyDate", "FApproveDate")


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its primary key, head fields, and at most one entity with its sub-entities. Entities map field keys at their level."""

    pk: str
    head: tuple[str, ...]
    entity: str = ""
    rows: tuple[str, ...] = ()
    subs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_only: bool = False
    master: bool = False


_SERIALS = {"FSerialSubEntity": ("FSerialNo", "FSerialId", "FSerialNote")}
_FLOW = ("FMaterialId", "FUnitID", "FLot", "FStockId", "FMoBillNo", "FMoId", "FMoEntryId", "FMoEntrySeq")


def _keys(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FORMS: Mapping[str, Form] = {
    "BD_MATERIAL": Form(
        "FMATERIALID",
        (*MASTER, *_keys("FMasterId FSpecification FBaseUnitId FErpClsId FIsBatchManage FIsSNManage F_LW_Mpn F_LW_Maker F_LW_GlobalItem ")),
        master=True,
    ),
    "BD_Supplier": Form("FSupplierId", (*MASTER, "FAuditDate"), master=True),
    "BD_Customer": Form("FCUSTID", MASTER, master=True),
    "BD_UNIT": Form("FUNITID", MASTER, master=True),
    "BD_Currency": Form("FCURRENCYID", (*MASTER, "FCODE"), master=True),
    "ORG_Organizations": Form("FOrgID", MASTER, read_only=True, master=True),
    "BD_BatchMainFile": Form(
        "FLOTID", (*MASTER, "FMaterialId", "FSupplierId", "F_LW_SupplierLot", "F_LW_DateCode"), read_only=True, master=True
    ),
    "ENG_BOM": Form(
        "FID",
        (*MASTER, "FMATERIALID", "FUNITID", "FQty", "FBOMCATEGORY", "FBOMUSE"),
        "FTreeEntity",
        _keys(
            "FREPLACEGROUP FMATERIALIDCHILD FMATERIALTYPE FCHILDUNITID FDOSAGETYPE FNUMERATOR FDENOMINATOR FFIXSCRAPQTY "
            "FSCRAPRATE FEFFECTDATE FEXPIREDATE FISSUETYPE FMEMO "
        ),
        master=True,
    ),
    "PRD_MO": Form(
        "FID",
        (*HEAD, "FBillType", "FPrdOrgId", "FIsRework", "FBusinessType"),
        "FTreeEntity",
        _keys(
            "FProductType FMaterialId FUnitId FQty FStatus FPickMtrlStatus FBomId FPlanStartDate FPlanFinishDate FLot "
            "FStockInQuaQty FWorkShopID "
        ),
    ),
    "STK_InStock": Form(
        "FID", (*HEAD, "FSupplierId", "FStockOrgId"), "FInStockEntry", _keys("FMaterialId FUnitID FRealQty FLot FSupplierLot FStockId ")
    ),
    "PRD_PickMtrl": Form("FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*_FLOW, "FAppQty", "FActualQty", "FOperId"), _SERIALS),
    "PRD_FeedMtrl": Form(
        "FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*_FLOW, "FAppQty", "FActualQty", "FFeedReasonId"), _SERIALS
    ),
    "PRD_ReturnMtrl": Form("FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*_FLOW, "FAPPQty", "FQty", "FReturnType"), _SERIALS),
    "PRD_MORPT": Form("FID", (*HEAD, "FPrdOrgId"), "FEntity", (*_FLOW, "FReportType", "FFinishQty", "FQuaQty", "FFailQty")),
    "PRD_INSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*_FLOW, "FInStockType", "FProductType", "FMustQty", "FRealQty"), _SERIALS
    ),
    "SFC_OperationReport": Form(
        "FID",
        (*HEAD, "FPrdOrgId", "FWorkShopID"),
        "FEntity",
        _keys(
            "FMoNumber FMoRowNumber FOptPlanNo FSeqNumber FOperNumber FProcessId FMaterialId FUnitID FQuaQty FFinishQty "
            "FFailQty FReworkQty FWastageQty FLot FPrdSerialText FBarCode FEquipmentId FProcessStartTime FProcessEndTime "
        ),
        {"FTraceSubEntity": ("F_LW_Material", "F_LW_Lot", "F_LW_Qty", "F_LW_Unit", "F_LW_Position")},
    ),
    "STK_TRANSFEROUT": Form(
        "FID",
        (*HEAD, "FStockOrgId", "F_LW_Waybill"),
        "FSTKTRSOUTENTRY",
        _keys("FMaterialId FUnitID FQty FLot FSrcStockID FDestStockID "),
        _SERIALS,
    ),
    "SAL_OUTSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FCustomerID"), "FEntity", ("FMaterialId", "FUnitID", "FRealQty", "FLot", "FStockId"), _SERIALS
    ),
    "SAL_RETURNSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FRetcustId"), "FEntity", ("FMaterialId", "FUnitID", "FRealQty", "FLot", "FStockId"), _SERIALS
    ),
    "STK_Inventory": Form("FID", _keys("FMaterialId FLot FBaseUnitId FBaseQty FQty FUpdateTime "), read_only=True),
}

REFERS: Mapping[str, str] = {
    name.lower(): form
    for form, names in {
        "BD_MATERIAL": ("FMaterialId", "FMATERIALIDCHILD", "F_LW_Material"),
        "BD_UNIT": ("FUnitID", "FBaseUnitId", "FCHILDUNITID", "F_LW_Unit"),
        "BD_Supplier": ("FSupplierId",),
        "BD_Customer": ("FCustomerID", "FRetcustId"),
        "BD_BatchMainFile": ("FLot", "F_LW_Lot"),
        "ENG_BOM": ("FBomId",),
        "ORG_Organizations": ("FStockOrgId", "FPrdOrgId", "FCreateOrgId", "FUseOrgId"),
    }.items()
    for name in names
}
"""Field (lower case) → the base data form whose number it holds. Primary keys are looked at first: FMATERIALID of BD_MATERIAL is its id."""


class Store:
    """The account set's documents. References to base data are held as numbers and shown as ids, numbers or names as asked."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.forms: dict[str, list[dict[str, Any]]] = {name: [] for name in FORMS}
        for name, documents in data.get("forms", {}).items():
            self.forms[name] = [deepcopy(dict(document)) for document in documents]
        self.custom = {form: {told["key"]: told for told in fields} for form, fields in data.get("custom_fields", {}).items()}
        self.next_id = 900001
        self._index: dict[str, tuple[int, dict[tuple[Any, Any], dict[str, Any]]]] = {}

    def form(self, name: str) -> tuple[str, Form] | None:
        """A form by its id, in any case."""
        return next(((known, form) for known, form in FORMS.items() if known.lower() == str(name).lower()), None)

    def head_fields(self, name: str) -> tuple[str, ...]:
        """Head fields of a form, a customer's own included."""
        return (FORMS[name].pk, *FORMS[name].head, *self.custom.get(name, {}))

    def new_id(self) -> int:
        """An id never used before."""
        self.next_id += 1
        return self.next_id

    def base(self, form: str, number: str, item: Any = None) -> dict[str, Any] | None:
        """A base data record by its number; a lot by its item too, because the same lot number may stand under several items."""
        held = self.forms.get(form, [])
        size, index = self._index.get(form, (-1, {}))
        if size != len(held):
            index = {}
            for record in held:
                for key in ((record.get("FNumber"), None), (record.get("FNumber"), record.get("FMaterialId"))):
                    index.setdefault(key, record)
            self._index[form] = (len(held), index)
        return index.get((number, item))

    def find(self, name: str, *, ids: list[str], numbers: list[str]) -> list[dict[str, Any]]:
        """Documents by id or number, in the order asked for."""
        pk, number = FORMS[name].pk, "FNumber" if FORMS[name].master else "FBillNo"
        found = [d for one in ids for d in self.forms[name] if str(d.get(pk)) == one]
        return found + [d for one in numbers for d in self.forms[name] if str(d.get(number)) == one]
