"""The simulated account set's forms: which fields each has, at which level, and what base data a field refers to.

Source: WebAPI manual V6.0 and the official ApiDoc tree for form ids and field keys; keys that begin with `F_LW_` and the sub-entity
`FTraceSubEntity` stand for a customer's own fields (inferred, as such fields are made in the customer's designer).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, MutableSequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.kingdee.simulator_form import FLOW, HEAD, MASTER, SERIALS, Form, keys
from connectors.kingdee.simulator_forms_trace import MORE
from connectors.kit.grown import Grown

FORMS: Mapping[str, Form] = {
    "BD_MATERIAL": Form(
        "FMATERIALID",
        (*MASTER, *keys("FSpecification FBaseUnitId FErpClsId FIsBatchManage FIsSNManage F_LW_Mpn F_LW_Maker F_LW_GlobalItem ")),
        master=True,
    ),
    "BD_Supplier": Form("FSupplierId", (*MASTER, "FAuditDate"), master=True),
    "BD_Customer": Form("FCUSTID", MASTER, master=True),
    "BD_UNIT": Form("FUNITID", (*MASTER, "FUnitGroupId"), master=True),
    "BD_Currency": Form("FCURRENCYID", (*MASTER, "FCODE"), master=True),
    "ORG_Organizations": Form("FOrgID", MASTER, read_only=True, master=True),
    "BD_BatchMainFile": Form(
        "FLOTID", (*MASTER, "FMaterialId", "FSupplierId", "F_LW_SupplierLot", "F_LW_DateCode"), read_only=True, master=True
    ),
    "ENG_BOM": Form(
        "FID",
        (*MASTER, "FMATERIALID", "FUNITID", "FQty", "FBOMCATEGORY", "FBOMUSE"),
        "FTreeEntity",
        keys(
            "FREPLACEGROUP FMATERIALIDCHILD FMATERIALTYPE FCHILDUNITID FDOSAGETYPE FNUMERATOR FDENOMINATOR FFIXSCRAPQTY "
            "FSCRAPRATE FEFFECTDATE FEXPIREDATE FISSUETYPE FMEMO "
        ),
        master=True,
    ),
    "PRD_MO": Form(
        "FID",
        (*HEAD, "FBillType", "FPrdOrgId", "FIsRework", "FBusinessType"),
        "FTreeEntity",
        keys(
            "FProductType FMaterialId FUnitId FQty FStatus FPickMtrlStatus FBomId FPlanStartDate FPlanFinishDate FLot "
            "FStockInQuaQty FWorkShopID FCloseDate "
        ),
    ),
    "STK_InStock": Form(
        "FID",
        (*HEAD, "FSupplierId", "FStockOrgId"),
        "FInStockEntry",
        keys("FMaterialId FUnitID FRealQty FLot FSupplierLot FStockId FSUBREQBILLNO "),
    ),
    "PRD_PickMtrl": Form("FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*FLOW, "FAppQty", "FActualQty", "FOperId"), SERIALS),
    "PRD_FeedMtrl": Form("FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*FLOW, "FAppQty", "FActualQty", "FFeedReasonId"), SERIALS),
    "PRD_ReturnMtrl": Form("FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*FLOW, "FAPPQty", "FQty", "FReturnType"), SERIALS),
    "PRD_MORPT": Form(
        "FID",
        (*HEAD, "FPrdOrgId"),
        "FEntity",
        (*FLOW, "FReportType", "FFinishQty", "FQuaQty", "FFailQty", "FStartTime", "FEndTime"),
    ),
    "PRD_INSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FPrdOrgId"), "FEntity", (*FLOW, "FInStockType", "FProductType", "FMustQty", "FRealQty"), SERIALS
    ),
    "SFC_OperationReport": Form(
        "FID",
        (*HEAD, "FPrdOrgId", "FWorkShopID"),
        "FEntity",
        keys(
            "FMoNumber FMoRowNumber FOptPlanNo FSeqNumber FOperNumber FProcessId FMaterialId FUnitID FQuaQty FFinishQty "
            "FFailQty FReworkQty FWastageQty FLot FPrdSerialText FBarCode FEquipmentId FProcessStartTime FProcessEndTime "
        ),
        {"FTraceSubEntity": ("F_LW_Material", "F_LW_Lot", "F_LW_Qty", "F_LW_Unit", "F_LW_Position")},
    ),
    "STK_TRANSFEROUT": Form(
        "FID",
        (*HEAD, "FStockOrgId", "FStockInOrgId", "FTransferDirect", "F_LW_Waybill"),
        "FSTKTRSOUTENTRY",
        keys("FMaterialId FUnitID FQty FLot FSrcStockID FDestStockID FSrcBillNo "),
        SERIALS,
    ),
    "SAL_OUTSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FCustomerID"), "FEntity", ("FMaterialId", "FUnitID", "FRealQty", "FLot", "FStockId"), SERIALS
    ),
    "SAL_RETURNSTOCK": Form(
        "FID", (*HEAD, "FStockOrgId", "FRetcustId"), "FEntity", ("FMaterialId", "FUnitID", "FRealQty", "FLot", "FStockId"), SERIALS
    ),
    **MORE,
}

REFERS: Mapping[str, str] = {
    name.lower(): form
    for form, names in {
        "BD_MATERIAL": (
            *("FMaterialId", "FMATERIALIDCHILD", "F_LW_Material"),
            *("FDestMaterialId", "FMaterialIDSETY", "FMaterialID2", "FProductId"),
        ),
        "BD_UNIT": ("FUnitID", "FBaseUnitId", "FCHILDUNITID", "F_LW_Unit", "FUnitID2", "FUnitIDSETY"),
        "BD_Supplier": ("FSupplierId",),
        "BD_Customer": ("FCustomerID", "FRetcustId"),
        "BD_BatchMainFile": ("FLot", "F_LW_Lot", "FDestLot", "FLOTSETY"),
        "ENG_BOM": ("FBomId",),
        "ORG_Organizations": ("FStockOrgId", "FPrdOrgId", "FSubOrgId", "FStockOutOrgId", "FStockInOrgId", "FCreateOrgId", "FUseOrgId"),
    }.items()
    for name in names
}
"""Field (lower case) → the base data form whose number it holds. Primary keys are looked at first: FMATERIALID of BD_MATERIAL is its id."""


class Store:
    """The account set's documents. References to base data are held as numbers and shown as ids, numbers or names as asked.

    `shapes` are the forms as this edition has them: without those of `server.missing_forms`, and without `server.missing_fields`.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        server = data.get("server", {})
        gone = {form: {key.lower() for key in missing} for form, missing in server.get("missing_fields", {}).items()}
        absent = set(server.get("missing_forms", ()))
        editable = {"BD_BatchMainFile"} if server.get("lot_master_editable") else set()
        self.custom = {form: {told["key"]: told for told in fields} for form, fields in data.get("custom_fields", {}).items()}
        self.shapes = {
            name: _reduced(self._extended(name, form), gone.get(name, set()), editable=name in editable)
            for name, form in FORMS.items()
            if name not in absent
        }
        self.forms: dict[str, MutableSequence[dict[str, Any]]] = {name: [] for name in FORMS}
        for name, documents in data.get("forms", {}).items():
            self.forms[name] = documents if isinstance(documents, Grown) else [deepcopy(dict(document)) for document in documents]
        self.organisation = ""
        self.next_id = 900001
        self._ordered: dict[str, tuple[tuple[int, ...], list[dict[str, Any]], list[tuple[int, Any]]]] = {}
        self._index: dict[str, tuple[int, dict[tuple[Any, Any, Any], dict[str, Any]]]] = {}

    def form(self, name: str) -> tuple[str, Form] | None:
        """A form by its id, in any case."""
        return next(((known, form) for known, form in self.shapes.items() if known.lower() == str(name).lower()), None)

    def head_fields(self, name: str) -> tuple[str, ...]:
        """Head fields of a form, a customer's own included."""
        custom = (key for key, told in self.custom.get(name, {}).items() if not told.get("row"))
        return (self.shapes[name].pk, *self.shapes[name].head, *custom)

    def _extended(self, name: str, form: Form) -> Form:
        """The form with the customer's own fields of rows."""
        more = (key for key, told in self.custom.get(name, {}).items() if told.get("row"))
        return replace(form, rows=(*form.rows, *more))

    def beyond(self, name: str, floor: Any, chosen: Any = None) -> Iterator[dict[str, Any]]:
        """Documents in the order of their keys, from `floor` on where the keys are numbers and a floor is given.

        Of a million that are made when asked for, those of other keys than the `chosen` are not made.
        """
        held, pk = self.forms[name], FORMS[name].pk
        if isinstance(held, Grown):
            yield from held.beyond(None if floor is None else int(floor), chosen)
            return
        mark = (len(held), id(held[0]), id(held[-1])) if held else (0, 0, 0)
        known, ordered, keys = self._ordered.get(name, ((), [], []))
        if known != mark:
            ordered = sorted(held, key=lambda document: _key(document.get(pk)))
            keys = [_key(document.get(pk)) for document in ordered]
            self._ordered[name] = (mark, ordered, keys)
        start = bisect_left(keys, (0, floor)) if floor is not None and keys and keys[0][0] == 0 else 0
        yield from ordered[start:]

    def new_id(self) -> int:
        """An id never used before."""
        self.next_id += 1
        return self.next_id

    def base(self, form: str, number: str, item: Any = None, organisation: Any = None) -> dict[str, Any] | None:
        """A base data record by its number; a lot by its item too, because the same lot number may stand under several items.

        Where organisations have copies of their own, the one of `organisation` is meant, else the first.
        """
        held = self.forms.get(form, [])
        size, index = self._index.get(form, (-1, {}))
        if size != len(held):
            index = {}
            for record in held:
                number_, item_, org = record.get("FNumber"), record.get("FMaterialId"), record.get("FUseOrgId")
                for key in ((number_, None, None), (number_, item_, None), (number_, None, org), (number_, item_, org)):
                    index.setdefault(key, record)
            self._index[form] = (len(held), index)
        return index.get((number, item, organisation)) or index.get((number, item, None))

    def find(self, name: str, *, ids: list[str], numbers: list[str]) -> list[dict[str, Any]]:
        """Documents by id or number, in the order asked for. Of copies with one number the context organisation's is meant."""
        pk, number = FORMS[name].pk, "FNumber" if FORMS[name].master else "FBillNo"
        held = self.forms[name]
        if isinstance(held, Grown):
            known = [held.keyed(int(one)) for one in ids if one.isdigit()]
            if ids and all(known):
                return [document for document in known if document is not None]
        found = [d for one in ids for d in self.forms[name] if str(d.get(pk)) == one]
        for one in numbers:
            copies = [d for d in self.forms[name] if str(d.get(number)) == one]
            own = [d for d in copies if self.organisation and d.get("FUseOrgId") == self.organisation]
            found += own or copies
        return found


def _key(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, (int, Decimal)) else (1, str(value))


def _reduced(form: Form, gone: set[str], *, editable: bool) -> Form:
    def kept(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name.lower() not in gone)

    subs = {sub: kept(names) for sub, names in form.subs.items() if sub.lower() not in gone}
    return replace(form, head=kept(form.head), rows=kept(form.rows), subs=subs, read_only=form.read_only and not editable)
