"""Documents of a system that a definition describes: offset paging without a total, and change stamps that may be null at first.

A stamp is the first of the kind's stamp fields that is not null (many systems leave the change time empty until the first change); the
filter for changes must therefore ask for all of them. Stamps carry no zone: the definition names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.generic.client import RestClient
from connectors.generic.definition import KindDefinition, read_definition
from connectors.generic.template import dig, fill
from connectors.kit.contract import Connector, Finding, Json, Page, PushRequest, RawDocument, Receipt
from connectors.kit.exact_json import dumps
from trace_core.errors import Misconfigured, Verdict

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str) -> Connector:
    """A connector for the system that `definition` describes; `zone` is not used, since the definition names the stamps' zone."""
    del zone
    return RestConnector(settings, connection)


class RestConnector:
    """The contract of `connectors.kit.contract`, read side."""

    def __init__(self, settings: Mapping[str, Any], connection: str) -> None:
        self.settings = settings
        self.connection = connection
        self.definition = read_definition(Path(str(settings["definition"])))
        self.zone = ZoneInfo(self.definition.zone)
        self.client = RestClient(self.definition, settings)

    def check(self) -> Sequence[Finding]:
        """Log in, and ask for one row of each kind."""
        told = [self._tried("login", lambda: None)]
        if told[0].ok:
            kinds = self.definition.kinds.values()
            told += [self._tried(kind.name, lambda kind=kind: self._rows(kind, kind.filter, 0, 1)) for kind in kinds]
        return told

    def _tried(self, subject: str, attempt: Any) -> Finding:
        try:
            if not self.client.entered:
                self.client.login()
            attempt()
        except Verdict as fault:
            return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)
        return Finding(subject, ok=True, sentence="answers")

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages in the definition's order; the cursor is `{"mark": newest stamp seen}` in ISO form, moved at the end only.

        Rows are paged by offset, so that a pull that was cut short begins anew: what moved in the meantime would be missed otherwise.
        """
        definition = self._kind(kind)
        since = None if full or cursor is None else cursor.get("mark")
        where = self._changed(definition, since)
        newest, at, size = str(since or ""), 0, int(self.settings["page_size"])
        while rows := self._rows(definition, where, at, size):
            newest = max([newest, *filter(None, (self._stamp(definition, row) for row in rows))])
            yield Page(tuple(self._raw(definition, row) for row in rows), {"mark": since})
            at += len(rows)
            if len(rows) < size:
                break
        yield Page((), {"mark": newest or None})

    def _kind(self, kind: str) -> KindDefinition:
        if kind not in self.definition.kinds:
            raise Misconfigured(f"{self.definition.file} has no kind {kind}; it has {', '.join(self.definition.kinds)}", code="kind")
        return self.definition.kinds[kind]

    def _changed(self, kind: KindDefinition, since: str | None) -> Any:
        if since is None or kind.changed is None:
            return kind.filter
        moment = datetime.fromisoformat(since) - timedelta(minutes=int(self.settings["overlap_minutes"]))
        told = {part: getattr(moment, part) for part in PARTS} | {"text": moment.isoformat(sep=" ", timespec="seconds")}
        return fill(kind.changed, {"since": told, "filter": kind.filter})

    def _rows(self, kind: KindDefinition, where: Any, offset: int, limit: int) -> list[dict[str, Any]]:
        values = {"filter": where, "offset": offset, "limit": limit, "order": kind.order, "kind": kind.name, **kind.values}
        return self.client.call(values)

    def _stamp(self, kind: KindDefinition, row: Mapping[str, Any]) -> str | None:
        return next((str(found) for name in kind.stamps if (found := dig(row, name))), None)

    def _raw(self, kind: KindDefinition, row: dict[str, Any]) -> RawDocument:
        stamp = self._stamp(kind, row)
        at = int(datetime.fromisoformat(stamp).replace(tzinfo=self.zone).timestamp() * 1000) if stamp else None
        return RawDocument(self.connection, kind.name, str(dig(row, kind.key)), at, dumps(row), datetime.now(UTC))

    def read(self, kind: str, key: str) -> RawDocument | None:
        """The document with that key, found among all of its kind: a definition names no call for one document yet."""
        return next((raw for page in self.pull(kind, None, full=True) for raw in page.documents if raw.key == key), None)

    def survey(self, kind: str) -> Iterator[tuple[str, int | None]]:
        """Keys and stamps of all documents of a kind."""
        for page in self.pull(kind, None, full=True):
            yield from ((raw.key, raw.stamp) for raw in page.documents)

    def push(self, request: PushRequest) -> Receipt:
        """Not yet expressible in a definition."""
        raise Misconfigured(
            f"{self.connection} takes no results: a definition cannot say how to write {request.kind} yet", code="read_only"
        )

    def close(self) -> None:
        """Close the session."""
        self.client.close()
