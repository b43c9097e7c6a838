"""Base data that is read, organisations among it. Source: reference of the ApiDoc tree for keys; `?` marks what versions may lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.kingdee.kinds import STATE, Kind, made, own, traced

BASE = f"FNumber FName FUseOrgId.FNumber {STATE} FForbidStatus"
SUPPLIER = "FNumber FName FUseOrgId.FNumber FDocumentStatus FForbidStatus FAuditDate? FModifyDate"
LOT = "FNumber FUseOrgId.FNumber FMaterialId.FNumber FSupplierId.FNumber? FModifyDate"
BOM_ROWS = (
    "FREPLACEGROUP FMATERIALIDCHILD.FNumber FMATERIALTYPE FCHILDUNITID.FNumber FNUMERATOR FDENOMINATOR FSCRAPRATE"
    " FEFFECTDATE FEXPIREDATE FMEMO?"
)
UNIT = "FNumber FName FUnitGroupId? FDocumentStatus FForbidStatus FModifyDate"
SERIAL = "FNumber FMaterialID.FNumber FLot.FNumber? FStockStatus? FModifyDate?"


def masters(settings: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Materials, partners, lots, BOMs, organisations; units, routes and serial masters as they are."""
    material = own(settings, "field_mpn", "field_maker", "field_global_item")
    labels = own(settings, "field_supplier_lot", "field_date_code")
    return (
        made("BD_MATERIAL", "FMATERIALID", f"{BASE} FSpecification FBaseUnitId.FNumber FIsBatchManage FIsSNManage {material}", base=True),
        made("BD_Supplier", "FSupplierId", SUPPLIER, marks=("FModifyDate", "FAuditDate"), base=True),
        made("BD_Customer", "FCUSTID", BASE, base=True),
        made("ORG_Organizations", "FOrgID", "FNumber FName FDocumentStatus? FForbidStatus FModifyDate?", marks=("FModifyDate",), base=True),
        made("BD_BatchMainFile", "FLOTID", f"{LOT} {labels} {traced(settings, 'lot')}", marks=("FModifyDate",), base=True),
        made("ENG_BOM", "FID", f"{BASE} FMATERIALID.FNumber FUNITID.FNumber FQty", "FTreeEntity", BOM_ROWS, base=True),
        made("BD_UNIT", "FUNITID", UNIT, marks=("FModifyDate",), base=True, raw=True),
        made("BD_SerialMainFile", "FSERIALID", SERIAL, marks=("FModifyDate",), base=True, raw=True),
    )
