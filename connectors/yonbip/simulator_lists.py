"""Lists and details of the simulated tenant: filters, pages, one row per line.

Source: API pages. Item and lot lists take their filters at the top, orders and BOMs below `simple`, stock documents by `simpleVOs`. `le`
and `ge` are refused. Serial number lists give every scalar as text; codes are texts here and numbers there, as the pages show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.yonbip.simulator_filters import Refused, fits
from connectors.yonbip.simulator_state import Document, State

Row = dict[str, Any]
LISTED: Mapping[str, tuple[str, str]] = {
    "/yonbip/digitalModel/product/integration/querylist": ("product", ""),
    "/yonbip/digitalModel/merchant/newlistrange": ("merchant", ""),
    "/yonbip/mfg/routing/list": ("routing", "routingOperation"),
    "/yonbip/mfg/v1.0/bom/list": ("bom", "bomComponent"),
    "/yonbip/mfg/productionorder/list": ("productionorder", "orderProduct"),
    "/yonbip/scm/batchno/report/listbatch": ("batchno", ""),
    "/yonbip/scm/purinrecord/list": ("purinrecord", "purInRecords"),
    "/yonbip/scm/materialout/list": ("materialout", "materOuts"),
    "/yonbip/mfg/finishedreport/list": ("finishedreport", "finishedReportDetail"),
    "/yonbip/scm/storeprorecord/list": ("storeprorecord", "storeProRecords"),
    "/yonbip/scm/salesout/list": ("salesout", "details"),
    "/yonbip/scm/snQuerysnstate/list": ("snstate", ""),
}
DETAILS: Mapping[str, str] = {
    "/yonbip/mfg/bom/detail": "bom",
    "/yonbip/mfg/routing/detail": "routing",
    "/yonbip/mfg/productionorder/detail": "productionorder",
    "/yonbip/mfg/finishedreport/detail": "finishedreport",
    **{f"/yonbip/scm/{kind}/detail": kind for kind in ("purinrecord", "materialout", "storeprorecord", "salesout")},
}
SHOWN = {"orderMaterial": "isShowMaterial", "orderProcess": "isShowProcess", "orderByProduct": "isShowByProduct"}
COUNTS = ("pageIndex", "pageSize", "recordCount", "pageCount")
"""What the list of customers says besides its rows, as texts; it tells no time of its own, and rows say `modifyTime`."""
LISTED_ALONE = {"vendor_code"}
"""Head fields that lists show and details do not."""
NUMBER_CODES = {"finishedreport", "bom"}
"""Kinds whose detail answers its code as a number."""


class Lists:
    """Everything that reads."""

    def __init__(self, state: State, due: Callable[[str], bool], disturbed: Callable[[list[Any]], list[Any]]) -> None:
        self.state, self._due, self._disturbed = state, due, disturbed
        self.details = frozenset(DETAILS)
        self.paths = frozenset(LISTED) | self.details

    def detail(self, path: str, key: str) -> Row:
        """One document, or that it does not exist."""
        kind = DETAILS[path]
        if self._due("refused_detail"):
            return {"code": "999", "message": f"单据[{key}]数据异常"}
        found = self.state.find(kind, key)
        if found is None or self._due("gone_detail"):
            return {"code": "1002", "message": "数据不存在"}
        shown = {name: value for name, value in found.items() if name not in LISTED_ALONE}
        return {"code": 200 if kind in NUMBER_CODES else "200", "message": "操作成功", "data": shown}

    def page(self, path: str, body: Mapping[str, Any]) -> Row:
        """One page of rows."""
        kind, lines = LISTED[path]
        try:
            found = [one for one in self.state.objects.get(kind, ()) if fits(one, body, lines)]
        except Refused as fault:
            return {"code": "506", "message": str(fault)}
        rows = [row for one in found for row in self._rows(kind, lines, one, body)]
        size = max(1, min(int(body.get("pageSize") or 10), self.state.page_cap))
        number = max(1, int(body.get("pageIndex") or 1))
        if number > 1 and self._due("moving"):
            rows = rows[1:]
        shown = self._disturbed(rows[(number - 1) * size : number * size])
        told: Row = {
            "pageIndex": number,
            "pageSize": size,
            "recordCount": len(rows),
            "pageCount": -(-len(rows) // size),
            "recordList": shown,
            "pubts": self.state.now_text(),
        }
        if kind == "merchant":
            counts = _as_texts({name: told[name] for name in COUNTS})
            told = counts | {"recordList": [_customer(one) for one in shown]}
        return {"code": "200", "message": "操作成功", "data": _as_texts(told) if kind == "snstate" else told}

    def _rows(self, kind: str, lines: str, document: Document, body: Mapping[str, Any]) -> Iterator[Row]:
        head = {name: value for name, value in document.items() if not isinstance(value, list)}
        if not lines or body.get("isSum") is True:
            yield head
            return
        for line in document.get(lines) or [{}]:
            if kind == "productionorder":
                yield head | _order_line(line, body)
            elif kind == "bom":
                yield head | {("bomComponent_" if name in _LOWER else "BomComponent_") + name: value for name, value in _flat(line)}
            else:
                yield head | {f"{lines}_id": line.get("id")} | {name: line[name] for name in ("product_cCode", "qty") if name in line}


def _customer(row: Row) -> Row:
    return {"modifyTime" if name == "pubts" else name: value for name, value in row.items()}


_LOWER = {"designator", "lineNo", "isVirtual", "lossType", "mustLossQuantity"}
"""Fields of a BOM's component whose prefix begins with a small letter."""


def _order_line(line: Document, body: Mapping[str, Any]) -> Row:
    told = {"orderProduct_id" if name == "id" else f"OrderProduct_{name}": value for name, value in _flat(line)}
    return told | {name: line.get(name, []) for name, asked in SHOWN.items() if body.get(asked) and name in line}


def _flat(line: Document) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in line.items() if not isinstance(value, list)]


def _as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    return value if value is None else str(value)
