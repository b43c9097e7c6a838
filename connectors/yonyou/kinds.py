"""The kinds of U9: how each is listed, how its bodies are read, and from which tables.

Tables named in the public sources: MO_MO, MO_IssueDoc, MO_CompleteRpt, CBO_ItemMaster, CBO_BOMMaster, Lot_LotMaster, Base_UOM.
All other tables, all views (LW_…) and most column names below are inferred; the setting `tables` replaces them by kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.yonyou.sql import Head, Lines
from trace_core.errors import Misconfigured, Problem

QUERY, PAGE, SOAP, SQL = "query", "page", "soap", "sql"


@dataclass(frozen=True, slots=True)
class KindPlan:
    """How one kind is read: `query` by keys in an array, `page` by BIPQueryPage, `soap` by the lot service, `sql` by rows alone.

    `group` is the WebAPI group (`MODoc` for `MODoc/Query`).
    """

    name: str
    route: str
    head: Head
    group: str = ""


_UOM = "LEFT JOIN Base_UOM U ON U.ID = L.UOM"
_LINE = {"LineNum": "L.DocLineNo", "ItemCode": "L.ItemInfo_ItemCode", "LotCode": "L.LotInfo_LotCode", "Qty": "L.Qty", "UOM": "U.Code"}
_DOC = {"DocNo": "H.DocNo", "Status": "H.Status", "BusinessDate": "CONVERT(varchar(23), H.BusinessDate, 121)"}

_ITEM = Head(
    "CBO_ItemMaster",
    number="H.Code",
    columns={
        "m_iD": "H.ID",
        "m_code": "H.Code",
        "m_name": "H.Name",
        "m_sPECS": "H.SPECS",
        "m_inventoryUOM.m_code": "U.Code",
        "m_lotParam": "H.LotParam",
        "m_snParam": "H.SnParam",
    },
    joins="LEFT JOIN Base_UOM U ON U.ID = H.InventoryUOM",
)
_PARTNER = {"Code": "H.Code", "Name": "H.Name"}
_RECEIPT = Head(
    "PM_Receivement",
    columns=_DOC | {"SupplierCode": "H.Supplier_Code", "SupplierName": "H.Supplier_ShortName"},
    lines={
        "lines": Lines(
            "PM_RcvLine",
            "Receivement",
            _LINE | {"SupplierLot": "L.SupplierLotCode", "StorageType": "L.StorageType"},
            joins=_UOM,
        )
    },
)
_TRANSFER = Head(
    "InvDoc_TransferIn",
    columns=_DOC | {"ShipmentNo": "H.DescFlexField_PrivateDescSeg1"},
    lines={
        "lines": Lines(
            "InvDoc_TransInLine",
            "TransferIn",
            _LINE,
            joins=_UOM,
            lines={"serials": Lines("InvDoc_TransInSN", "TransInLine", {"SNCode": "L.SNCode"})},
        )
    },
)
_SHIP = Head(
    "SM_Ship",
    columns=_DOC | {"CustomerCode": "H.OrderBy_Code", "ShipmentNo": "H.DescFlexField_PrivateDescSeg1"},
    lines={
        "lines": Lines(
            "SM_ShipLine",
            "Ship",
            _LINE | {"ContainerNo": "L.DescFlexField_PrivateDescSeg1"},
            joins=_UOM,
            lines={"serials": Lines("SM_ShipSN", "ShipLine", {"SNCode": "L.SNCode"})},
        )
    },
)
_MISC = Head(
    "InvDoc_MiscShip", columns=_DOC | {"IsScrap": "H.IsScrap"}, lines={"lines": Lines("InvDoc_MiscShipL", "MiscShip", _LINE, joins=_UOM)}
)
_PACKING = Head(
    "LW_Packing",
    columns=_DOC | {"ContainerNo": "H.ContainerNo", "Action": "H.Action"},
    lines={
        "lines": Lines("LW_PackingLine", "Packing", _LINE | {"SNCode": "L.SNCode", "InnerContainerNo": "L.InnerContainerNo"}, joins=_UOM)
    },
)
_REPORT = Head(
    "LW_OpReport",
    columns=_DOC
    | {
        "MO": "H.MO_DocNo",
        "OpNum": "H.OpNum",
        "StartedAt": "CONVERT(varchar(23), H.StartedAt, 121)",
        "Equipment": "H.Equipment",
        "Person": "H.Person",
        "GoodQty": "H.GoodQty",
        "ReworkQty": "H.ReworkQty",
        "ScrapQty": "H.ScrapQty",
    },
    lines={
        "outputs": Lines(
            "LW_OpReportOut",
            "OpReport",
            _LINE | {"SNCode": "L.SNCode"},
            joins=_UOM,
        ),
        "inputs": Lines(
            "LW_OpReportIn",
            "OpReport",
            _LINE | {"SNCode": "L.SNCode"},
            joins=_UOM,
        ),
    },
)

PLANS: Mapping[str, KindPlan] = {
    plan.name: plan
    for plan in (
        KindPlan("ItemMaster", QUERY, Head("CBO_ItemMaster", number="H.Code"), "ItemMaster"),
        KindPlan("Supplier", SQL, Head("CBO_Supplier", number="H.Code", columns=_PARTNER)),
        KindPlan("Customer", SQL, Head("CBO_Customer", number="H.Code", columns=_PARTNER)),
        KindPlan("BOM", PAGE, Head("CBO_BOMMaster", number="H.BOMVersionCode"), "BOM"),
        KindPlan("MODoc", QUERY, Head("MO_MO", columns={"DocState": "H.DocState"}), "MODoc"),
        KindPlan("LotMaster", SOAP, Head("Lot_LotMaster", number="H.LotCode")),
        KindPlan("PurReceive", SQL, _RECEIPT),
        KindPlan("TransferIn", SQL, _TRANSFER),
        KindPlan("IssueDoc", QUERY, Head("MO_IssueDoc"), "IssueDoc"),
        KindPlan("OpReport", SQL, _REPORT),
        KindPlan("CompleteDoc", QUERY, Head("MO_CompleteRpt"), "CompleteDoc"),
        KindPlan("MiscShip", SQL, _MISC),
        KindPlan("Packing", SQL, _PACKING),
        KindPlan("Ship", SQL, _SHIP),
    )
}


def plans_for(item_route: str, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, KindPlan]:
    """The plans of one connection: the item route chosen, and the site's own tables put over the defaults.

    Errors: `Misconfigured` with every kind or name in `tables` that does not exist.
    """
    plans, problems = dict(PLANS), []
    if item_route == SQL:
        plans["ItemMaster"] = KindPlan("ItemMaster", SQL, _ITEM)
    for kind, told in tables.items():
        if kind not in plans:
            problems.append(Problem(f"tables.{kind}", f"there is no such kind; known are {', '.join(plans)}"))
            continue
        allowed = {"table", "number", "columns", "joins", "org", "lines"}
        problems += [
            Problem(f"tables.{kind}.{name}", f"must be one of {', '.join(sorted(allowed))}") for name in told if name not in allowed
        ]
        if not problems:
            plans[kind] = replace(plans[kind], head=_over(plans[kind].head, told))
    if problems:
        raise Misconfigured("the tables of the U9 connection cannot be used", code="settings", problems=problems)
    return plans


def _over(base: Any, told: Mapping[str, Any]) -> Any:
    changes: dict[str, Any] = {name: value for name, value in told.items() if name in {"table", "number", "joins", "org", "link"}}
    if "columns" in told:
        changes["columns"] = dict(base.columns) | dict(told["columns"])
    if "lines" in told:
        held = dict(base.lines)
        changes["lines"] = held | {name: _over(held.get(name, Lines("", "", {})), inner) for name, inner in told["lines"].items()}
    return replace(base, **changes)
