"""Orders, their material, reports and receipts, inside the house and at subcontractors.

Source: ApiDoc pages of the forms and fields as public clients query them. SUB_SUBREQORDER's field list is a live server's; the serials of
subcontract bills and FCloseDate of PRD_MO are inferred from their sister forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.kingdee.kinds import BILL, MADE, MOVED, SERIALS, Kind, made, traced

OPEN = "FStatus in ('3','4','5')"
"""Rows that are released, started or finished: their states move without moving the bill's times."""
ORDER_ROWS = "FProductType FMaterialId.FNumber FUnitId.FNumber FQty FStatus FBomId.FNumber FPlanStartDate FPlanFinishDate FLot.FNumber"
FLOW = f"{MOVED} FMoBillNo FMoEntrySeq"
OUTSIDE = f"{MOVED} FSubReqBillNo FSubReqEntrySeq"
SUB_HEAD = f"{BILL} FSubOrgId.FNumber"
REPORT_ROWS = (
    f"FMoNumber FMoRowNumber FOperNumber {MOVED} FQuaQty FFinishQty FFailQty FReworkQty"
    " FPrdSerialText? FEquipmentId? FProcessStartTime? FProcessEndTime?"
)
PLAN_HEAD = f"{BILL} FProOrgId.FNumber? FProductId.FNumber FMONumber FMOEntrySeq FMOQty FLot.FNumber"
PLAN_SUBS = ("FOperNumber", "FProcessId.FNumber?", "FWorkCenterId.FNumber?", "FOperDescription?", "FOperQty")
LIST_HEAD = f"{BILL} FPrdOrgId.FNumber FMOBillNO FMOEntrySeq FMaterialID.FNumber FQty"
LIST_ROWS = "FMaterialID2.FNumber FUnitID2.FNumber FNumerator FDenominator FMustQty FPickedQty FIssueType FLot.FNumber"

ROUTE = "FNumber FName? FUseOrgId.FNumber? FMATERIALID.FNumber? FDocumentStatus FForbidStatus FModifyDate FApproveDate"


def production(settings: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Everything between order and receipt, with the customer's own field names."""
    tied: dict[str, Any] = {}
    if settings["field_tied_entity"]:
        item, lot, unit = (f"{settings[f'field_tied_{name}']}.FNumber?" for name in ("item", "lot", "unit"))
        quantity, position = (f"{settings[f'field_tied_{name}']}?" for name in ("quantity", "position"))
        tied = {"sub": settings["field_tied_entity"], "subs": (item, lot, quantity, unit, position)}
    row = traced(settings, "order_row")
    lifted = tuple(name.removesuffix("?") for name in row.split())
    receipt = traced(settings, "receipt")
    order: dict[str, Any] = {"open": OPEN, "closed": "FCloseDate"}
    return (
        made("PRD_MO", "FID", f"{MADE} FBillType FIsRework", "FTreeEntity", f"{ORDER_ROWS} {row}", lifted=lifted, **order),
        made("PRD_PickMtrl", "FID", MADE, "FEntity", f"{FLOW} FActualQty", **SERIALS),
        made("PRD_FeedMtrl", "FID", MADE, "FEntity", f"{FLOW} FActualQty", **SERIALS),
        made("PRD_ReturnMtrl", "FID", MADE, "FEntity", f"{FLOW} FQty", **SERIALS),
        made("SFC_OperationReport", "FID", MADE, "FEntity", REPORT_ROWS, **tied),
        made("PRD_MORPT", "FID", MADE, "FEntity", f"{FLOW} FFinishQty FQuaQty FFailQty FReportType? FStartTime? FEndTime?"),
        made("PRD_INSTOCK", "FID", f"{MADE} {receipt}", "FEntity", f"{FLOW} FRealQty FProductType", **SERIALS),
        made("SUB_SUBREQORDER", "FID", f"{SUB_HEAD} FBillType FIsRework?", "FTreeEntity", f"{ORDER_ROWS} FSupplierId.FNumber", **order),
        made("SUB_PickMtrl", "FID", SUB_HEAD, "FEntity", f"{OUTSIDE} FActualQty", **SERIALS),
        made("SUB_FEEDMTRL", "FID", SUB_HEAD, "FEntity", f"{OUTSIDE} FActualQty", **SERIALS),
        made("SUB_RETURNMTRL", "FID", SUB_HEAD, "FEntity", f"{OUTSIDE} FQty", **SERIALS),
        made("PRD_PPBOM", "FID", LIST_HEAD, "FEntity", LIST_ROWS, raw=True),
        made("SFC_OperationPlanning", "FID", PLAN_HEAD, "FEntity", "FSeqNumber", sub="FSubEntity", subs=PLAN_SUBS, raw=True),
        made("ENG_Route", "FID", ROUTE, raw=True),
    )
