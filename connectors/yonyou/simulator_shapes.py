"""The simulator's `Do` services by interface: parameter, DTO taken, DTO given, and their fields in the DataContract's order.

Source: public proxies for the one that creates completions. Inferred: the services of lots, orders and results.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.yonyou.simulator_wsdl import Shape

_LOT = "UFIDAU9CustTraceLotMasterSV"
_COMPLETE = "UFIDAU9ISVMO"
_FLEX = {"m_contextValue": "xs:string"} | {f"m_privateDescSeg{n}": "xs:string" for n in sorted(range(1, 31), key=str)}
_FLEX |= {f"m_pubDescSeg{n}": "xs:string" for n in sorted(range(1, 51), key=str)}
_RESULT = {"m_code": "xs:string", "m_errorMsg": "xs:string", "m_iD": "xs:long", "m_isSucess": "xs:boolean"}
_TYPES: dict[str, dict[str, str]] = {
    f"{_LOT}LotKeyDTOData": {"m_iD": "xs:long", "m_itemCode": "xs:string", "m_lotCode": "xs:string"},
    f"{_LOT}DescFlexFieldData": _FLEX,
    f"{_LOT}LotMasterDTOData": {
        "m_dateCode": "xs:string",
        "m_descFlexField": f"{_LOT}DescFlexFieldData",
        "m_effectiveTime": "xs:dateTime",
        "m_iD": "xs:long",
        "m_invalidTime": "xs:dateTime",
        "m_itemCode": "xs:string",
        "m_itemName": "xs:string",
        "m_lotCode": "xs:string",
        "m_orgCode": "xs:string",
        "m_supplierCode": "xs:string",
        "m_supplierLotCode": "xs:string",
    },
    f"{_LOT}ResultDTOData": _RESULT,
}
_REFERENCE = f"{_COMPLETE}CommonArchiveDataDTOData"
_COMPLETE_TYPES: dict[str, dict[str, str]] = {
    _REFERENCE: {"m_code": "xs:string", "m_iD": "xs:long", "m_name": "xs:string"},
    f"{_COMPLETE}CompleteRptDTOData": {
        "m_actualRcvTime": "xs:dateTime",
        "m_completeDate": "xs:dateTime",
        "m_completeDocType": _REFERENCE,
        "m_direction": "xs:int",
        "m_eligibleQty": "xs:decimal",
        "m_mO": _REFERENCE,
        "m_reworkingQty": "xs:decimal",
        "m_scrapQty": "xs:decimal",
    },
    f"{_COMPLETE}ResultDTOData": _RESULT,
}


def _with_segments(space: str, dto: str) -> Mapping[str, Mapping[str, str]]:
    """The DTOs of a service that takes a document's number and its segments."""
    fields = {"m_descFlexField": f"{space}DescFlexFieldData", "m_docNo": "xs:string", "m_iD": "xs:long"}
    return {f"{space}DescFlexFieldData": _FLEX, f"{space}{dto}": fields, f"{space}ResultDTOData": _RESULT}


QUERY = "UFIDA.U9.Cust.Trace.LotMasterSV.IQueryLotMasterSV"
MODIFY = "UFIDA.U9.Cust.Trace.LotMasterSV.IModifyLotMasterSV"
CREATE = "UFIDA.U9.ISV.MO.ICreateCompRptSrv"
MODIFY_ORDER = "UFIDA.U9.Cust.Trace.MODocSV.IModifyMODocSV"
CREATE_RESULT = "UFIDA.U9.Cust.Trace.TraceDocSV.ICreateTraceDocSV"
_ORDER, _TRACE = "UFIDAU9CustTraceMODocSV", "UFIDAU9CustTraceTraceDocSV"
SHAPES: Mapping[str, Shape] = {
    QUERY: Shape("lotKeyDTOs", f"{_LOT}LotKeyDTOData", f"{_LOT}LotMasterDTOData", _TYPES),
    MODIFY: Shape("lotMasterDTOs", f"{_LOT}LotMasterDTOData", f"{_LOT}ResultDTOData", _TYPES),
    MODIFY_ORDER: Shape("mODocDTOs", f"{_ORDER}MODocDTOData", f"{_ORDER}ResultDTOData", _with_segments(_ORDER, "MODocDTOData")),
    CREATE_RESULT: Shape("traceDocDTOs", f"{_TRACE}TraceDocDTOData", f"{_TRACE}ResultDTOData", _with_segments(_TRACE, "TraceDocDTOData")),
    CREATE: Shape("completeRptDTOs", f"{_COMPLETE}CompleteRptDTOData", f"{_COMPLETE}ResultDTOData", _COMPLETE_TYPES),
}
