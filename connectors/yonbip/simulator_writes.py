"""Writes on the simulated tenant: lot file, lot relations, characteristics of orders, issues, and batch actions with rows that fail.

Source: API pages and the platform page on idempotency. A key that is still in flight answers 202. Inferred: the words of refusals.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.yonbip.simulator_relations import Relations, refusal, stale
from connectors.yonbip.simulator_state import State

Told = dict[str, Any]
HOUR = timedelta(hours=1)
LONGEST = 32


class Writes:
    """Everything that writes."""

    def __init__(self, state: State, wrote: Callable[..., None], due: Callable[[str], bool]) -> None:
        self.state, self._wrote, self._due = state, wrote, due
        self._relations = Relations(state, wrote)
        self._results: dict[str, tuple[datetime, Told]] = {}
        self._served: dict[str, Callable[[Any], Told]] = {
            "/yonbip/scm/batchno/save": self._lot,
            "/yonbip/mfg/productionorder/updateDefineCharacter": self._characters,
            "/yonbip/scm/materialout/mergeSourceData/save": self._issue,
            "/yonbip/QMS_QIT/bnsnrelation/save": self._relations.save,
            "/yonbip/QMS_QIT/bnsnrelation/treedetail": self._relations.tree,
            "/yonbip/scm/materialout/batchaudit": lambda rows: self._batch("materialout", rows),
            "/yonbip/mfg/productionorder/batchfinishWork": lambda rows: self._batch("productionorder", rows),
        }
        self.paths = frozenset(self._served)

    def answer(self, path: str, body: Mapping[str, Any]) -> Told:
        """The answer of one writing API, remembered by its `resubmitCheckKey`."""
        data = body.get("data")
        if data is None:
            return refusal("310008", "必填参数[data]为空")
        first = data[0] if isinstance(data, list) and data else data
        key = str(first.get("resubmitCheckKey") or "") if isinstance(first, dict) else ""
        if len(key) > LONGEST:
            return refusal("310015", "resubmitCheckKey长度不能超过32位")
        if key and self._due("in_flight"):
            return refusal("202", "请求正在处理中，请稍后")
        if key in self._results:
            when, held = self._results[key]
            return held if self.state.now() - when < HOUR else _id_alone(held)
        made = self._served[path](data)
        if key and str(made.get("code")) == "200":
            self._results[key] = (self.state.now(), copy.deepcopy(made))
        return made

    def _lot(self, data: Told) -> Told:
        if data.get("_status") == "Insert":
            if any(one["batchno"] == data.get("batchno") and one["product_cCode"] == data.get("product") for one in self._lots()):
                return refusal("999", f"批次号[{data.get('batchno')}]已存在")
            made = {"id": self.state.new_id(), "product": self.state.new_id(), "product_cCode": data.get("product"), "pubts": ""}
            self.state.objects.setdefault("batchno", []).append(made)
            return self._kept(made, data)
        found = next((one for one in self._lots() if str(one["id"]) == str(data.get("id__pk"))), None)
        if found is None:
            return refusal("1002", "数据不存在")
        return stale(found, data) or self._kept(found, data)

    def _lots(self) -> list[Told]:
        return self.state.objects.get("batchno", [])

    def _kept(self, lot: Told, data: Told) -> Told:
        lot |= {
            name: value for name, value in data.items() if name.startswith("define") or name in {"batchno", "producedate", "invaliddate"}
        }
        lot["pubts"] = self.state.now_text()
        self._wrote(operation="batchno/save", key=lot["id"], status=data.get("_status"))
        return {"code": "200", "message": "操作成功", "data": lot}

    def _characters(self, rows: list[Told]) -> Told:
        for row in rows:
            found = self.state.find("productionorder", row.get("id"))
            if found is None:
                return refusal("1002", "数据不存在")
            found["defineDts"] = {**(found.get("defineDts") or {}), **(row.get("defineDts") or {})}
            found["pubts"] = self.state.now_text()
            self._wrote(operation="productionorder/updateDefineCharacter", key=found["id"])
        return {"code": 200, "message": "操作成功", "data": [{"id": row["id"], "defineDts": row.get("defineDts")} for row in rows]}

    def _issue(self, data: Told) -> Told:
        number = self.state.new_id()
        made = {"id": number, "code": f"CLCK{number % 1000000:06}", "status": "0", "pubts": self.state.now_text(), **data}
        made["materOuts"] = [{"id": self.state.new_id(), **line} for line in data.get("materOuts", ())]
        self.state.objects.setdefault("materialout", []).append(made)
        self._wrote(operation="materialout/mergeSourceData/save", key=number)
        return {"code": "200", "message": "操作成功", "data": made}

    def _batch(self, kind: str, rows: list[Told]) -> Told:
        """A batch action: its code is good although rows fail."""
        failed: list[Told] = []
        done: list[Told] = []
        for row in rows:
            found = self.state.find(kind, row.get("id"))
            if found is None or self._due("partial_failure"):
                failed.append({"code": row.get("code"), "id": row.get("id"), "message": "工序流转卡未完工，不能进行完工操作"})
                continue
            found["pubts"] = self.state.now_text()
            done.append({"id": found["id"], "code": found.get("code")})
            self._wrote(operation=f"{kind}/batch", key=found["id"])
        data = {"count": len(rows), "sucessCount": len(done), "failCount": len(failed)}
        return {"code": "200", "message": "操作成功", "data": data | {"messages": [{}], "infos": done, "failInfos": failed}}


def _id_alone(held: Told) -> Told:
    data = held.get("data")
    return held | {"data": {"id": data.get("id")} if isinstance(data, dict) else data}
