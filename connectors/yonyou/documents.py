"""The connector of U9: kinds listed by SQL, read in batches, lots over SOAP, the trace written where the settings say.

Keys are U9's IDs as text; `read` and `push` also take a document number, and for a lot `ITEM/LOT`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import exact_json
from connectors.kit.asking import batches
from connectors.kit.contract import Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.gate import Gate
from connectors.yonyou import times
from connectors.yonyou.bodies import Organisation
from connectors.yonyou.checks import findings
from connectors.yonyou.client import WebApi
from connectors.yonyou.kinds import PAGE, KindPlan, plans_for
from connectors.yonyou.lots import LotService
from connectors.yonyou.settings import U9Settings, settings_of
from connectors.yonyou.sql import Row, quoted
from connectors.yonyou.writing import Writer
from trace_core.errors import Misconfigured, Rejected

AT_ONCE = 100
"""Documents read in one query."""


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> U9Connector:
    """A connector for one connection; nothing is sent yet. `zone` is the plant's, in which U9 writes its times."""
    return U9Connector(settings_of(settings), connection=connection, zone=ZoneInfo(zone), gate=gate)


class U9Connector:
    """All kinds of one U9 server, over the organisations the connection names."""

    def __init__(self, settings: U9Settings, *, connection: str, zone: ZoneInfo, gate: Gate | None = None) -> None:
        self.settings = settings
        self._connection, self._zone = connection, zone
        self._api = WebApi(settings, gate)
        self._plans = plans_for(settings)
        lots = LotService(settings, self._api.http)
        self._lots = lots
        self._organisations = [Organisation(code, self._api, lots, settings) for code in settings.organisations]
        self._writer = Writer(settings, self._look)

    def check(self) -> Sequence[Finding]:
        """Log in for each organisation, try SQL, the SOAP services and every kind; one finding each."""
        return findings(self._api, self._organisations, self._plans, self._lots)

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of documents by change time, organisation after organisation.

        The cursor holds the largest change time seen by organisation; each pull begins `overlap_minutes` before it. A watermark never
        lies in the future, so that a stamp set wrongly in U9 hides no later change.
        """
        plan = self._plan(kind)
        marks: dict[str, str] = {} if full or not cursor else dict(cursor.get("organisations") or {})
        for organisation in self._holding(plan):
            since = marks.get(organisation.code)
            begin = times.earlier(since, self.settings.overlap_minutes) if since else None
            pages = (
                self._listed_pages(plan, organisation, begin)
                if plan.route == PAGE
                else organisation.sql.changed(plan.head, organisation.id, begin)
            )
            newest = since or ""
            for rows in pages:
                newest = max([newest, *(str(row["ModifiedOn"]).replace("T", " ") for row in rows if row.get("ModifiedOn"))])
                if plan.route != PAGE:
                    marks[organisation.code] = self._not_future(newest)
                yield Page(self._documents(plan, organisation, rows), {"organisations": dict(marks)})
            if plan.route == PAGE and newest and marks.get(organisation.code) != self._not_future(newest):
                marks[organisation.code] = self._not_future(newest)
                yield Page((), {"organisations": dict(marks)})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents with these IDs, many at a time, or numbers, each from the first organisation that has it."""
        plan, left = self._plan(kind), dict.fromkeys(keys)
        for organisation in self._holding(plan):
            for part in batches((key for key in left if key.isdecimal()), min(AT_ONCE, self.settings.page_size)):
                rows = organisation.sql.heads(plan.head, organisation.id, f"H.ID IN ({', '.join(part)})")
                found = [self._document(plan.name, row, told) for row, told in organisation.whole(plan, rows)]
                left = {key: None for key in left if key not in {document.key for document in found}}
                yield from (self._writer.shown(organisation, document) for document in found)
        for key in left:
            for organisation in self._holding(plan):
                if document := self._read_in(plan, organisation, key):
                    yield self._writer.shown(organisation, document)
                    break

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """(ID, change time) of every document, by ID, organisation after organisation."""
        del within
        plan = self._plan(kind)
        for organisation in self._holding(plan):
            for row in organisation.sql.keys(plan.head, organisation.id):
                yield str(row["ID"]), times.stamp_of(row.get("ModifiedOn"), self._zone)

    def push(self, request: PushRequest) -> Receipt:
        """Write the result where `write_target` says, unless it stands there already."""
        return self._writer.push(request)

    def close(self) -> None:
        """Give the sockets back."""
        self._api.close()

    def _plan(self, kind: str) -> KindPlan:
        if kind not in self._plans:
            raise Misconfigured(f"U9 has no kind {kind!r}; known are {', '.join(self._plans)}", code="unknown_kind")
        return self._plans[kind]

    def _holding(self, plan: KindPlan) -> Sequence[Organisation]:
        """The organisations that hold documents of the kind; what the whole enterprise shares is read in the name of the first."""
        return self._organisations if plan.head.org else self._organisations[:1]

    def _listed_pages(self, plan: KindPlan, organisation: Organisation, since: str | None) -> Iterator[list[Row]]:
        """Pages of BIPQueryPage with the change times that only the table has."""
        for records in organisation.pages(plan, since):
            ids = [str(int(record.get("m_iD") or record["ID"])) for record in records]
            rows = organisation.sql.heads(plan.head, organisation.id, f"H.ID IN ({', '.join(ids)})")
            stamps = {str(row["ID"]): row["ModifiedOn"] for row in rows}
            yield [{"ID": key, "ModifiedOn": stamps.get(key), "record": record} for key, record in zip(ids, records, strict=True)]

    def _documents(self, plan: KindPlan, organisation: Organisation, rows: Sequence[Row]) -> tuple[RawDocument, ...]:
        pairs = [(row, row["record"]) for row in rows] if plan.route == PAGE else organisation.whole(plan, rows)
        return tuple(self._document(plan.name, row, told) for row, told in pairs)

    def _document(self, kind: str, row: Row, told: Any) -> RawDocument:
        stamp = times.stamp_of(row.get("ModifiedOn"), self._zone)
        return RawDocument(self._connection, kind, str(row["ID"]), stamp, exact_json.dumps(told), datetime.now(UTC))

    def _read_in(self, plan: KindPlan, organisation: Organisation, key: str) -> RawDocument | None:
        row_key = key
        if plan.name == "LotMaster" and "/" in key:
            lot = organisation.lot(*key.split("/", 1))
            if lot is None:
                return None
            row_key = str(lot["m_iD"])
        where = f"H.ID = {row_key}" if row_key.isdecimal() else f"{plan.head.number} = {quoted(row_key)}"
        rows = organisation.sql.heads(plan.head, organisation.id, where)
        if not rows and row_key.isdecimal():
            rows = organisation.sql.heads(plan.head, organisation.id, f"{plan.head.number} = {quoted(row_key)}")
        return next((self._document(plan.name, row, told) for row, told in organisation.whole(plan, rows)), None)

    def _look(self, kind: str, key: str) -> tuple[Organisation, RawDocument]:
        plan = self._plan(kind)
        for organisation in self._holding(plan):
            found = self._read_in(plan, organisation, key)
            if found:
                return organisation, found
        raise Rejected(f"U9 has no {kind} {key!r} in {', '.join(self.settings.organisations)}", code="absent")

    def _not_future(self, text: str) -> str:
        return min(text, times.text_of(datetime.now(self._zone)))
