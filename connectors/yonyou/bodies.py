"""From keys to whole documents, in batches: the array of a Query operation, the lot service, or lines of SQL rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.yonyou.client import WebApi
from connectors.yonyou.faults import row_result
from connectors.yonyou.ids import IDS
from connectors.yonyou.kinds import PAGE, QUERY, SOAP, KindPlan
from connectors.yonyou.lots import LotService
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.sql import Row, SqlReads, nested
from trace_core.errors import Rejected, Unreachable, Verdict


class Organisation:
    """One organisation of a connection: its code, its ID, its SQL reads and its documents."""

    def __init__(self, code: str, api: WebApi, lots: LotService, settings: U9Settings) -> None:
        self.code = code
        self.sql = SqlReads(api, code, settings.page_size)
        self._api, self._lots, self._settings = api, lots, settings
        self._home = (settings.base, settings.enterprise)

    @property
    def id(self) -> int:
        """The organisation's ID, looked up once."""
        return IDS.take((*self._home, "org", self.code), self.sql.organisation_id)

    @property
    def user_id(self) -> int:
        """The ID of the connection's user, from the setting or looked up once."""
        told, code = self._settings.user_id, self._settings.user
        return int(told) if told.isdigit() else IDS.take((*self._home, "user", code), lambda: self.sql.user_id(code))

    def whole(self, plan: KindPlan, rows: Sequence[Row]) -> list[tuple[Row, Any]]:
        """Listed rows with their documents; one that has gone since it was listed is left out.

        A key that U9 refuses comes with its refusal as document, so that it is quarantined with U9's words and stops nothing.
        """
        if plan.route in {QUERY, PAGE}:
            known = self.sql.with_lines(rows, plan.head.lines)
            return [pair for batch in _batches(known, self._settings.batch_size) for pair in self._queried(plan, batch)]
        if plan.route == SOAP:
            return [pair for batch in _batches(rows, self._settings.batch_size) for pair in self._lot_rows(batch)]
        complete = self.sql.with_lines(rows, plan.head.lines)
        return [(row, nested(row) | {"OrgCode": self.code, **plan.marks}) for row in complete]

    def lot(self, item: str, number: str) -> Row | None:
        """The lot of that item and number, None when there is none."""
        return next(iter(self._lots.by_code(item, number, self.id, self.user_id)), None)

    def write_segments(self, kind: str, document: Row, segments: Mapping[str, str]) -> None:
        """Write segments of a lot or an order."""
        self._lots.modify(kind, document, segments, self.id, self.user_id)

    def create(self, operation: str, row: Row) -> None:
        """Create one document by the WebAPI. Errors: U9's verdict on the row."""
        outcome = self._api.write(self.code, operation, [row])[0]
        if isinstance(outcome, Verdict):
            raise outcome

    def create_by_service(self, interface: str, row: Row, what: str) -> None:
        """Create one document by a `Do` service. Errors: U9's verdict on the row."""
        self._lots.create(interface, row, what, self.id, self.user_id)

    def _queried(self, plan: KindPlan, rows: Sequence[Row]) -> list[tuple[Row, Any]]:
        try:
            answer = self._api.call(self.code, f"{plan.group}/Query", [{"ID": int(row["ID"])} for row in rows])
        except (Unreachable, Rejected) as fault:
            if fault.code not in {"rescode_500", "rescode_502"} or len(rows) == 1:
                raise
            return self._one_by_one(plan, rows)
        found = {_id(told): _refusal(told) or told for told in answer or []}
        return [(row, self._with_row(plan, row, found[key])) for row in rows if (key := str(row["ID"])) in found]

    def _one_by_one(self, plan: KindPlan, rows: Sequence[Row]) -> list[tuple[Row, Any]]:
        pairs: list[tuple[Row, Any]] = []
        faults: list[Unreachable | Rejected] = []
        for row in rows:
            try:
                pairs += self._queried(plan, [row])
            except (Unreachable, Rejected) as fault:
                faults.append(fault)
                pairs.append((row, _refused(row["ID"], fault.message)))
        if len(faults) == len(rows):
            raise faults[0]
        return pairs

    def _with_row(self, plan: KindPlan, row: Row, told: Any) -> Any:
        """The document with what Query does not tell: its rows in SQL, and an MO's state as number and in the words of `mo_states`."""
        if "ErrorMsg" in told:
            return told
        more: Row = {name: row[name] for name in plan.head.lines} | dict(plan.marks)
        if plan.name == "MODoc":
            state = str(row.get("DocState", ""))
            more["sql"] = {"DocState": row.get("DocState"), "state": self._settings.mo_states.get(state, state)}
        return dict(told) | more if more else told

    def _lot_rows(self, rows: Sequence[Row]) -> list[tuple[Row, Any]]:
        answer = self._lots.by_ids([int(row["ID"]) for row in rows], self.id, self.user_id)
        found = {_id(told): told for told in answer}
        return [(row, found[key]) for row in rows if (key := str(row["ID"])) in found]

    def pages(self, plan: KindPlan, since: str | None) -> Iterator[list[Row]]:
        """Pages of BIPQueryPage, with `Tsstart` only where the connection trusts that filter."""
        number = 1
        while True:
            asked = {"pageIndex": number, "pageSize": self._settings.page_size, "Orgcode": self.code, "OrderBy": "ID", "DataEffective": 0}
            if since and self._settings.bom_filter == "ts":
                asked["Tsstart"] = since
            told = self._api.call(self.code, f"{plan.group}/BIPQueryPage", asked)
            records = [
                {name: value for name, value in record.items() if name not in _OF_PAGING} for record in (told or {}).get("RecordList") or []
            ]
            if records:
                yield records
            if not records or number >= int(told.get("PageCount") or 0):
                return
            number += 1


_OF_PAGING = frozenset({"CurrentSysVersion", "m_sysVersion", "m_otherID"})
"""What BIPQueryPage adds to a record; no other way of reading it has these."""


def _refusal(told: Any) -> Row | None:
    result = row_result(told)
    return None if result is None or result.ok else _refused(_id(told), result.words or "U9 gives no reason")


def _refused(number: Any, words: str) -> Row:
    """What stands for a document that U9 would not hand over; the mappings reject it with U9's words."""
    return {"m_iD": int(number), "IsSucess": False, "ErrorMsg": words}


def _id(told: Any) -> str:
    return next((str(told[name]) for name in ("m_iD", "ID", "m_ID", "iD") if told.get(name)), "")


def _batches(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
