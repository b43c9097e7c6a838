"""Documents of a system that a definition describes: offset paging without a total, and change stamps that may be null at first.

A stamp is the first of the kind's stamp fields that is not null (many systems leave the change time empty until the first change); the
filter for changes must therefore ask for all of them. Stamps carry no zone: the definition names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from connectors.generic import stamps
from connectors.generic.children import with_children
from connectors.generic.client import RestClient
from connectors.generic.definition import ChildDefinition, KindDefinition, read_definition
from connectors.generic.paging import Rows, pages
from connectors.generic.template import NoInteger, UnknownName, as_text, dig, fill
from connectors.kit.asking import batches
from connectors.kit.contract import Connector, Finding, Json, Page, PushRequest, RawDocument, Receipt, Window
from connectors.kit.exact_json import dumps
from connectors.kit.gate import Gate
from trace_core.errors import Misconfigured, Problem, Verdict


def open_connector(settings: Mapping[str, Any], *, connection: str, zone: str, gate: Gate | None = None) -> Connector:
    """A connector for the system that `definition` describes; `zone` is not used, since the definition names the stamps' zone."""
    del zone
    low = [Problem(name, "must be 1 or more", str(settings[name])) for name in ("page_size", "timeout_seconds") if settings[name] < 1]
    if settings["overlap_minutes"] < 0:
        low.append(Problem("overlap_minutes", "must not be negative", str(settings["overlap_minutes"])))
    if low:
        raise Misconfigured(f"the settings of {connection} cannot be used", code="settings", problems=low)
    return RestConnector(settings, connection, gate)


