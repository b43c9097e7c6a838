"""ExecuteBillQuery and BillQuery: head × entry × sub-entry rows, with the vendor's paging and its traps.

TopRowCount is an absolute end row; without OrderString the order differs from page to page; an unknown field fails the whole query.
Source: WebAPI manual V6.0; traps as reported by public clients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.kingdee.simulator_filter import FilterError, parse
from connectors.kingdee.simulator_forms import FORMS, REFERS, Form, Store

Row = tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]
"""Head, entry, sub-entry."""


class QueryError(Exception):
    """What the server says instead of rows, with its MsgCode."""

    def __init__(self, message: str, code: int = 9) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Query:
    """One query over the store."""

    def __init__(self, store: Store, told: dict[str, Any], *, cap: int, turn: int) -> None:
        self.store = store
        found = store.form(told.get("FormId", ""))
        if found is None:
            raise QueryError(f"业务对象{told.get('FormId')}不存在", 5)
        self.name, self.form = found
        self.fields = [name.strip() for name in str(told.get("FieldKeys", "")).split(",") if name.strip()]
        self.told = told
        self.cap = cap
        self.turn = turn
        self.level, self.sub = 0, ""
        self._known = {name: self._place(name) for name in self.fields}

    def rows(self) -> list[list[Any]]:
        """The page that was asked for, values in the order of FieldKeys."""
        try:
            holds = parse(self.told.get("FilterString", ""))
        except FilterError as fault:
            raise QueryError(str(fault), 8) from fault
        kept = [row for row in self._all() if holds(lambda name, row=row: self._value(row, name))]  # type: ignore[misc]
        kept = self._ordered(kept)
        start, limit, top = (int(self.told.get(name) or 0) for name in ("StartRow", "Limit", "TopRowCount"))
        end = start + min(limit or self.cap, self.cap)
        page = kept[start : min(end, top) if top else end]
        return [[_shown(self._value(row, name)) for name in self.fields] for row in page]

    def _all(self) -> list[Row]:
        # one pass over the filter's and the order's fields first, so that their level counts too
        for text in (self.told.get("FilterString", ""), self.told.get("OrderString", "")):
            for word in _words(str(text)):
                if word not in self._known and self._somewhere(word):
                    self._known[word] = self._place(word)
        return [row for head in self.store.forms[self.name] for row in self._multiplied(head)]

    def _multiplied(self, head: dict[str, Any]) -> Iterator[Row]:
        if self.level == 0:
            yield head, None, None
            return
        for entry in head.get(self.form.entity) or [None]:
            subs = (entry or {}).get(self.sub) if self.level > 1 else None
            for sub in subs or [None]:
                yield head, entry, sub

    def _ordered(self, rows: list[Row]) -> list[Row]:
        order = str(self.told.get("OrderString") or "").strip()
        if not order:
            turn = self.turn % len(rows) if rows else 0
            return rows[turn:] + rows[:turn]
        for part in reversed(order.split(",")):
            words = part.split()
            down = len(words) > 1 and words[1].lower() == "desc"
            rows = sorted(rows, key=lambda row, name=words[0]: _sortable(self._value(row, name)), reverse=down)  # type: ignore[misc]
        return rows

    def _somewhere(self, name: str) -> bool:
        try:
            self._place(name)
        except QueryError:
            return False
        return True

    def _place(self, name: str) -> tuple[int, str]:
        """(level, own key) of a field; raises what the server says of an unknown one. Notes the deepest level asked for."""
        base = name.partition(".")[0]
        level, key, sub = _locate(self.form, self.store.head_fields(self.name), base)
        if key is None:
            raise QueryError(f"元数据中标识为{base}的字段不存在")
        self.level = max(self.level, level)
        if sub:
            self.sub = sub
        return level, key

    def _value(self, row: Row, name: str) -> Any:
        level, key = self._known.get(name) or self._place(name)
        holder = row[level]
        if holder is None:
            return None
        value = next((held for known, held in holder.items() if known.lower() == key.lower()), None)
        suffix = name.partition(".")[2].lower()
        refers = None if key == self.form.pk else REFERS.get(key.lower())
        if refers is None:
            return value
        record = self.store.base(refers, str(value)) if value not in (None, "") else None
        if suffix == "fnumber":
            return value
        if suffix == "fname":
            return record.get("FName") if record else None
        return record.get(FORMS[refers].pk, 0) if record else 0


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


def _words(text: str) -> list[str]:
    outside = re.sub(r"'(?:[^']|'')*'", " ", text)
    return [word for word in re.findall(r"[A-Za-z_][\w.]*", outside) if word.lower() not in {"and", "or", "in", "like", "asc", "desc"}]


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None or value == "":
        return (0, "")
    return (1, value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else (2, str(value))


def _shown(value: Any) -> Any:
    """As the server shows values: unset text is one blank."""
    return " " if value is None or value == "" else value
