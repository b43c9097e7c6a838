"""Read-only T-SQL through `QueryCommon/QueryInfoBySql`: what to select, page by page, without missing a row.

Source: operation and body as in the official operation list and two public clients. Whether the operation caps its rows is not known,
so the first page also asks how many rows there are, and a short page ends nothing before that many have come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from connectors.kit.asking import not_short
from connectors.yonyou.client import WebApi
from trace_core.errors import Misconfigured, Unreachable

Row: TypeAlias = dict[str, Any]
OPERATION = "QueryCommon/QueryInfoBySql"
STAMP = "CONVERT(varchar(23), H.ModifiedOn, 121)"


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows under a head: their table (alias L), the column that names the head, what to select, and rows under them in turn."""

    table: str
    link: str
    columns: Mapping[str, str]
    joins: str = ""
    lines: Mapping[str, Lines] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The head table of a kind (alias H), its number column, what to select besides ID and ModifiedOn, and its rows.

    `org` is the column of the organisation; empty for a table that all organisations of the enterprise share.
    """

    table: str
    number: str = "H.DocNo"
    columns: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    org: str = "H.Org"
    lines: Mapping[str, Lines] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a listing has come: the change time (local text, milliseconds; empty where there is none) and the ID of the last row."""

    modified: str
    id: int


class SqlReads:
    """Selects in the name of one organisation."""

    def __init__(self, api: WebApi, organisation: str, page_size: int) -> None:
        self._api = api
        self._organisation = organisation
        self._size = page_size

    def rows(self, statement: str) -> list[Row]:
        """The rows of one SELECT. Errors: `Misconfigured` when the operation is closed for this application."""
        try:
            told = self._api.call(self._organisation, OPERATION, {"SqlString": statement})
        except Misconfigured as fault:
            if fault.code not in {"rescode_401", "rescode_404", "rescode_407"}:
                raise
            hint = "open it in U9's API administration for this application, or ask for a read-only view"
            raise Misconfigured(f"U9's SQL query operation ({OPERATION}) is closed: {hint}", code="sql_closed") from fault
        return _rows_of(told)

    def organisation_id(self) -> int:
        """ID of the organisation; `Misconfigured` when U9 has none of that code."""
        return self._id("Base_Organization", self._organisation, "organisations")

    def user_id(self, code: str) -> int:
        """ID of a user, for the SOAP context (table name inferred); `Misconfigured` when U9 has none of that code."""
        return self._id("Base_User", code, "user")

    def changed(self, head: Head, org_id: int, since: str | None) -> Iterator[list[Row]]:
        """Pages of head rows changed at or after `since`, by change time and ID; rows without a change time come first, every time."""
        place: Position | None = None
        fetched, total = 0, -1
        while True:
            where = _all(_of(head, org_id), _after(place, since))
            page = _in_order(self.rows(self._select(head, head.columns, where, "H.ModifiedOn, H.ID", count=total < 0)), "ModifiedOn")
            total = _total(page) if total < 0 else total
            if not page:
                return
            last = Position(str(page[-1]["ModifiedOn"] or ""), int(page[-1]["ID"]))
            if last == place:
                hint = "its stamps are finer than milliseconds; narrow the column in `tables`"
                raise Misconfigured(f"{head.table}: the listing does not advance beyond {last.modified}: {hint}", code="stamp_precision")
            place, fetched = last, fetched + len(page)
            yield page
            if len(page) < self._size and fetched >= total:
                return

    def keys(self, head: Head, org_id: int) -> Iterator[Row]:
        """ID and ModifiedOn of every head row, by ID."""
        after, fetched, total = 0, 0, -1
        while True:
            where = _all(_of(head, org_id), f"H.ID > {after}")
            page = _in_order(self.rows(self._select(head, {}, where, "H.ID", count=total < 0)))
            total = _total(page) if total < 0 else total
            yield from page
            fetched += len(page)
            if not page:
                not_short(fetched, total, f"U9 {head.table}")
            if not page or (len(page) < self._size and fetched >= total):
                return
            after = int(page[-1]["ID"])

    def heads(self, head: Head, org_id: int, where: str) -> list[Row]:
        """Head rows under a condition that names few of them."""
        return self.rows(self._select(head, head.columns, _all(_of(head, org_id), where), "H.ID"))

    def first(self, head: Head, org_id: int) -> list[Row]:
        """One head row, or none: a probe of table and columns."""
        return self.rows(self._select(head, head.columns, _of(head, org_id), "H.ID", top=1))

    def newest(self, head: Head, org_id: int, where: str) -> Row | None:
        """The head row of the largest ID under a condition; None when there is none."""
        return next(iter(self.rows(self._select(head, head.columns, _all(_of(head, org_id), where), "H.ID DESC", top=1))), None)

    def with_lines(self, rows: Sequence[Row], lines: Mapping[str, Lines]) -> list[Row]:
        """The rows, each with a list for every name of `lines`, fetched for all rows together."""
        held = [dict(row) for row in rows]
        for name, what in lines.items():
            below: dict[int, list[Row]] = {}
            for line in self._lines(what, [int(row["ID"]) for row in held]):
                below.setdefault(int(line.pop("HeadID")), []).append(line)
            for row in held:
                row[name] = below.get(int(row["ID"]), [])
        return held

    def _lines(self, what: Lines, heads: list[int]) -> list[Row]:
        found: list[Row] = []
        columns = {"ID": "L.ID", "HeadID": f"L.{what.link}"} | dict(what.columns)
        chosen = ", ".join(f"{source} AS [{name}]" for name, source in columns.items())
        after, total = 0, -1
        while heads:
            counted = ", COUNT(*) OVER () AS Remaining" if total < 0 else ""
            where = f"L.{what.link} IN ({', '.join(map(str, heads))}) AND L.ID > {after}"
            joins = f" {what.joins}" if what.joins else ""
            page = _in_order(
                self.rows(f"SELECT TOP ({self._size}) {chosen}{counted} FROM {what.table} L{joins} WHERE {where} ORDER BY L.ID")  # noqa: S608 - IDs are integers, names are settings
            )
            total = _total(page) if total < 0 else total
            found += page
            if not page or (len(page) < self._size and len(found) >= total):
                break
            after = int(page[-1]["ID"])
        return self.with_lines(found, what.lines) if what.lines else found

    def _select(self, head: Head, columns: Mapping[str, str], where: str, order: str, *, count: bool = False, top: int = 0) -> str:
        wanted = {"ID": "H.ID", "ModifiedOn": STAMP} | dict(columns)
        chosen = ", ".join(f"{source} AS [{name}]" for name, source in wanted.items())
        counted = ", COUNT(*) OVER () AS Remaining" if count else ""
        joins = f" {head.joins}" if head.joins and columns else ""
        condition = f" WHERE {where}" if where else ""
        return f"SELECT TOP ({top or self._size}) {chosen}{counted} FROM {head.table} H{joins}{condition} ORDER BY {order}"  # noqa: S608 - see _lines

    def _id(self, table: str, code: str, setting: str) -> int:
        found = self.rows(f"SELECT TOP (1) ID FROM {table} WHERE Code = {quoted(code)}")  # noqa: S608 - the code is quoted
        if not found:
            raise Misconfigured(f"U9 has no {code!r} in {table}: check `{setting}`", code="unknown_code")
        return int(found[0]["ID"])


