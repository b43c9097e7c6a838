"""More forms of the simulated account set: subcontracting, stock bills beyond receipt and delivery, and what can only be looked at.

Source: entities and keys by the official ApiDoc tree and by public clients that save these forms; fields of SUB_SUBREQORDER by a live
server. `LWTR_TraceResult` stands for a form that a customer makes for results (inferred, as such forms are made in the designer).
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.kingdee.simulator_form import HEAD, MASTER, SERIALS, Form, keys

_SUB = keys("FMaterialId FUnitID FLot FStockId FSubReqBillNo FSubReqId FSubReqEntryId FSubReqEntrySeq")
_MOVED = keys("FMaterialId FUnitID FQty FLot FStockId")
_STOCK = (*HEAD, "FStockOrgId")

MORE: Mapping[str, Form] = {
    "BD_SerialMainFile": Form("FSERIALID", (*MASTER, "FMaterialID", "FLot", "FStockStatus"), read_only=True, master=True),
    "ENG_Route": Form("FID", (*MASTER, "FMATERIALID"), "FEntity", keys("FSeqNumber"), master=True),
    "PRD_PPBOM": Form(
        "FID",
        (*HEAD, *keys("FPrdOrgId FMaterialID FMOBillNO FMoId FMOEntryID FMOEntrySeq FQty FUnitID")),
        "FEntity",
        keys("FMaterialID2 FUnitID2 FNumerator FDenominator FStdQty FMustQty FPickedQty FNoPickedQty FIssueType FLot FStockID"),
        no_save=True,
    ),
    "SFC_OperationPlanning": Form(
        "FID",
        (*HEAD, *keys("FProOrgId FProductId FMONumber FMOEntrySeq FMOQty FBomId FLot")),
        "FEntity",
        keys("FSeqNumber FSeqType FSeqQty"),
        {"FSubEntity": keys("FOperNumber FProcessId FWorkCenterId FOperDescription FOperQty FQualifiedQty")},
    ),
    "SUB_SUBREQORDER": Form(
        "FID",
        (*HEAD, "FBillType", "FSubOrgId", "FIsRework"),
        "FTreeEntity",
        keys("FProductType FMaterialId FUnitId FQty FStatus FBomId FPlanStartDate FPlanFinishDate FLot FSupplierId FCloseDate"),
    ),
    "SUB_PickMtrl": Form("FID", (*_STOCK, "FSubOrgId"), "FEntity", (*_SUB, "FAppQty", "FActualQty"), SERIALS),
    "SUB_FEEDMTRL": Form("FID", (*_STOCK, "FSubOrgId"), "FEntity", (*_SUB, "FAppQty", "FActualQty"), SERIALS),
    "SUB_RETURNMTRL": Form("FID", (*_STOCK, "FSubOrgId"), "FEntity", (*_SUB, "FAPPQty", "FQty", "FReturnType"), SERIALS),
    "PUR_ReceiveBill": Form(
        "FID",
        (*_STOCK, "FSupplierId"),
        "FDetailEntity",
        keys("FMaterialId FUnitID FActReceiveQty FLot FSupplierLot FCheckInComing FStockID"),
    ),
    "STK_TRANSFERIN": Form(
        "FID",
        (*_STOCK, "FStockOutOrgId", "FTransferDirect", "F_LW_Waybill"),
        "FSTKTRSINENTRY",
        keys("FMaterialId FDestMaterialId FUnitID FQty FLot FDestLot FSrcStockID FDestStockID FSrcBillNo"),
        SERIALS,
    ),
    "STK_TransferDirect": Form(
        "FID",
        (*_STOCK, "FStockOutOrgId", "FTransferDirect"),
        "FBillEntry",
        keys("FMaterialId FDestMaterialId FUnitID FQty FLot FDestLot FSrcStockId FDestStockId"),
    ),
    "STK_LOTADJUST": Form("FID", _STOCK, "FSTK_LOTADJUSTENTRY", ("FGroup", "FConvertType", *_MOVED)),
    "STK_AssembledApp": Form(
        "FID",
        (*_STOCK, "FAffairType"),
        "FEntity",
        _MOVED,
        {"FSubEntity": keys("FMaterialIDSETY FUnitIDSETY FQtySETY FLOTSETY FStockIDSETY")},
    ),
    "STK_MISCELLANEOUS": Form("FID", (*_STOCK, "FStockDirect", "FSupplierId"), "FEntity", _MOVED),
    "STK_MisDelivery": Form("FID", (*_STOCK, "FStockDirect"), "FEntity", _MOVED),
    "SAL_DELIVERYNOTICE": Form("FID", (*_STOCK, "FCustomerID"), "FEntity", _MOVED),
    "STK_Inventory": Form(
        "FID",
        keys("FStockOrgId FStockId FMaterialId FLot FBaseUnitId FBaseQty FQty FAVBQty FStockStatusId FUpdateTime"),
        read_only=True,
    ),
    "QT_LotSNRelation": Form("FID", keys("FMaterialId FLot FSerialNo"), read_only=True),
    "LWTR_TraceResult": Form("FID", (*HEAD, "F_LW_Source", "F_LW_TraceRef", "F_LW_TraceSummary")),
}
