"""Kingdee's documents: pulled by key, whole, with an overlap; read one by one; surveyed; written back into fields of a bill.

Paging goes by keys (`FID > a or FID = a and entry > b`) under an explicit order, never by StartRow, and TopRowCount is always 0: the one
moves under the feet, the other is an absolute end row. A page below the asked limit may be the server's own cap, so a pull ends at an empty
page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kingdee.checks import check
from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.kinds import Kind, kinds
from connectors.kingdee.rows import Document, documents, local_time, stamp
from connectors.kit.contract import Connector, Finding, Json, Page, PushRequest, RawDocument, Receipt
from connectors.kit.exact_json import dumps
from connectors.kit.gate import Gate
from trace_core.errors import Misconfigured, Rejected


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> Connector:
    """A connector for one account set. `settings` are typed and their secrets resolved; `zone` is the server's time zone."""
    problem = _missing(settings)
    if problem:
        raise Misconfigured(f"connection {connection}: {problem}", code="settings")
    return KingdeeConnector(settings, connection, ZoneInfo(zone), gate)


def _missing(settings: Mapping[str, Any]) -> str:
    if settings["mode"] == "password":
        return "" if settings["password"] else "mode = password needs the setting `password`"
    lacking = [name for name in ("app_id", "app_secret") if not settings[name]]
    return f"mode = {settings['mode']} needs {' and '.join(lacking)}" if lacking else ""


