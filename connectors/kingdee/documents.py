"""Kingdee's documents: pulled by key, whole, with an overlap; read by keys; surveyed; written back where the settings say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kingdee.catalogue import kinds
from connectors.kingdee.checks import check
from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.kinds import Kind
from connectors.kingdee.pulling import Puller
from connectors.kingdee.reading import Reader
from connectors.kingdee.rows import Document, stamp
from connectors.kingdee.writing import TARGETS, Writer
from connectors.kit.contract import Connector, Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.exact_json import dumps
from connectors.kit.gate import Gate
from trace_core.errors import Misconfigured


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> Connector:
    """A connector for one account set. `settings` are typed and their secrets resolved; `zone` is the server's time zone."""
    problem = _missing(settings)
    if problem:
        raise Misconfigured(f"connection {connection}: {problem}", code="settings")
    return KingdeeConnector(settings, connection, ZoneInfo(zone), gate)


def _missing(settings: Mapping[str, Any]) -> str:
    if settings["write_target"] == "document" and not settings["trace_form"]:
        return "write_target = document needs `trace_form`, the id of the form that takes results"
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
        self.reader = Reader(self.client, kinds(settings), size=int(settings["page_size"]), connection=connection)
        self.puller = Puller(self.reader, settings, zone, self._raw)
        self.writer = Writer(self.reader, settings)

    def check(self) -> Sequence[Finding]:
        """Log in, probe the fields of every readable form and of the one that takes results."""
        target = TARGETS.get(str(self.settings["write_target"])) or str(self.settings["trace_form"])
        return check(self.reader, self.settings, target)

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of whole documents; the cursor is that of `connectors.kingdee.pulling`."""
        yield from self.puller.pages(kind, {} if full or cursor is None else cursor)

    def within(self, kind: str, since: datetime, until: datetime) -> Iterator[Page]:
        """Pages of documents one of whose change times lies in the window."""
        yield from self.puller.window(kind, since, until)

    def _raw(self, form: Kind, document: Document) -> RawDocument:
        key = str(document[form.pk])
        return RawDocument(self.connection, form.form, key, stamp(form, document, self.zone), dumps(document), datetime.now(UTC))

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents as the server holds them now, with the fields of the trace document about each where results go to one."""
        for found in self.reader.chosen(kind, keys):
            form = self.reader.kinds[kind]
            yield from (self._raw(form, document | self.writer.held(kind, str(document[form.pk]))) for document in found)

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """Keys and change times of all documents or of those changed in a period, heads only: one query a page.

        Of a kind without change times all are told. The vendor tells no counts: the survey ends at an empty page.
        """
        changed = self.puller.changed_in(*within) if within else self.puller.mine
        for document in self.reader.heads(kind, lambda form: changed(form) if form.marks else self.puller.mine(form)):
            form = self.reader.kinds[kind]
            yield str(document[form.pk]), stamp(form, document, self.zone)

    def push(self, request: PushRequest) -> Receipt:
        """Write the fields where `write_target` says, without touching other rows."""
        return self.writer.push(request)

    def close(self) -> None:
        """Close the sockets."""
        self.client.close()
