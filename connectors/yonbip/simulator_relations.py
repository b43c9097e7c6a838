"""Lot and serial number relations on the simulated tenant: save and treedetail.

Source: API pages. A header needs organisation, item, lot or serial number, quantity (1 for a serial number) and lines. Inferred: levels
in `treedetail`, and that a line may be taken away by `_status: Delete`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from connectors.yonbip.simulator_state import State

Told = dict[str, Any]
SOURCES = {"IMPSFC_proceOrder", "po_subcontract_order", "po_finishedreport", "st_storeprorecord", "st_osminrecord"}
DEEPEST = 20


def refusal(code: str, message: str) -> Told:
    """A refusal of a service."""
    return {"code": code, "message": message}


def stale(found: Told, data: Told) -> Told | None:
    """The refusal of an update with an older `pubts` than the document has."""
    given = data.get("pubts")
    return refusal("999", "数据已被其他用户修改，请刷新后重试") if given and str(given) != str(found.get("pubts")) else None


class Relations:
    """The relations of one tenant."""

    def __init__(self, state: State, wrote: Callable[..., None]) -> None:
        self.state, self._wrote = state, wrote

    def save(self, data: Told) -> Told:
        """Make or change one relation."""
        if data.get("_status") == "Update":
            return self._change(data)
        if wrong := _wrong(data):
            return refusal("999", wrong)
        number = self.state.new_id()
        made = {name: value for name, value in data.items() if name not in {"resubmitCheckKey", "_status", "bnSnRelationBodyList"}}
        made |= {"id": number, "code": f"LSR{number % 1000000:06}", "pubts": self.state.now_text(), "verifystate": 2}
        made["bnSnRelationBodyList"] = [self._line(one) for one in data["bnSnRelationBodyList"]]
        self.state.relations.append(made)
        self._wrote(operation="bnsnrelation/save", key=number, status="Insert", created=True)
        return _saved(made)

    def _change(self, data: Told) -> Told:
        found = next((one for one in self.state.relations if str(one["id"]) == str(data.get("id"))), None)
        if found is None:
            return refusal("1002", "数据不存在")
        if refused := stale(found, data):
            return refused
        body = data.get("bnSnRelationBodyList") or []
        gone = {str(one["id"]) for one in body if one.get("_status") == "Delete"}
        kept = [one for one in found["bnSnRelationBodyList"] if str(one["id"]) not in gone]
        found["bnSnRelationBodyList"] = kept + [self._line(one) for one in body if one.get("_status") == "Insert"]
        found["pubts"] = self.state.now_text()
        self._wrote(operation="bnsnrelation/save", key=found["id"], status="Update")
        return _saved(found)

    def _line(self, told: Told) -> Told:
        return {name: value for name, value in told.items() if name != "_status"} | {"id": self.state.new_id()}

    def tree(self, data: Told) -> Told:
        """The relation of a lot and those of its lines, flat."""
        code, lot, sn = (str(data.get(name) or "") for name in ("productCode", "batchNo", "sn"))
        return {"code": "200", "message": "操作成功", "data": list(self._walk(code, lot, sn, level=0, above=0))}

    def _walk(self, code: str, lot: str, sn: str, *, level: int, above: int) -> Iterator[Told]:
        for one in self.state.relations:
            if one.get("productCode") != code or (lot and one.get("batchNo") != lot) or (sn and one.get("sn") != sn):
                continue
            shown = ("id", "code", "batchNo", "sn", "num", "remark", "pubts", "stockOrgId", "sourceType", "sourceCode", "verifystate")
            head = {name: one.get(name) for name in shown} | {"product_code": code}
            if level == 0:
                yield head | {"parentId": one["id"], "level": 0, "levelParentId": above}
            for line in one["bnSnRelationBodyList"]:
                told = {name: line.get(name) for name in ("id", "batchNo", "sn", "num")} | {"product_code": line.get("productCode")}
                yield told | {"parentId": one["id"], "level": level + 1, "levelParentId": one["id"]}
                if level < DEEPEST:
                    inner = (str(line.get(name) or "") for name in ("productCode", "batchNo", "sn"))
                    yield from self._walk(*inner, level=level + 1, above=line["id"])


def _wrong(data: Told) -> str:
    if not (data.get("stockOrgId") or data.get("stockOrgCode")):
        return "库存组织不能为空"
    if not (data.get("productId") or data.get("productCode")):
        return "物料不能为空"
    if not (data.get("batchNo") or data.get("sn")):
        return "批次号和序列号不能同时为空"
    if data.get("num") in (None, "", 0) or (data.get("sn") and str(data["num"]) != "1"):
        return "数量不正确，序列号不为空时数量必须为1"
    if data.get("sourceType") and data["sourceType"] not in SOURCES:
        return "来源单据类型不正确"
    return "" if data.get("bnSnRelationBodyList") else "详细信息不能为空"


def _saved(relation: Told) -> Told:
    shown = {name: value for name, value in relation.items() if name != "bnSnRelationBodyList"}
    return {"code": "200", "message": "操作成功", "data": shown | {"BnSnRelationBodyList": relation["bnSnRelationBodyList"]}}