class KingdeeConnector:
    """The contract of `connectors.kit.contract` for Kingdee Cloud Galaxy."""

    def __init__(self, settings: Mapping[str, Any], connection: str, zone: ZoneInfo, gate: Gate | None = None) -> None:
        self.settings = settings
        self.connection = connection
        self.zone = zone
        self.client = KingdeeClient(settings, gate)
        self.kinds = kinds(settings)

    def check(self) -> Sequence[Finding]:
        """Log in and probe the fields of every readable form."""
        return check(self.client, self.kinds)

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of whole documents; the cursor is `{"mark": newest server time seen, "after": key of the last document}`."""
        form = self.kinds[kind]
        since = None if full or cursor is None else cursor.get("mark")
        after = None if full or cursor is None else cursor.get("after")
        newest = str((cursor or {}).get("seen") or since or "")
        where = self._changed_since(form, since)
        for found in self._whole(form, where, after):
            raw = [self._raw(form, document) for document in found]
            seen = [str(document[name]) for document in found for name in form.marks if document.get(name)]
            newest = max([newest, *seen])
            yield Page(tuple(raw), {"mark": since, "after": found[-1][form.pk], "seen": newest})
        yield Page((), {"mark": newest or None})

    def _changed_since(self, form: Kind, since: str | None) -> str:
        conditions = []
        moment = local_time(since, self.zone)
        if moment is not None:
            early = (
                (moment - timedelta(minutes=int(self.settings["overlap_minutes"])))
                .replace(tzinfo=None)
                .isoformat(sep=" ", timespec="seconds")
            )
            conditions.append("(" + " or ".join(f"{name}>='{early}'" for name in form.marks) + ")")
        if form.base and self.settings["use_org"] and "FUseOrgId" not in form.head and form.form.startswith("BD_"):
            conditions.append(f"FUseOrgId.FNumber='{_quoted(self.settings['use_org'])}'")
        if not form.base and self.settings["organisations"] and form.form.startswith("PRD_"):
            numbers = ",".join(f"'{_quoted(number)}'" for number in self.settings["organisations"])
            conditions.append(f"FPrdOrgId.FNumber in ({numbers})")
        return " and ".join(conditions)

    def _whole(self, form: Kind, where: str, after: Any) -> Iterator[list[Document]]:
        """Batches of documents none of which is cut by a page: the last one of a page waits for the next."""
        held: list[Sequence[Any]] = []
        last: tuple[Any, ...] | None = None
        while rows := self._page(form, where, after, last):
            last = tuple(rows[-1][at] for at in range(len(form.keys)))
            held += rows
            open_ = held[-1][0]
            done = [row for row in held if row[0] != open_]
            if done:
                yield documents(form, done)
                held = [row for row in held if row[0] == open_]
        if held:
            yield documents(form, held)

    def _page(self, form: Kind, where: str, after: Any, last: tuple[Any, ...] | None) -> list[Sequence[Any]]:
        conditions = [where] if where else []
        if last is not None:
            conditions.append(_beyond(form.keys, last))
        elif after is not None:
            conditions.append(f"{form.pk}>{_literal(after)}")
        return self._query(form, " and ".join(conditions), form.columns)

    def _query(self, form: Kind, where: str, columns: Sequence[str]) -> list[Sequence[Any]]:
        told = {
            "FormId": form.form,
            "FieldKeys": ",".join(columns),
            "FilterString": where,
            "OrderString": ",".join(f"{name} ASC" for name in form.keys if name in columns),
            "TopRowCount": 0,
            "StartRow": 0,
            "Limit": int(self.settings["page_size"]),
            "SubSystemId": "",
        }
        answer = self.client.call("ExecuteBillQuery", {"data": told})
        return answer if isinstance(answer, list) else []

    def _raw(self, form: Kind, document: Document) -> RawDocument:
        key = str(document[form.pk])
        return RawDocument(self.connection, form.form, key, stamp(form, document, self.zone), dumps(document), datetime.now(UTC))

    def read(self, kind: str, key: str) -> RawDocument | None:
        """The document as the server holds it now."""
        form = self.kinds[kind]
        rows: list[Sequence[Any]] = []
        last: tuple[Any, ...] | None = None
        while page := self._query(form, " and ".join(filter(None, (f"{form.pk}={_literal(key)}", _beyond(form.keys, last)))), form.columns):
            rows += page
            last = tuple(page[-1][at] for at in range(len(form.keys)))
        found = documents(form, rows)
        return self._raw(form, found[0]) if found else None

    def survey(self, kind: str) -> Iterator[tuple[str, int | None]]:
        """Keys and change times of all documents, heads only."""
        form = self.kinds[kind]
        heads = Kind(form.form, form.pk, form.marks, marks=form.marks, base=form.base)
        where, last = self._changed_since(form, None), None
        while rows := self._query(heads, " and ".join(filter(None, (where, _beyond(heads.keys, last)))), heads.columns):
            last = (rows[-1][0],)
            for document in documents(heads, rows):
                yield str(document[form.pk]), stamp(heads, document, self.zone)

    def push(self, request: PushRequest) -> Receipt:
        """Save fields of one bill without touching its rows. The fields must be editable after audit where the bill is audited."""
        allowed = set(self.settings["trace_fields"] or ())
        foreign = sorted(set(request.fields) - allowed)
        if foreign:
            raise Misconfigured(f"the outward mapping writes {', '.join(foreign)}, which `trace_fields` does not list", code="trace_fields")
        told = {
            "NeedUpDateFields": sorted(request.fields),
            "NeedReturnFields": [],
            "IsDeleteEntry": "false",
            "IgnoreInterationFlag": "true",
            "Model": {"FID": int(request.key), **request.fields},
        }
        answer = self.client.call("Save", {"formid": request.kind, "data": told})
        result = answer.get("Result", {}) if isinstance(answer, dict) else {}
        if not result.get("ResponseStatus", {}).get("IsSuccess"):
            raise Rejected(
                f"Kingdee gave no success for {request.kind} {request.key}: {json.dumps(answer, default=str)[:200]}", code="refused"
            )
        return Receipt(request.kind, request.key, str(result.get("Number", "")), datetime.now(UTC))

    def close(self) -> None:
        """Give the session back."""
        self.client.close()


def _beyond(keys: Sequence[str], last: Sequence[Any] | None) -> str:
    """Rows after the last one in the order of the keys; an entry id that is empty (a head without rows) counts as passed."""
    if last is None:
        return ""
    parts, equal = [], ""
    for name, value in zip(keys, last, strict=True):
        if value is None:
            break
        parts.append(f"({equal}{name}>{_literal(value)})")
        equal += f"{name}={_literal(value)} and "
    return "(" + " or ".join(parts) + ")"


def _literal(value: Any) -> str:
    text = str(value)
    return text if text.isdigit() else f"'{_quoted(text)}'"


def _quoted(text: Any) -> str:
    return str(text).replace("'", "''")
