"""Where U9's stock documents lie: receipts, transfers, shipments, miscellaneous issues, packing, and what is on hand.

Source: InvTrans_WhQoh (ItemInfo_ItemID, Wh, StoreQty) and CBO_Wh are of the public sources; all else here is inferred, the views (LW_…)
are the tenant's own.
"""

from __future__ import annotations

from connectors.yonyou.kinds_masters import UOM
from connectors.yonyou.sql import Head, Lines

LINE = {"LineNum": "L.DocLineNo", "ItemCode": "L.ItemInfo_ItemCode", "LotCode": "L.LotInfo_LotCode", "Qty": "L.Qty", "UOM": "U.Code"}
DOC = {"DocNo": "H.DocNo", "Status": "H.Status", "BusinessDate": "CONVERT(varchar(23), H.BusinessDate, 121)"}
SHIPMENT = {"ShipmentNo": "H.DescFlexField_PrivateDescSeg1"}


def serials(table: str, link: str) -> dict[str, Lines]:
    """The serial numbers under a line."""
    return {"serials": Lines(table, link, {"SNCode": "L.SNCode"})}


RECEIPT = Head(
    "PM_Receivement",
    columns=DOC | {"SupplierCode": "H.Supplier_Code", "SupplierName": "H.Supplier_ShortName"},
    lines={
        "lines": Lines(
            "PM_RcvLine",
            "Receivement",
            LINE | {"SupplierLot": "L.SupplierLotCode", "StorageType": "L.StorageType", "SubcontractOrder": "NULL"},
            joins=UOM,
        )
    },
)
"""`SubcontractOrder` is nothing until the site says where its number lies: then the line came out of that order."""
TRANSFER_OUT = Head(
    "InvDoc_TransferOut",
    columns=DOC | SHIPMENT,
    lines={"lines": Lines("InvDoc_TransOutLine", "TransferOut", LINE, joins=UOM, lines=serials("InvDoc_TransOutSN", "TransOutLine"))},
)
TRANSFER_IN = Head(
    "InvDoc_TransferIn",
    columns=DOC | SHIPMENT,
    lines={"lines": Lines("InvDoc_TransInLine", "TransferIn", LINE, joins=UOM, lines=serials("InvDoc_TransInSN", "TransInLine"))},
)
SHIP = Head(
    "SM_Ship",
    columns=DOC | SHIPMENT | {"CustomerCode": "H.OrderBy_Code"},
    lines={
        "lines": Lines(
            "SM_ShipLine",
            "Ship",
            LINE | {"ContainerNo": "L.DescFlexField_PrivateDescSeg1"},
            joins=UOM,
            lines=serials("SM_ShipSN", "ShipLine"),
        )
    },
)
MISC = Head(
    "InvDoc_MiscShip", columns=DOC | {"IsScrap": "H.IsScrap"}, lines={"lines": Lines("InvDoc_MiscShipL", "MiscShip", LINE, joins=UOM)}
)
PACKING = Head(
    "LW_Packing",
    columns=DOC | {"ContainerNo": "H.ContainerNo", "Action": "H.Action"},
    lines={"lines": Lines("LW_PackingLine", "Packing", LINE | {"SNCode": "L.SNCode", "InnerContainerNo": "L.InnerContainerNo"}, joins=UOM)},
)
ON_HAND = Head(
    "InvTrans_WhQoh",
    number="I.Code",
    columns={
        "ItemCode": "I.Code",
        "LotCode": "H.LotInfo_LotCode",
        "Warehouse": "W.Code",
        "StorageType": "H.StorageType",
        "Qty": "H.StoreQty",
        "UOM": "U.Code",
    },
    joins=(
        "LEFT JOIN CBO_ItemMaster I ON I.ID = H.ItemInfo_ItemID LEFT JOIN CBO_Wh W ON W.ID = H.Wh LEFT JOIN Base_UOM U ON U.ID = H.StoreUOM"
    ),
)
"""A row for each lot of an item in a warehouse and a state of storage (4 usable)."""
