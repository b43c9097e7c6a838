"""What a pull reads: what changed since the newest server time kept, with an overlap, and now and then what is open.

The cursor is `{"mark": newest server time kept, "until": newest server time when this pull began, "after": key of the last document,
"reread": when the open ones were read last, "rereading": key of the last of them}`. The next mark is `until`, and not the newest time
that came: a document that was read early and changed while later ones were read must not be passed over. Change times are the head's:
states of order rows move without them (as may back-written quantities), so documents with open rows, and those whose rows were closed
since, are read again every few hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kingdee.kinds import Kind
from connectors.kingdee.reading import Reader, Where, quoted
from connectors.kingdee.rows import Document, local_time
from connectors.kit.contract import Json, Page, RawDocument
from trace_core.errors import Misconfigured

Made = Callable[[Kind, Document], RawDocument]


class Puller:
    """Pulls of one connection. `made` makes a raw document."""

    def __init__(self, reader: Reader, settings: Mapping[str, Any], zone: ZoneInfo, made: Made) -> None:
        self.reader = reader
        self.settings = settings
        self.zone = zone
        self.made = made

    def pages(self, form: str, cursor: Mapping[str, Json]) -> Iterator[Page]:
        """Pages since the cursor, an empty one for everything; the last one is empty and carries the next run's watermark."""
        began = datetime.now(UTC)
        mark, until, reread = cursor.get("mark"), cursor.get("until"), cursor.get("reread")
        if cursor.get("rereading") is None:
            until = until or self.reader.newest(form, self.mine, self._latest(began))
            for found in self.reader.whole(form, lambda kind: self._changed(kind, mark), cursor.get("after")):
                kind = self.reader.kinds[form]
                yield self._page(kind, found, {"mark": mark, "until": until, "after": found[-1][kind.pk], "reread": reread})
        then = max(filter(None, (mark, until)), default=None)
        if self.reader.kinds[form].open:
            if mark is None and cursor.get("rereading") is None:
                reread = began.isoformat(timespec="seconds")
            elif self._due(reread, began):
                for found in self._opened(form, reread, cursor.get("rereading")):
                    kind = self.reader.kinds[form]
                    yield self._page(kind, found, {"mark": then, "reread": reread, "rereading": found[-1][kind.pk]})
                reread = began.isoformat(timespec="seconds")
        yield Page((), {"mark": then} | ({"reread": reread} if reread else {}))

    def window(self, form: str, since: datetime, until: datetime) -> Iterator[Page]:
        """Documents with a change time from `since` to before `until`. Errors: `Misconfigured` where the server knows none of them."""
        for found in self.reader.whole(form, self.changed_in(since, until)):
            yield self._page(self.reader.kinds[form], found, {"mark": None})

    def changed_in(self, since: datetime, until: datetime) -> Where:
        """The condition for documents with a change time in a window."""
        first, last = (at.astimezone(self.zone).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds") for at in (since, until))

        def chosen(kind: Kind) -> str:
            if not kind.marks:
                raise Misconfigured(
                    f"{kind.form} has no change time on this server: pull all of it, without a range of days", code="window"
                )
            either = " or ".join(f"({name}>='{first}' and {name}<'{last}')" for name in kind.marks)
            return " and ".join(filter(None, (f"({either})", self.mine(kind))))

        return chosen

    def _latest(self, began: datetime) -> str:
        """Times beyond tomorrow are mistakes, on whichever clock: as a mark one would hide every change to come."""
        return (began.astimezone(self.zone) + timedelta(days=1)).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")

    def _page(self, kind: Kind, found: Sequence[Document], cursor: dict[str, Json]) -> Page:
        return Page(
            tuple(self.made(kind, document) for document in found), {name: told for name, told in cursor.items() if told or name == "mark"}
        )

    def _due(self, reread: Any, now: datetime) -> bool:
        hours = float(self.settings["reread_open_hours"])
        return hours > 0 and (not reread or now - datetime.fromisoformat(str(reread)) >= timedelta(hours=hours))

    def _opened(self, form: str, reread: Any, after: Any) -> Iterator[list[Document]]:
        for keys in self.reader.keys(form, lambda kind: self._open(kind, reread), after):
            yield from self.reader.chosen(form, map(str, keys))

    def _open(self, kind: Kind, reread: Any) -> str:
        """Open rows, and rows closed since the day before the last time, whatever the clocks say."""
        either = kind.open
        if kind.closed and reread:
            day = (datetime.fromisoformat(str(reread)).astimezone(self.zone) - timedelta(days=1)).date()
            either += f" or {kind.closed}>='{day.isoformat()}'"
        return " and ".join(filter(None, (f"({either})", self.mine(kind))))

    def _changed(self, kind: Kind, since: Any) -> str:
        moment = local_time(since, self.zone)
        if moment is None or not kind.marks:
            return self.mine(kind)
        early = (moment - timedelta(minutes=int(self.settings["overlap_minutes"]))).replace(tzinfo=None)
        text = early.isoformat(sep=" ", timespec="seconds")
        return " and ".join(filter(None, ("(" + " or ".join(f"{name}>='{text}'" for name in kind.marks) + ")", self.mine(kind))))

    def mine(self, kind: Kind) -> str:
        """Only the organisations that the connection reads: the using one of base data, the making or stocking one of bills."""
        if kind.base:
            wanted = self.settings["use_org"] if kind.form.startswith("BD_") and "FUseOrgId.FNumber" in kind.head else ""
            return f"FUseOrgId.FNumber='{quoted(wanted)}'" if wanted else ""
        if not kind.organisations or not self.settings["organisations"]:
            return ""
        numbers = ",".join(f"'{quoted(number)}'" for number in self.settings["organisations"])
        either = [f"{name} in ({numbers})" for name in kind.organisations]
        return either[0] if len(either) == 1 else f"({' or '.join(either)})"