class RestConnector:
    """The contract of `connectors.kit.contract`, read side."""

    def __init__(self, settings: Mapping[str, Any], connection: str, gate: Gate | None = None) -> None:
        self.connection = connection
        self.definition = read_definition(Path(str(settings["definition"])))
        self.client = RestClient(self.definition, settings, gate)
        self.size, self.overlap = int(settings["page_size"]), int(settings["overlap_minutes"])

    def check(self) -> Sequence[Finding]:
        """Log in, and ask for one row of each kind."""
        told = [self._tried("login", lambda: None)]
        if told[0].ok:
            told += [self._tried(kind.name, partial(self._tried_row, kind)) for kind in self.definition.kinds.values()]
        return told

    def _tried(self, subject: str, attempt: Callable[[], None]) -> Finding:
        try:
            if not self.client.entered:
                self.client.login()
            attempt()
        except Verdict as fault:
            return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)
        return Finding(subject, ok=True, sentence="answers")

    def _tried_row(self, kind: KindDefinition) -> None:
        list(self._raws(kind, self._with_children(kind, self._rows(kind, self._filled(kind, kind.filter, {}), limit=1))))

    def pull(self, kind: str, cursor: Mapping[str, Json] | None, *, full: bool = False) -> Iterator[Page]:
        """Pages in the definition's order; the cursor is `{"mark": newest stamp seen}`, ISO in UTC, moved at the end only.

        Rows are paged by offset, so that a pull that was cut short begins anew: what moved in the meantime would be missed otherwise.
        """
        definition = self._kind(kind)
        since = None if full or cursor is None else cursor.get("mark")
        where = self._changed(definition, since)
        newest = self._moment({"mark": since}, ("mark",)) if since else None
        for rows in self._pages(definition, where):
            told = [self._moment(row, definition.stamps) for row in rows]
            newest = max([*filter(None, told), *([newest] if newest else [])], default=None)
            yield Page(tuple(self._raws(definition, self._with_children(definition, rows), told)), {"mark": since})
        yield Page((), {"mark": stamps.mark_of(newest) if newest else None})

    def read(self, kind: str, keys: Collection[str]) -> Iterator[RawDocument]:
        """The documents with these keys: by the kind's filter `many`, else by `one` each, else found among all of its kind."""
        definition = self._kind(kind)
        if definition.many is not None:
            for part in batches(keys, self.size):
                yield from self._chosen(definition, "many", part, {"keys": list(part)})
        elif definition.one is not None:
            for key in dict.fromkeys(keys):
                yield from self._chosen(definition, "one", [key], {"key": key})
        else:
            wanted = set(keys)
            yield from (raw for page in self.pull(kind, None, full=True) for raw in page.documents if raw.key in wanted)

    def _chosen(self, definition: KindDefinition, name: str, keys: Sequence[str], values: Mapping[str, Any]) -> Iterator[RawDocument]:
        """Rows that a filter finds by keys. Errors: `Misconfigured` where it finds any other."""
        try:
            where = self._filled(definition, getattr(definition, name), values)
        except NoInteger:
            return
        rows = self._rows(definition, where, limit=max(2, min(len(keys) + 1, self.size)), **values)
        found = list(self._raws(definition, self._with_children(definition, rows)))
        if foreign := [raw.key for raw in found if raw.key not in keys]:
            told = f"the filter `{name}` finds the row {foreign[0]}, which it was not asked for"
            raise Misconfigured(f"{self.definition.file}: kind {definition.name}: {told}", code=name)
        yield from found

    def survey(self, kind: str, within: Window | None = None) -> Iterator[tuple[str, int | None]]:
        """Keys and stamps of all documents of a kind; children are not asked for, nor other fields when the kind has `survey`."""
        del within
        definition = self._kind(kind)
        for rows in self._pages(definition, self._changed(definition, None), **definition.survey):
            yield from ((self._key(definition, row), stamps.milliseconds(self._moment(row, definition.stamps))) for row in rows)

    def push(self, request: PushRequest) -> Receipt:
        """Not yet expressible in a definition."""
        message = f"{self.connection} takes no results: a definition cannot say how to write {request.kind} yet"
        raise Misconfigured(message, code="read_only")

    def close(self) -> None:
        """Close the session."""
        self.client.close()

    def _kind(self, kind: str) -> KindDefinition:
        if kind not in self.definition.kinds:
            raise Misconfigured(f"{self.definition.file} has no kind {kind}; it has {', '.join(self.definition.kinds)}", code="kind")
        return self.definition.kinds[kind]

    def _changed(self, kind: KindDefinition, since: str | None) -> Any:
        where = self._filled(kind, kind.filter, {})
        if since is None or kind.changed is None:
            return where
        told = stamps.since(since, self.overlap, self.definition.zone)
        return self._filled(kind, kind.changed, {"since": told, "filter": where})

    def _filled(self, kind: KindDefinition | ChildDefinition, where: Any, values: Mapping[str, Any]) -> Any:
        try:
            return fill(where, self.client.values | dict(values))
        except UnknownName as fault:
            message = f"{self.definition.file}: {kind.name}: a filter names {{{fault.args[0]}}}, which has no value"
            raise Misconfigured(message, code="placeholder") from fault

    def _pages(self, kind: KindDefinition, where: Any, **instead: Any) -> Iterator[Rows]:
        def ask(offset: int, number: int) -> Rows:
            return self._rows(kind, where, limit=self.size, offset=offset, page=number, **instead)

        return pages(ask, size=self.size, short_page=self.definition.short_page)

    def _rows(self, kind: KindDefinition | ChildDefinition, where: Any, *, limit: int, **more: Any) -> Rows:
        asked = {"kind": kind.name, "order": kind.order, "limit": limit, "offset": 0, "page": 1, **kind.values, **more}
        return self.client.call(asked | {"filter": where})

    def _with_children(self, kind: KindDefinition, rows: Rows) -> Rows:
        for child in kind.children:
            rows = with_children(rows, child, partial(self._children, child), size=self.size)
        return rows

    def _children(self, child: ChildDefinition, ids: list[Any]) -> Rows:
        return self._rows(child, self._filled(child, child.filter, {"ids": ids}), limit=len(ids), ids=ids)

    def _moment(self, row: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
        return stamps.moment_of(row, names, self.definition.zone)

    def _key(self, kind: KindDefinition, row: Mapping[str, Any]) -> str:
        key = as_text(dig(row, kind.key))
        if not key:
            message = f"{self.definition.file}: kind {kind.name}: a row has nothing at its key {kind.key}; ask for that field in `values`"
            raise Misconfigured(message, code="key")
        return key

    def _raws(self, kind: KindDefinition, rows: Rows, moments: Iterable[datetime | None] | None = None) -> Iterator[RawDocument]:
        """Rows as documents; `moments` are their change stamps where they are known already."""
        name, now = self.connection, datetime.now(UTC)
        for row, moment in zip(rows, moments or (self._moment(row, kind.stamps) for row in rows), strict=True):
            yield RawDocument(name, kind.name, self._key(kind, row), stamps.milliseconds(moment), dumps(row), now)
