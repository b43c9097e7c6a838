"""QueryBusinessInfo of the simulated server: fields by entity, enumerations, operations.

Source: WebAPI manual V6.0 for the names of its parts; inferred: how they are nested, and the objects of `Extends`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.kingdee.simulator_form import Form
from connectors.kingdee.simulator_forms import Store

ENUMS: Mapping[str, Mapping[str, str]] = {
    "FDocumentStatus": {"Z": "暂存", "A": "创建", "B": "审核中", "C": "已审核", "D": "重新审核"},
    "FCancelStatus": {"A": "未作废", "B": "已作废"},
    "FForbidStatus": {"A": "否", "B": "是"},
    "FStatus": {"1": "计划", "2": "计划确认", "3": "下达", "4": "开工", "5": "完工", "6": "结案", "7": "结算"},
    "FConvertType": {"A": "调整前", "B": "调整后"},
    "FAffairType": {"Assembly": "组装", "Dassembly": "拆卸"},
    "FTransferDirect": {"GENERAL": "普通", "RETURN": "退货"},
    "FStockDirect": {"GENERAL": "普通", "RETURN": "退货"},
}
OPERATIONS = ("Save", "Submit", "Audit", "UnAudit", "Cancel", "UnCancel")
ROW_OPERATIONS = ("ToRelease", "ToStart", "ToFinish", "ToClose", "UndoToStart", "UndoToFinish")


def info(store: Store, name: str, form: Form, more: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The description of a form; `more` adds codes to enumerations, as a newer version or a customer does."""

    def fields(keys: Iterable[str]) -> list[dict[str, Any]]:
        return [_field(key, {**ENUMS.get(key, {}), **more.get(key, {})}) for key in keys]

    entrys = [{"Key": "FBillHead", "Fields": fields(store.head_fields(name))}]
    if form.entity:
        entrys.append({"Key": form.entity, "Fields": fields(form.rows)})
    entrys += [{"Key": sub, "Fields": fields(keys)} for sub, keys in form.subs.items()]
    operations = [*OPERATIONS, *(ROW_OPERATIONS if name == "PRD_MO" else ())]
    return {"Id": name, "Entrys": entrys, "Operations": [{"OperationNumber": one, "OperationName": one} for one in operations]}


def _field(key: str, codes: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"Key": key, "Name": key, "MustInput": 0, "ElementType": 9 if codes else 1}
    return told | ({"Extends": [{"Value": code, "Caption": caption} for code, caption in codes.items()]} if codes else {})
