"""The connector of U8: kinds listed by day, read whole over either way, and new documents written under a key of ours.

Keys are U8's document numbers; of an item its code, of a BOM its id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import exact_json
from connectors.kit.asking import to_the_end
from connectors.kit.contract import Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.gate import Gate
from connectors.u8.eai import Eai
from connectors.u8.kinds import PLANS, KindPlan
from connectors.u8.openapi import OpenApi
from connectors.u8.results import results_of
from connectors.u8.settings import Settings, settings_of
from connectors.u8.units import Units
from connectors.u8.write import written
from trace_core.errors import Misconfigured, Verdict


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> U8Connector:
    """A connector for one account set; nothing is sent yet. `zone` is the plant's, in which U8 writes its days."""
    return U8Connector(settings_of(settings), connection=connection, zone=ZoneInfo(zone), gate=gate)


class U8Connector:
    """All kinds of one account set."""

    def __init__(self, settings: Settings, *, connection: str, zone: ZoneInfo, gate: Gate | None = None) -> None:
        self.settings = settings
        self._connection, self._zone = connection, zone
        self._way: OpenApi | Eai = OpenApi(settings, gate) if settings.route == "openapi" else Eai(settings, gate)
        self._results = results_of(self._way, settings, lambda: datetime.now(self._zone).date().isoformat())
        self._units = Units(lambda: (sheet.rows for sheet in self._way.pages(PLANS["inventory"], "", "")))

    def check(self) -> Sequence[Finding]:
        """Get in, then list every kind; one finding each."""
        told = [_tried("login", self._way.check)]
        if told[0].ok:
            told += [_tried(plan.name, lambda p=plan: self._listed(p)) for plan in self._readable()]
            told += [_tried("results", self._results.probe)] if self._results else []
        return told

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of whole documents: all at first and when `full`, later those of the last `recent_days` days before the cursor's day.

        U8 tells no time of change, so an unchanged document comes again and is dropped by whoever keeps it. Within a pull the cursor holds
        the next page and the count of the list, so that an interrupted pull goes on there.
        """
        plan, held = self._plan(kind), {} if full else dict(cursor or {})
        if "page" not in held:
            begin = self._days_before(str(held["day"])) if "day" in held else ""
            held = {"begin": begin, "today": datetime.now(self._zone).date().isoformat(), "page": 1, "count": -1}
        first, count = int(held["page"]), int(held["count"])
        for sheet in self._way.pages(plan, str(held["begin"]), "", first=first, count=count):
            yield Page(tuple(self._documents(plan, sheet.rows)), held | {"page": sheet.number + 1, "count": sheet.count})
        yield Page((), {"day": held["today"]})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents of these numbers as U8 holds them now, each with the newest result about it as `result`; a call a number."""
        plan = self._plan(kind)
        for key in dict.fromkeys(keys):
            if found := self._way.get(plan, key):
                yield self._raw(plan, self._results.shown(kind, key, found) if self._results else found, key)

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """(number, None) of every document, from lists alone."""
        del within
        plan = self._plan(kind)
        for sheet in to_the_end(self._way.pages(plan, "", ""), f"U8 {kind}"):
            yield from ((str(row[plan.key]), None) for row in sheet.rows)

    def push(self, request: PushRequest) -> Receipt:
        """Create a result, or where none are wanted a material issue or receipt, unless U8 has it already."""
        if self._results:
            return self._results.put(request)
        return written(self._way, self._plan(request.kind), request, self.settings)

    def close(self) -> None:
        """Give the sockets back; safe to call twice."""
        self._way.close()

    def _plan(self, kind: str) -> KindPlan:
        if kind not in PLANS:
            raise Misconfigured(f"U8 has no kind {kind!r}; known are {', '.join(PLANS)}", code="unknown_kind")
        return PLANS[kind]

    def _readable(self) -> list[KindPlan]:
        return [plan for plan in PLANS.values() if self.settings.route == "openapi" or plan.root]

    def _days_before(self, day: str) -> str:
        return (datetime.fromisoformat(day) - timedelta(days=self.settings.recent_days)).date().isoformat()

    def _listed(self, plan: KindPlan) -> str:
        sheet = next(iter(self._way.pages(plan, datetime.now(self._zone).date().isoformat(), "")), None)
        return f"{plan.name} can be listed; {sheet.count if sheet else 0} rows from today on"

    def _documents(self, plan: KindPlan, rows: Sequence[Mapping[str, Any]]) -> Iterator[RawDocument]:
        for key, row in {str(row[plan.key]): row for row in rows}.items():
            whole = plan.whole or self.settings.route == "eai"
            found = dict(row) if whole else self._way.get(plan, key)
            if found is not None:
                yield self._raw(plan, found, key)

    def _raw(self, plan: KindPlan, told: Mapping[str, Any], key: str) -> RawDocument:
        body = exact_json.dumps(self._units.added(dict(told)) | {"account": self.settings.account})
        return RawDocument(self._connection, plan.name, key, None, body, datetime.now(UTC))


def _tried(subject: str, attempt: Any) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=str(attempt()))
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)
