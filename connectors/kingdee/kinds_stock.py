"""Bills that move stock: received, transferred, renamed, taken apart, delivered.

Source: entities and keys by the reference's forms and by public clients that save these bills (FConvertType A before, B after;
FAffairType Assembly, Dassembly; FTransferDirect and FStockDirect GENERAL, RETURN); FStockInOrgId of STK_TRANSFEROUT by its column. The
serials of receipts and of the other stock bills are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.kingdee.kinds import MOVED, SERIALS, STOCK, Kind, Pairing, made, own

CHANGES = {"LW_LotChanges": (("FLot.FNumber", "FDestLot.FNumber"), ("FMaterialId.FNumber", "FDestMaterialId.FNumber"))}
PARTS = ("FMaterialIDSETY.FNumber", "FUnitIDSETY.FNumber", "FQtySETY", "FLOTSETY.FNumber")
INVENTORY = (
    "FStockOrgId.FNumber FStockId.FNumber FMaterialId.FNumber FLot.FNumber FBaseUnitId.FNumber FBaseQty FStockStatusId.FNumber? FUpdateTime"
)


def stock(settings: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Stock bills, with the customer's own field names."""
    waybill, source = own(settings, "field_waybill"), "FSrcBillNo?"
    sent = f"{STOCK} {waybill} FTransferDirect? FStockInOrgId.FNumber?"
    come = f"{STOCK} {waybill} FTransferDirect? FStockOutOrgId.FNumber?"
    inward = f"{MOVED} FRealQty FSupplierLot? FSUBREQBILLNO?"
    ours = frozenset(str(number) for number in settings["organisations"] or ())
    out: dict[str, Any] = {"sides": ("FStockOrgId.FNumber", "FStockInOrgId.FNumber"), "ours": ours, **SERIALS}
    into: dict[str, Any] = {"sides": ("FStockOutOrgId.FNumber", "FStockOrgId.FNumber"), "ours": ours, "compares": CHANGES}
    pairs = Pairing("FGroup", "FConvertType", "A", "B")
    return (
        made(
            "PUR_ReceiveBill",
            "FID",
            f"{STOCK} FSupplierId.FNumber",
            "FDetailEntity",
            f"{MOVED} FActReceiveQty FSupplierLot? FCheckInComing?",
        ),
        made("STK_InStock", "FID", f"{STOCK} FSupplierId.FNumber", "FInStockEntry", inward),
        made("STK_TRANSFEROUT", "FID", sent, "FSTKTRSOUTENTRY", f"{MOVED} FQty {source}", **out),
        made("STK_TRANSFERIN", "FID", come, "FSTKTRSINENTRY", f"{MOVED} FDestLot.FNumber? FQty {source}", **into, **SERIALS),
        made(
            "STK_TransferDirect",
            "FID",
            f"{STOCK} FStockOutOrgId.FNumber? FTransferDirect?",
            "FBillEntry",
            f"{MOVED} FDestLot.FNumber? FDestMaterialId.FNumber? FQty",
            two_sided=True,
            **into,
        ),
        made("STK_LOTADJUST", "FID", STOCK, "FSTK_LOTADJUSTENTRY", f"FGroup FConvertType {MOVED} FQty", pairing=pairs),
        made("STK_AssembledApp", "FID", f"{STOCK} FAffairType", "FEntity", f"{MOVED} FQty", sub="FSubEntity", subs=PARTS),
        made("STK_MISCELLANEOUS", "FID", f"{STOCK} FStockDirect?", "FEntity", f"{MOVED} FQty"),
        made("STK_MisDelivery", "FID", f"{STOCK} FStockDirect?", "FEntity", f"{MOVED} FQty"),
        made("SAL_DELIVERYNOTICE", "FID", STOCK, "FEntity", "FMaterialID.FNumber FUnitID.FNumber FLot.FNumber FQty", raw=True),
        made("SAL_OUTSTOCK", "FID", f"{STOCK} FCustomerID.FNumber", "FEntity", f"{MOVED} FRealQty", **SERIALS),
        made("SAL_RETURNSTOCK", "FID", f"{STOCK} FRetcustId.FNumber", "FEntity", f"{MOVED} FRealQty", **SERIALS),
        made("STK_Inventory", "FID", INVENTORY, marks=("FUpdateTime",), raw=True),
    )
