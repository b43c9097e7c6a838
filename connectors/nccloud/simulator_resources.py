"""Resources of the simulated server: filtered pages, one document by key, and writes guarded by `busi_id`.

Real resources differ by module; these take and answer what the README's example says. Inferred: the words for a repeated `busi_id`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request

Told = dict[str, Any]


class Resources:
    """Documents by kind."""

    def __init__(
        self,
        data: Mapping[str, Any],
        wrote: Callable[..., None],
        due: Callable[[str], bool],
        disturbed: Callable[[list[Any]], list[Any]],
    ) -> None:
        self._disturbed = disturbed
        self.objects: dict[str, list[Told]] = copy.deepcopy(dict(data.get("objects", {})))
        self.apis = dict(data.get("apis", {}))
        self.zone = ZoneInfo(data.get("server", {}).get("zone", "Asia/Shanghai"))
        self._wrote, self._due = wrote, due
        self._busy_ids: set[str] = set()
        self._lines = count(1)

    def answer(self, request: Request, body: Any) -> Told:
        """The envelope of one resource method."""
        api = self.apis.get(request.path)
        if api is None:
            return _failed("资源不存在")
        if self._due("locked"):
            return _failed("数据被他人锁定，请稍后重试")
        if not api.get("writes"):
            return _good(self._page(api, body))
        mark = request.headers.get("busi_id", "")
        if request.headers.get("repeat_check", "").upper() == "Y" and mark in self._busy_ids:
            return _failed(f"busi_id[{mark}]重复提交")
        if not body.get("body"):
            return _failed("表体不能为空")
        self._busy_ids.add(mark)
        return _good(self.add(api["kind"], api["key"], body)["head"])

    def add(self, kind: str, key: str, document: Told) -> Told:
        """Keep one document; of XChange, another of the same key takes its place."""
        head = {name: value for name, value in document.items() if name != "body"} | {"ts": self._now()}
        lines = [{"cgeneralbid": f"1001A1{next(self._lines):014}", **line} for line in document.get("body", ())]
        held = self.objects.setdefault(kind, [])
        created = self._held(held, key, head) is None
        held[:] = [one for one in held if one["head"].get(key) != head.get(key)]
        made = {"head": head, "body": lines}
        held.append(made)
        self._wrote(operation=f"{kind}/add", key=head.get(key), created=created)
        return made

    @staticmethod
    def _held(held: list[Told], key: str, head: Told) -> Told | None:
        return next((one for one in held if one["head"].get(key) == head.get(key)), None)

    def _page(self, api: Mapping[str, Any], body: Any) -> Told:
        told = body if isinstance(body, dict) else {}
        begin, end, key = told.get("ts_begin") or "", told.get("ts_end") or "9999", told.get(api["key"])
        found = [
            one
            for one in self.objects.get(api["kind"], ())
            if begin <= str(one["head"].get("ts") or "") <= end and key in (None, "", one["head"].get(api["key"]))
        ]
        if key and self._due("not_shown"):
            found = []
        size, number = int(told.get("pageSize") or 100), int(told.get("pageIndex") or 1)
        return {"rows": self._disturbed(found[(number - 1) * size : number * size]), "total": len(found)}

    def _now(self) -> str:
        return datetime.now(self.zone).replace(tzinfo=None, microsecond=0).isoformat(sep=" ")


def _good(data: Any) -> Told:
    return {"success": True, "code": "1000000000", "message": "", "data": data}


def _failed(message: str) -> Told:
    return {"success": False, "code": "1000000001", "message": message, "data": None}
