"""A small company on U9, made up by the rule: so many documents of every kind, each with lines, lots and serial numbers.

It is what the conformance suite reads, and with a larger `size` what volumes are measured on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.kit.contract import PushRequest
from connectors.kit.sample import Sample
from connectors.yonyou.kinds import PLANS

ORG, UOM, FIRST = 1002601010000001, 1002601010000101, 1002603010000000
CODED = {"m_code": "PCS"}
WAREHOUSE = 1002601010000201
KINDS = tuple(PLANS)
"""Those, too, that are read only where asked for."""
HEADS: dict[str, dict[str, Any]] = {
    "PM_Receivement": {"Supplier_Code": "S-0001"},
    "InvDoc_TransferIn": {"DescFlexField_PrivateDescSeg1": "SH-1"},
    "InvDoc_TransferOut": {"DescFlexField_PrivateDescSeg1": "SH-2"},
    "PM_IssueDoc": {"IssueType": 0},
    "MO_RcvRptDoc": {},
    "InvDoc_MiscShip": {"IsScrap": 1},
    "SM_Ship": {"OrderBy_Code": "K-0001", "DescFlexField_PrivateDescSeg1": "DN-1"},
    "LW_Packing": {"ContainerNo": "CTN-0001", "Action": "add"},
    "LW_OpReport": {"MO_DocNo": "MO-0001", "OpNum": "10", "Equipment": "贴片线 1", "GoodQty": 1},
}
LINES = {
    "PM_RcvLine": ("PM_Receivement", "Receivement"),
    "InvDoc_TransInLine": ("InvDoc_TransferIn", "TransferIn"),
    "InvDoc_TransOutLine": ("InvDoc_TransferOut", "TransferOut"),
    "PM_IssueDocLine": ("PM_IssueDoc", "IssueDoc"),
    "MO_RcvRptDocLine": ("MO_RcvRptDoc", "RcvRptDoc"),
    "InvDoc_MiscShipL": ("InvDoc_MiscShip", "MiscShip"),
    "SM_ShipLine": ("SM_Ship", "Ship"),
    "LW_PackingLine": ("LW_Packing", "Packing"),
    "LW_OpReportOut": ("LW_OpReport", "OpReport"),
    "LW_OpReportIn": ("LW_OpReport", "OpReport"),
}

SERIALS = {
    "InvDoc_TransInSN": "InvDoc_TransInLine",
    "InvDoc_TransOutSN": "InvDoc_TransOutLine",
    "PM_IssueDocSN": "PM_IssueDocLine",
    "MO_RcvRptDocSN": "MO_RcvRptDocLine",
}


def sample(size: int = 8) -> Sample:
    """The company with so many documents of each kind."""
    data = {
        "clients": [{"client_id": "lotweave", "secret": "sample-secret"}],
        "enterprises": ["001"],
        "users": [{"code": "trace", "id": 1002601010000009}],
        "organisations": [{"id": ORG if number == 0 else ORG + 500 + number, **_organisation(number)} for number in range(size)],
        "objects": {kind: [make(number) for number in range(size)] for kind, make in _OBJECTS.items()},
        "tables": _tables(size),
    }
    settings = {"client_id": "lotweave", "client_secret": "sample-secret", "user": "trace", "organisations": ["10"]}
    settings["kinds"] = list(KINDS)
    push = PushRequest("LotMaster", "RM-0000/L-0000", {"PrivateDescSeg1": "trace:1"}, "sample-push")
    return Sample(data, settings, {"client_secret": "another-secret"}, push, session_lost="token_kick")


def _organisation(number: int) -> dict[str, str]:
    return {"code": f"{10 + number}", "name": f"苏州工厂 {number}"}


def _time(number: int) -> str:
    return f"2026-03-{1 + number // 1440 % 28:02} {number // 60 % 24:02}:{number % 60:02}:00.000"


def _object(number: int, kind: int) -> dict[str, Any]:
    return {"m_iD": FIRST + kind * 1_000_000 + number, "_org": "10", "_modified": _time(number)}


def _item(number: int) -> dict[str, Any]:
    told = {"m_code": f"RM-{number:04}", "m_name": f"贴片电容 {number}", "m_inventoryUOM": CODED, "m_lotParam": {"m_code": "L"}}
    return _object(number, 1) | told


def _bom(number: int) -> dict[str, Any]:
    component = {
        "m_sequence": 10,
        "m_itemMaster": {"m_code": "RM-0001"},
        "m_usageQty": 2,
        "m_parentQty": 1,
        "m_issueUOM": CODED,
        "m_scrap": 0,
    }
    dates = {"m_effectiveDate": "2026-01-01T00:00:00", "m_disableDate": "9999-12-31T00:00:00"}
    head = {"m_itemMaster": {"m_code": f"FG-{number:04}"}, "m_bOMVersionCode": "A1", "m_productUOM": CODED, "m_status": 2}
    return _object(number, 2) | head | dates | {"m_bOMComponents": [component]}


def _order(number: int) -> dict[str, Any]:
    item = {"m_itemMaster": {"m_code": "FG-0001"}, "m_productQty": 10, "m_productUOM": CODED, "m_bOMVersion": "A1"}
    return _object(number, 3) | {"m_docNo": f"MO-{number:04}", "m_docType": {"m_code": "MO01"}, "_state": 2} | item


def _lot(number: int) -> dict[str, Any]:
    return _object(number, 4) | {"m_itemCode": f"RM-{number:04}", "m_lotCode": f"L-{number:04}", "m_supplierCode": "S-0001"}


def _issue(number: int) -> dict[str, Any]:
    line = {"m_iD": FIRST + 9_000_000 + number, "m_item": {"m_code": "RM-0001"}, "m_issueQty": 12, "m_issueUOM": CODED}
    head = {"m_docNo": f"IS-{number:04}", "m_issueType": 0, "m_docStatus": 2, "m_businessDate": _time(number)[:19].replace(" ", "T")}
    return _object(number, 5) | head | {"m_issueOrg": {"m_code": "10"}, "m_pickListDTOs": [line | {"m_lot": {"m_code": "L-0001"}}]}


def _completion(number: int) -> dict[str, Any]:
    head = {"m_docNo": f"CR-{number:04}", "m_docStatus": 2, "m_mO": {"m_code": "MO-0001"}, "m_completeQty": 10}
    return _object(number, 6) | head | {"m_completeDate": _time(number)[:19].replace(" ", "T"), "m_direction": 0}


_OBJECTS = {"ItemMaster": _item, "BOM": _bom, "MODoc": _order, "LotMaster": _lot, "IssueDoc": _issue, "CompleteDoc": _completion}


def _tables(size: int) -> Mapping[str, list[dict[str, Any]]]:
    """Rows of what is read by SQL alone."""
    units = [{"ID": UOM + number, "Code": f"U{number}" if number else "PCS", "Name": f"单位 {number}"} for number in range(size)]
    found: dict[str, list[dict[str, Any]]] = {"Base_UOM": [one | {"ModifiedOn": _time(0)} for one in units]}
    found["CBO_Wh"] = [_row(0, 22) | {"ID": WAREHOUSE, "Code": "W1"}]
    found["PM_PurchaseOrder"] = [_row(0, 23) | {"DocNo": "SO-0001"}]
    for at, name in enumerate(("CBO_Supplier", "CBO_Customer")):
        found[name] = [_row(number, 20 + at) | {"Code": f"P-{number:04}", "Name": f"供应商 {number}"} for number in range(size)]
    for at, (name, own) in enumerate(HEADS.items()):
        doc = {"Status": 2, "BusinessDate": "2026-03-02 08:00:00.000"}
        found[name] = [_row(number, 30 + at) | doc | own | {"DocNo": f"{name}-{number:04}"} for number in range(size)]
    for at, (name, (head, key)) in enumerate(LINES.items()):
        line = {"DocLineNo": 10, "ItemInfo_ItemCode": "RM-0001", "LotInfo_LotCode": "L-0001", "UOM": UOM, "Qty": "12.5", "SNCode": "SN-1"}
        refers = {"MO": FIRST + 3_000_000 + 1, "PO": found["PM_PurchaseOrder"][0]["ID"]}
        found[name] = [_row(number, 50 + at) | line | refers | {key: found[head][number]["ID"]} for number in range(size)]
    for at, (name, under) in enumerate(SERIALS.items()):
        link = under.rpartition("_")[2]
        found[name] = [_row(n, 70 + at) | {link: one["ID"], "SNCode": f"SN-{n}"} for n, one in enumerate(found[under])]
    product = {"ItemMaster": FIRST + 1_000_000, "RoutingVersionCode": "R1"}
    found["CBO_Routing"] = [_row(number, 80) | product for number in range(size)]
    steps = {"OperationNum": "10", "Description": "贴片"}
    found["CBO_Operation"] = [_row(n, 81) | steps | {"Routing": one["ID"]} for n, one in enumerate(found["CBO_Routing"])]
    held = {"ItemInfo_ItemID": FIRST + 1_000_000, "LotInfo_LotCode": "L-0001", "Wh": WAREHOUSE, "StorageType": 4, "StoreUOM": UOM}
    found["InvTrans_WhQoh"] = [_row(number, 82) | held | {"StoreQty": "120.5"} for number in range(size)]
    return found


def _row(number: int, table: int) -> dict[str, Any]:
    return {"ID": FIRST + table * 1_000_000 + number, "Org": ORG, "ModifiedOn": _time(number)}
