"""The simulator's tables: SQLite behind the T-SQL that `QueryInfoBySql` takes.

Tables come from `data["tables"]`; listing tables of documents that are given as objects are filled from them. The columns of a table
are the union of its rows' names, so a SELECT of anything else fails as it would on the real server.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from connectors.yonyou.sql import Head, Lines

_TOP = re.compile(r"^\s*SELECT\s+TOP\s*\((\d+)\)", re.IGNORECASE)
_TO_TEXT = re.compile(r"CONVERT\(varchar\(23\),\s*([\w.]+),\s*121\)", re.IGNORECASE)
_TO_TIME = re.compile(r"CONVERT\(datetime,\s*('[^']*'),\s*121\)", re.IGNORECASE)
_NATIONAL = re.compile(r"\bN'")
LISTINGS: Mapping[str, str] = {
    "ItemMaster": "CBO_ItemMaster",
    "BOM": "CBO_BOMMaster",
    "MODoc": "MO_MO",
    "IssueDoc": "MO_IssueDoc",
    "CompleteDoc": "MO_CompleteRpt",
    "LotMaster": "Lot_LotMaster",
}
"""Object → table in which its keys are listed."""

_EVER = ("ID", "Org", "ModifiedOn", "DocNo", "Code", "Status")
_COLUMN = re.compile(r"\b([A-Z])\.(\w+)")
_JOIN = re.compile(r"\bJOIN (\w+) ([A-Z])\b")


class Refused(Exception):
    """A statement that the server would not run."""


class Tables:
    """A relational store that one simulator asks from many threads."""

    def __init__(self, tables: Mapping[str, Iterable[Mapping[str, Any]]], columns: Mapping[str, Iterable[str]]) -> None:
        self._store = sqlite3.connect(":memory:", check_same_thread=False)
        self._store.row_factory = sqlite3.Row
        weakref.finalize(self, self._store.close)
        self._guard = threading.Lock()
        for name in dict.fromkeys([*tables, *columns]):
            named = f"{name}_Trl" in tables
            rows = [{column: value for column, value in row.items() if column != "Name" or not named} for row in tables.get(name, ())]
            self._fill(name, rows, columns.get(name, ()))

    def select(self, statement: str) -> list[dict[str, Any]]:
        """The rows of one SELECT in T-SQL; `Refused` with the server's words otherwise."""
        if not re.match(r"^\s*SELECT\b", statement, re.IGNORECASE) or ";" in statement:
            raise Refused("只允许查询语句")
        plain = _NATIONAL.sub("'", _TO_TIME.sub(r"\1", _TO_TEXT.sub(r"\1", statement)))
        top = _TOP.match(plain)
        if top:
            plain = f"{_TOP.sub('SELECT', plain)} LIMIT {top[1]}"
        with self._guard:
            try:
                return [dict(row) for row in self._store.execute(plain)]
            except sqlite3.Error as fault:
                raise Refused(f"SQL 执行失败: {fault}") from fault

    def put(self, table: str, row: Mapping[str, Any]) -> None:
        """Insert a row, or replace the one with its ID; names that the table lacks are left out."""
        with self._guard:
            known = {column[1] for column in self._store.execute(f"PRAGMA table_info([{table}])")}
            held = {name: _stored(value) for name, value in row.items() if name in known}
            names = ", ".join(f"[{name}]" for name in held)
            marks = ", ".join("?" for _ in held)
            self._store.execute(f"INSERT OR REPLACE INTO [{table}] ({names}) VALUES ({marks})", list(held.values()))  # noqa: S608 - names are ours

    def remove(self, table: str, number: int) -> None:
        """Delete the row with that ID."""
        with self._guard:
            self._store.execute(f"DELETE FROM [{table}] WHERE ID = ?", (number,))  # noqa: S608 - names are ours

    def _fill(self, name: str, rows: list[dict[str, Any]], more: Iterable[str]) -> None:
        columns = list(dict.fromkeys([*_EVER, *more, *(column for row in rows for column in row)]))
        told = ", ".join("[ID] INTEGER PRIMARY KEY" if column == "ID" else f"[{column}]" for column in columns)
        self._store.execute(f"CREATE TABLE [{name}] ({told})")
        for row in rows:
            self.put(name, row)


def columns_of(heads: Iterable[Head]) -> dict[str, list[str]]:
    """Table → columns that the connector's own plans select, so that a table without rows still has them."""
    found: dict[str, list[str]] = {}
    for head in heads:
        _note({"H": head.table}, " ".join([*head.columns.values(), head.joins, head.number]), found)
        _line_columns(head.lines, found)
    return found


def _line_columns(lines: Mapping[str, Lines], found: dict[str, list[str]]) -> None:
    for line in lines.values():
        _note({"L": line.table}, " ".join([f"L.{line.link}", *line.columns.values(), line.joins]), found)
        _line_columns(line.lines, found)


def _note(aliases: dict[str, str], told: str, found: dict[str, list[str]]) -> None:
    """The columns that a text names, to the tables that their letters stand for."""
    known = aliases | {letter: table for table, letter in _JOIN.findall(told)}
    for letter, column in _COLUMN.findall(told):
        found.setdefault(known[letter], []).append(column)


def listing_row(kind: str, told: Mapping[str, Any], org_id: int) -> dict[str, Any]:
    """The row of a document in its listing table."""
    row = {
        "ID": told["m_iD"],
        "Org": org_id,
        "ModifiedOn": told.get("_modified", ""),
        "DocNo": told.get("m_docNo", ""),
        "Code": told.get("m_code", ""),
        "Status": told.get("m_docStatus", 0),
    }
    if kind == "MODoc":
        row["DocState"] = told.get("_state", 0)
    if kind == "BOM":
        row["BOMVersionCode"] = told.get("m_bOMVersionCode", "")
    if kind == "LotMaster":
        row["LotCode"] = told.get("m_lotCode", "")
    if kind == "ItemMaster":
        row |= {"Name": told.get("m_name"), "SPECS": told.get("m_sPECS"), "InventoryUOM": (told.get("m_inventoryUOM") or {}).get("m_iD")}
        row |= {name: (told.get(source) or {}).get("m_code") for name, source in (("LotParam", "m_lotParam"), ("SnParam", "m_snParam"))}
    return row


def _stored(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
