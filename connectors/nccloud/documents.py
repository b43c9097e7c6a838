"""The connector of NC Cloud: kinds read where the site says, new documents written by a resource or by XChange.

Keys are what the resource names as `key`, usually NC Cloud's primary keys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import exact_json
from connectors.kit.contract import Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.gate import Gate
from connectors.kit.manifest import manifest
from connectors.nccloud import times
from connectors.nccloud.client import NcCloud
from connectors.nccloud.reading import Reader, Row
from connectors.nccloud.resources import Resource
from connectors.nccloud.results import results_of
from connectors.nccloud.settings import Settings, settings_of
from connectors.nccloud.writing import written
from trace_core.errors import Misconfigured, Verdict


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> NcCloudConnector:
    """A connector for one account set; nothing is sent yet. `zone` is the plant's, in which NC Cloud writes its times."""
    return NcCloudConnector(settings_of(settings, manifest("nccloud").kinds), connection=connection, zone=ZoneInfo(zone), gate=gate)


class NcCloudConnector:
    """All kinds that the site's `resources` name."""

    def __init__(self, settings: Settings, *, connection: str, zone: ZoneInfo, gate: Gate | None = None) -> None:
        self.settings = settings
        self._connection, self._zone = connection, zone
        self._client = NcCloud(settings, gate)
        self._reader = Reader(self._client, settings.resources, settings.lookups)
        self._results = results_of(self._client, self._reader, settings)

    def check(self) -> Sequence[Finding]:
        """Fetch a token and try every resource; one finding each."""
        told = [_tried("token", self._known)]
        if told[0].ok:
            told += [_tried(kind, lambda k=kind: self._listed(k)) for kind in self.settings.resources]  # type: ignore[misc]
        if told[0].ok and self._results:
            told.append(_tried("results", self._results.probe))
        if told[0].ok and not self.settings.resources:
            told.append(Finding("resources", ok=False, sentence="`resources` names no kind to read", verdict="Misconfigured"))
        return told

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages of whole documents changed since the cursor's `mark`; all, where the resource takes no change time.

        The window has two fixed ends, so that an interrupted pull goes on at its next page.
        """
        told = self._resource(kind)
        held: dict[str, Any] = {} if full or not cursor else dict(cursor)
        mark = held.get("mark")
        if "page" not in held:
            since = times.earlier(mark, self.settings.overlap_minutes) if mark else ""
            held = {"since": since, "until": times.text_of(datetime.now(self._zone)), "page": 1}
        for number, rows in self._reader.pages(kind, held["since"], held["until"], first=int(held["page"])):
            place = {"mark": mark, "since": held["since"], "until": held["until"], "page": number + 1}
            yield Page(tuple({raw.key: raw for raw in (self._raw(kind, told, row) for row in rows)}.values()), place)
        yield Page((), {"mark": held["until"]})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents of these keys as NC Cloud holds them now, each with the newest result about it as `result`; a call a key."""
        told = self._resource(kind)
        for key in dict.fromkeys(keys):
            if found := self._reader.one(kind, key):
                yield self._raw(kind, told, self._results.shown(kind, key, found) if self._results else found)

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """(key, change time) of every document; NC Cloud has no lists without bodies, so whole pages are read."""
        del within
        told = self._resource(kind)
        for _, rows in self._reader.pages(kind, "", times.text_of(datetime.now(self._zone))):
            yield from ((str(row.get(told.key)), times.stamp_of(row.get(told.stamp), self._zone)) for row in rows)

    def push(self, request: PushRequest) -> Receipt:
        """Create a result, or where none are wanted a document, unless NC Cloud has it already."""
        if self._results:
            return self._results.put(request)
        return written(self._client, self._reader, self._resource(request.kind), request)

    def close(self) -> None:
        """Give the sockets back; safe to call twice."""
        self._client.close()

    def _known(self) -> str:
        level = exact_json.loads(self._client.session())["level"]
        return f"NC Cloud knows the application; bodies go at level {level}"

    def _listed(self, kind: str) -> str:
        now = times.text_of(datetime.now(self._zone))
        _, rows = next(iter(self._reader.pages(kind, now, now)))
        return f"{self.settings.resources[kind].path} answers; {len(rows)} documents changed just now"

    def _resource(self, kind: str) -> Resource:
        if kind not in self.settings.resources:
            known = ", ".join(self.settings.resources) or "none"
            said = f"`resources` says nothing of {kind!r} (it names {known})"
            raise Misconfigured(f"{said}: add it, or leave the kind out in the connection's `kinds`", code="unknown_kind")
        return self.settings.resources[kind]

    def _raw(self, kind: str, told: Resource, row: Row) -> RawDocument:
        key, stamp = str(row.get(told.key) or ""), times.stamp_of(row.get(told.stamp), self._zone)
        if not key:
            raise Misconfigured(f"a document of {kind} has no {told.key!r}: correct resources.{kind}.key or .head", code="key")
        return RawDocument(self._connection, kind, key, stamp, exact_json.dumps(row), datetime.now(UTC))


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=attempt())
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)
