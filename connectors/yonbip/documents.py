"""The connector of YonBIP: kinds listed by change time, read whole, and the trace written as genealogy or custom fields.

Keys are YonBIP's ids as text; of an item its code, of a lot `PRODUCT/SKU/LOT` with the ids of item and SKU.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import exact_json
from connectors.kit.asking import batches, to_the_end
from connectors.kit.contract import Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.gate import Gate
from connectors.yonbip import times
from connectors.yonbip.bodies import by_keys, documents
from connectors.yonbip.checks import findings
from connectors.yonbip.client import Gateway
from connectors.yonbip.customers import Customers
from connectors.yonbip.kinds import DETAIL, KindPlan, plans_for
from connectors.yonbip.pages import Sheet, between, sheets
from connectors.yonbip.rows import Row, plain
from connectors.yonbip.settings import Settings, settings_of
from connectors.yonbip.write import Writer
from trace_core.errors import Misconfigured

AT_ONCE = 100
"""Keys asked for in one call where a list takes several."""
FEW = 10
"""Documents kept together where each is read by a call of its own."""


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> YonBipConnector:
    """A connector for one tenant; nothing is sent yet. `zone` is the plant's, in which YonBIP writes its times."""
    return YonBipConnector(settings_of(settings), connection=connection, zone=ZoneInfo(zone), gate=gate)


class YonBipConnector:
    """All kinds that one application may read at one tenant."""

    def __init__(self, settings: Settings, *, connection: str, zone: ZoneInfo, gate: Gate | None = None) -> None:
        self.settings = settings
        self._connection, self._zone = connection, zone
        self._gateway = Gateway(settings, gate)
        self._plans = plans_for(settings)
        self._writer = Writer(self._gateway, settings, self._plans)
        self._customers = Customers(self._gateway, self._plans["merchant"])

    def check(self) -> Sequence[Finding]:
        """Find the data centre, fetch a token and try every kind; one finding each."""
        return findings(self._gateway, self._plans)

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of whole documents changed since the cursor's `mark`, read between two fixed times.

        Within a pull the cursor also holds the window, its next page, its count and, where documents are read one by one, which of that
        page are told already, so that an interrupted pull goes on where it was even if a page takes longer than a quota lasts.
        """
        plan, size = self._plan(kind), self.settings.page_size
        held: dict[str, Any] = {} if full or not cursor else dict(cursor)
        mark = held.get("mark")
        if "page" not in held:
            since = times.earlier(mark, self.settings.overlap_minutes) if mark else None
            held = {"since": since, "until": times.text_of(datetime.now(self._zone)), "page": 1, "count": -1}
        asked = {**between(plan, held["since"], held["until"]), **plan.listing}
        until = held["until"]
        for sheet in sheets(self._gateway, plan, asked, size=size, first=int(held["page"]), count=int(held["count"])):
            until = min(until, sheet.moment[:19] or until)
            place = {"mark": mark, "since": held["since"], "until": held["until"], "page": sheet.number, "count": sheet.count}
            told = list(held.get("told", ())) if sheet.number == held["page"] else []
            for found in self._chunks(plan, sheet, frozenset(told)):
                told += [raw.key for raw in found]
                yield Page(found, place | {"told": told})
            yield Page((), place | {"page": sheet.number + 1})
        yield Page((), {"mark": max(until, mark or "")})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents as YonBIP holds them now; lots with `genealogy`, that is the lots and serial numbers each says it is made of."""
        plan = self._plan(kind)
        for part in batches(keys, AT_ONCE):
            for found in by_keys(self._gateway, plan, part, self.settings.page_size):
                told = found | self._writer.genealogy_of(found) if kind == "batchno" else found
                yield self._raw(plan, told, told)

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """(key, change time) of every document, from lists alone."""
        del within
        plan, until = self._plan(kind), times.text_of(datetime.now(self._zone))
        before: set[str] = set()  # a document's rows stand together, so two pages are enough to tell it once
        asked = {**between(plan, None, until), **plan.listing}
        for sheet in to_the_end(sheets(self._gateway, plan, asked, size=self.settings.page_size), f"YonBIP {kind}"):
            rows = {plan.key_of(row): row for row in sheet.rows if self._ours(plan, row)}
            yield from (
                (key, times.stamp_of(row.get("pubts") or row.get("modifyTime"), self._zone))
                for key, row in rows.items()
                if key not in before
            )
            before = set(rows)

    def push(self, request: PushRequest) -> Receipt:
        """Write genealogy or custom fields of a lot, or characteristics of an order, and nothing that is there already."""
        found = next(iter(by_keys(self._gateway, self._plan(request.kind), [request.key], self.settings.page_size)), None)
        return self._writer.push(request, found)

    def close(self) -> None:
        """Give the sockets back; safe to call twice."""
        self._gateway.close()

    def _plan(self, kind: str) -> KindPlan:
        if kind not in self._plans:
            raise Misconfigured(f"YonBIP has no kind {kind!r}; known are {', '.join(self._plans)}", code="unknown_kind")
        return self._plans[kind]

    def _ours(self, plan: KindPlan, row: Mapping[str, Any]) -> bool:
        wanted = self.settings.organisations
        return not wanted or not plan.organisation or str(row.get(plan.organisation)) in wanted

    def _chunks(self, plan: KindPlan, sheet: Sheet, told: frozenset[str]) -> Iterator[tuple[RawDocument, ...]]:
        """The documents of a page but those told already: all at once, or a few at a time where each costs a call."""
        rows = [row for row in sheet.rows if self._ours(plan, row) and plan.key_of(row) not in told]
        size = FEW if plan.route == DETAIL else max(1, len(rows))
        unique = list({plan.key_of(row): row for row in rows}.values())
        for at in range(0, len(unique), size):
            found = documents(self._gateway, plan, unique[at : at + size], self.settings.page_size)
            yield tuple(self._raw(plan, row, document) for row, document in found)

    def _raw(self, plan: KindPlan, row: Mapping[str, Any], document: Row | None) -> RawDocument:
        told = document if document is not None else plain(dict(row))
        if document is not None and plan.name == "salesout" and self.settings.customer_codes:
            told = self._customers.added(told)
        stamp = times.stamp_of(told.get("pubts") or row.get("pubts") or row.get("modifyTime"), self._zone)
        body, key = exact_json.dumps(told), plan.key_of(row)
        return RawDocument(self._connection, plan.name, key, stamp, body, datetime.now(UTC), deleted=document is None)
