"""Where U9's masters lie: items and their units, partners, organisations, units of measure, routings.

Source: tables CBO_ItemMaster, CBO_Routing, CBO_Operation (Routing), Base_Organization, Base_UOM, and that names lie in `…_Trl` under
`SysMLFlag`, are of the public sources. CBO_Supplier, CBO_Customer, the view LW_ItemUOM and the columns of routings are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.yonyou.sql import Head, Lines

UOM = "LEFT JOIN Base_UOM U ON U.ID = L.UOM"
ITEM_UNITS: Mapping[str, Lines] = {"units": Lines("LW_ItemUOM", "ItemMaster", {"UOM": "U.Code", "PerBase": "L.PerBase"}, joins=UOM)}
"""Units of an item besides its base: the tenant's view, a row a unit, `PerBase` base units in one of it."""

QUERIED_ITEM = Head("CBO_ItemMaster", number="H.Code")
ITEM = Head(
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


def _named(table: str, org: str) -> Head:
    """A table of codes whose names lie beside it, by language."""
    names = f"LEFT JOIN {table}_Trl T ON T.ID = H.ID AND T.SysMLFlag = N'zh-CN'"
    return Head(table, number="H.Code", columns={"Code": "H.Code", "Name": "T.Name"}, joins=names, org=org)


SUPPLIER, CUSTOMER = _named("CBO_Supplier", "H.Org"), _named("CBO_Customer", "H.Org")
ORGANIZATION, MEASURE = _named("Base_Organization", ""), _named("Base_UOM", "")
ROUTING = Head(
    "CBO_Routing",
    number="H.RoutingVersionCode",
    columns={"ItemCode": "I.Code", "Version": "H.RoutingVersionCode"},
    joins="LEFT JOIN CBO_ItemMaster I ON I.ID = H.ItemMaster",
    lines={"operations": Lines("CBO_Operation", "Routing", {"OpNum": "L.OperationNum", "Description": "L.Description"})},
)
