"""Rows of a bill query back into documents: head × entry × sub-entry unmultiplied, dotted keys nested, blanks empty.

Source: WebAPI manual V6.0: header fields repeat on every row; unset text is one blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kingdee.derived import add
from connectors.kingdee.kinds import Kind

Document = dict[str, Any]


def documents(kind: Kind, rows: Iterable[Sequence[Any]]) -> list[Document]:
    """Documents in the order in which their rows came; every row of a document must be given."""
    columns = kind.columns
    found: dict[Any, Document] = {}
    entries: dict[tuple[Any, Any], Document] = {}
    for row in rows:
        told = dict(zip(columns, (_clean(value) for value in row), strict=True))
        head = found.get(told[kind.pk])
        if head is None:
            head = found[told[kind.pk]] = _nested(told, (kind.pk, *kind.head))
            if kind.entity:
                head[kind.entity] = []
        if not kind.entity or told[f"{kind.entity}_FEntryID"] is None:
            continue
        name = (told[kind.pk], told[f"{kind.entity}_FEntryID"])
        entry = entries.get(name)
        if entry is None:
            entry = entries[name] = {"FEntryID": name[1], "FSeq": told[f"{kind.entity}_FSeq"], **_nested(told, kind.rows)}
            head[kind.entity].append(entry)
        if kind.sub and told[f"{kind.sub}_FDetailID"] is not None:
            sub = {"FDetailID": told[f"{kind.sub}_FDetailID"], **_nested(told, kind.subs)}
            entry.setdefault(kind.sub, []).append(sub)
    for document in found.values():
        add(kind, document)
    return list(found.values())


def _clean(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _nested(told: Document, names: Iterable[str]) -> Document:
    made: Document = {}
    for name in names:
        head, _, rest = name.partition(".")
        if rest:
            made.setdefault(head, {})[rest] = told[name]
        else:
            made[head] = told[name]
    return made


def stamp(kind: Kind, document: Document, zone: ZoneInfo) -> int | None:
    """The newest of the document's change times as Unix milliseconds; server times are local and carry no zone."""
    times = [moment for name in kind.marks if (moment := local_time(document.get(name), zone))]
    return int(max(times).timestamp() * 1000) if times else None


def newest(kind: Kind, found: Iterable[Document], mark: str) -> str:
    """The newest change time of the documents or of `mark`, as server time with milliseconds; "" when there is none.

    Texts cannot be compared as they come: some servers write a blank where others write a T, with any number of decimals.
    """
    times = [moment for document in found for name in kind.marks if (moment := _moment(document.get(name)))]
    times += [moment for moment in (_moment(mark),) if moment]
    return max(times).isoformat(timespec="milliseconds") if times else ""


def local_time(value: Any, zone: ZoneInfo) -> datetime | None:
    """A server time in its zone; None for an empty one."""
    moment = _moment(value)
    return moment.replace(tzinfo=zone) if moment else None


def _moment(value: Any) -> datetime | None:
    """A server time without zone; both separators of date and time, and both of dates, are known."""
    if not value:
        return None
    try:
        return datetime.fromisoformat(str(value).strip().replace(" ", "T").replace("/", "-")[:23]).replace(tzinfo=None)
    except ValueError:
        return None