def quoted(text: str) -> str:
    """A T-SQL literal of a text."""
    return "N'" + text.replace("'", "''") + "'"


def moment(text: str) -> str:
    """A T-SQL literal of a local time text, read the same whatever the server's language."""
    return f"CONVERT(datetime, '{text.replace('T', ' ')[:23].replace(chr(39), '')}', 121)"


def nested(row: Row) -> Row:
    """A row whose names hold dots, as objects within objects: `m_uom.m_code` becomes `{"m_uom": {"m_code": …}}`."""
    shaped: Row = {}
    for name, value in row.items():
        *outer, last = name.split(".")
        place = shaped
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = [nested(inner) for inner in value] if isinstance(value, list) else value
    return shaped


def _after(place: Position | None, since: str | None) -> str:
    """The condition for rows behind a place; SQL Server sorts rows without a change time before all others."""
    if place and place.modified:
        at = moment(place.modified)
        return f"(H.ModifiedOn > {at} OR (H.ModifiedOn = {at} AND H.ID > {place.id}))"
    known = f"H.ModifiedOn >= {moment(since)}" if since else "H.ModifiedOn IS NOT NULL"
    unknown = f"H.ModifiedOn IS NULL AND H.ID > {place.id}" if place else "H.ModifiedOn IS NULL"
    return f"({known} OR ({unknown}))" if since or place else ""


def _in_order(page: list[Row], first: str = "") -> list[Row]:
    """The rows in the order asked for, each once, whatever lies between repeats or shuffles: the last one says where to go on."""
    once = {int(row["ID"]): row for row in page}
    return sorted(once.values(), key=lambda row: (str(row.get(first) or ""), int(row["ID"])))


def _total(page: list[Row]) -> int:
    counts = [int(row.pop("Remaining")) for row in page if "Remaining" in row]
    return counts[0] if counts else 0


def _of(head: Head, org_id: int) -> str:
    return f"{head.org} = {org_id}" if head.org else ""


def _all(*conditions: str) -> str:
    return " AND ".join(filter(None, conditions))


def _rows_of(told: Any) -> list[Row]:
    held = told
    while isinstance(held, Mapping):
        inner = next((held[name] for name in ("Rows", "Table", "Data", "data", "rows") if name in held), None)
        if inner is None:
            raise Unreachable("U9 answered the SQL query with an object that holds no rows", code="sql_shape")
        held = inner
    if held is None or held == "":
        return []
    if not isinstance(held, list):
        raise Unreachable("U9 answered the SQL query with something that is no list of rows", code="sql_shape")
    return [dict(row) for row in held]
