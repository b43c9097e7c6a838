"""ExecuteBillQuery and BillQuery: head × entry × sub-entry rows, with the vendor's paging and its traps.

TopRowCount is an absolute end row; without OrderString the order differs from page to page; an unknown field fails the whole query.
Source: WebAPI manual V6.0; traps as reported by public clients. Inferred: that unset numbers are 0 and unset times null, the texts of
`.FCaption`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from connectors.kingdee.simulator_filter import FilterError, parse
from connectors.kingdee.simulator_form import Form
from connectors.kingdee.simulator_forms import FORMS, REFERS, Store

CAPTIONS: Mapping[str, Mapping[str, str]] = {
    "FDocumentStatus": {"Z": "暂存", "A": "创建", "B": "审核中", "C": "已审核", "D": "重新审核"},
    "FStatus": {"1": "计划", "2": "计划确认", "3": "下达", "4": "开工", "5": "完工", "6": "结案", "7": "结算"},
}
_DATE = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)\Z")
_TIME = re.compile(r"(date|time|entryid|detailid|_fseq)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"(qty|rate|numerator|denominator)\Z", re.IGNORECASE)
Row: TypeAlias = tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]
"""Head, entry, sub-entry."""


class QueryError(Exception):
    """What the server says instead of rows, with its MsgCode."""

    def __init__(self, message: str, code: int = 9) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Query:
    """One query over the store."""

    def __init__(self, store: Store, told: dict[str, Any], *, cap: int, turn: int, refuses: bool = False, blank: bool = False) -> None:
        self.store = store
        self.blank = blank
        if refuses and _whole(told.get("Limit")) > cap:
            raise QueryError(f"Limit参数值超过最大限制{cap}", 8)
        found = store.form(told.get("FormId", ""))
        if found is None:
            raise QueryError(f"业务对象{told.get('FormId')}不存在", 5)
        self.name, self.form = found
        self.fields = [name.strip() for name in str(told.get("FieldKeys", "")).split(",") if name.strip()]
        self.told = told
        self.cap = cap
        self.turn = turn
        self.level, self.sub = 0, ""
        try:
            self._holds, asked, self._floor, self._chosen = parse(told.get("FilterString", ""))
        except FilterError as fault:
            raise QueryError(str(fault), 8) from fault
        self.order = [
            (part.split()[0], part.lower().endswith(" desc")) for part in str(told.get("OrderString") or "").split(",") if part.strip()
        ]
        self._known = {name: self._place(name) for name in (*self.fields, *asked, *(name for name, _ in self.order))}

    def rows(self) -> list[list[Any]]:
        """The page that was asked for, values in the order of FieldKeys."""
        start, limit, top = (_whole(self.told.get(name)) for name in ("StartRow", "Limit", "TopRowCount"))
        end = start + min(limit or self.cap, self.cap)
        kept = self._kept(end)
        page = kept[start : min(end, top) if top else end]
        return [[self._told(name, self._value(row, name)) for name in self.fields] for row in page]

    def _kept(self, end: int) -> list[Row]:
        """The rows of which the filter holds, in their order; no more than are asked for where the order begins with the key."""
        pk = self.form.pk.lower()
        if not self.order or self.order[0][0].lower() != pk or self.order[0][1]:
            return self._ordered(self._held(self.store.forms[self.name]))
        kept: list[Row] = []
        for head in self.store.beyond(self.name, self._floor.get(pk), self._chosen.get(pk)):
            kept += self._ordered(self._held((head,)))
            if len(kept) >= end:
                break
        return kept

    def _held(self, heads: Iterable[dict[str, Any]]) -> list[Row]:
        return [row for head in heads for row in self._multiplied(head) if self._holds(partial(self._value, row))]

    def _told(self, name: str, value: Any) -> Any:
        shown = _shown(name, value)
        return _DATE.sub(r"\1 \2", shown) if self.blank and isinstance(shown, str) else shown

    def _multiplied(self, head: dict[str, Any]) -> Iterator[Row]:
        if self.level == 0:
            yield head, None, None
            return
        for entry in head.get(self.form.entity) or [None]:
            subs = (entry or {}).get(self.sub) if self.level > 1 else None
            for sub in subs or [None]:
                yield head, entry, sub

    def _ordered(self, rows: list[Row]) -> list[Row]:
        if not self.order:
            turn = self.turn % len(rows) if rows else 0
            return rows[turn:] + rows[:turn]
        for name, down in reversed(self.order):
            rows = sorted(rows, key=partial(self._sort_key, name), reverse=down)
        return rows

    def _sort_key(self, name: str, row: Row) -> tuple[int, Any]:
        return _sortable(self._value(row, name))

    def _place(self, name: str) -> tuple[int, str, str]:
        """(level, own key, property in lower case) of a field; raises what the server says of an unknown one. Notes the deepest level."""
        base, _, wish = name.partition(".")
        level, key, sub = _locate(self.form, self.store.head_fields(self.name), base)
        if key is None:
            raise QueryError(f"元数据中标识为{base}的字段不存在")
        refers = self._refers(key)
        if refers and wish and not _property(FORMS[refers], wish):
            raise QueryError(f"元数据中标识为{name}的字段不存在")
        self.level = max(self.level, level)
        if sub:
            self.sub = sub
        return level, key, wish.lower()

    def _refers(self, key: str) -> str | None:
        return None if key == self.form.pk else REFERS.get(key.lower())

    def _value(self, row: Row, name: str) -> Any:
        level, key, wish = self._known[name]
        holder = row[level]
        if holder is None:
            return None
        value = _get(holder, key)
        refers = self._refers(key)
        if refers is None:
            return CAPTIONS.get(key, {}).get(str(value), value) if wish == "fcaption" else value
        if value in (None, ""):
            return None if wish else 0
        if wish == "fnumber":
            return value
        item = _item(holder) if refers == "BD_BatchMainFile" else None
        record = self.store.base(refers, str(value), item, _organisation(row[0]))
        if record is None:
            return None if wish else 0
        return _get(record, wish or FORMS[refers].pk)


def _get(holder: Mapping[str, Any], key: str) -> Any:
    """A value by its key in any case."""
    if key in holder:
        return holder[key]
    return next((held for known, held in holder.items() if known.lower() == key.lower()), None)


def _item(holder: Mapping[str, Any]) -> Any:
    """The material whose lot is named beside it."""
    return next((found for name in ("FMaterialId", "FMaterialIDSETY", "F_LW_Material") if (found := _get(holder, name))), None)


def _organisation(head: Mapping[str, Any]) -> Any:
    """The organisation whose copies of base data a document refers to."""
    names = ("FUseOrgId", "FStockOrgId", "FPrdOrgId", "FSubOrgId")
    return next((head[name] for name in names if head.get(name)), None)


def _property(form: Form, wish: str) -> bool:
    return wish.lower() in {key.lower() for key in (form.pk, *form.head)}


def _whole(value: Any) -> int:
    """Numbers may come as text."""
    text = str(value or 0).strip()
    return int(text) if text.isdigit() else 0


def _locate(form: Form, head: tuple[str, ...], base: str) -> tuple[int, str | None, str]:
    wanted = base.lower()
    for key in head:
        if key.lower() == wanted:
            return 0, key, ""
    entity = form.entity.lower()
    if entity and wanted in {f"{entity}_fentryid", "fentryid"}:
        return 1, "FEntryID", ""
    if entity and wanted == f"{entity}_fseq":
        return 1, "FSeq", ""
    for key in form.rows:
        if wanted in {key.lower(), f"{entity}_{key.lower()}"}:
            return 1, key, ""
    found = next(((key, sub) for sub, keys in form.subs.items() for key in ("FDetailID", *keys) if wanted in _names(sub, key)), None)
    return (2, *found) if found else (0, None, "")


def _names(sub: str, key: str) -> set[str]:
    return {f"{sub}_{key}".lower()} if key == "FDetailID" else {key.lower()}


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None or value == "":
        return (0, "")
    return (1, value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else (2, str(value))


def _shown(name: str, value: Any) -> Any:
    """As the server shows values: unset text is one blank, an unset number 0; ids, times and properties of nothing are null."""
    if value is not None and value != "":
        return value
    if "." in name or _TIME.search(name):
        return None
    return 0 if _NUMBER.search(name) else " "
