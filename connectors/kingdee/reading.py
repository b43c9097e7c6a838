"""Queries page by page: by keys under an explicit order, never by StartRow, and with TopRowCount 0.

The one moves under the feet, the other is an absolute end row. A page below the asked limit may be the server's own cap, so reading ends
at an empty page. A field that the form lacks and that may be left out is left out, one by one; it is said once in the log.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.fields import base, describe, optional
from connectors.kingdee.kinds import Kind
from connectors.kingdee.rows import Document, documents, newest
from connectors.kit.asking import batches
from trace_core.errors import Misconfigured, Rejected, Verdict

Where: TypeAlias = Callable[[Kind], str]
"""A condition for the kind as this server has it."""
LOG = logging.getLogger("lotweave.kingdee")
AT_ONCE, FILTER = 300, 6000
"""Keys of one query, and about how long its filter may become: the vendor states no limit, servers before this one give in to long ones."""
SIZES = (10000, 2000, 1000)
"""Rows a query may ask for, from what administrators allow to what every version gives."""
_NAMED = re.compile(r"元数据中标识为([\w.]+?)的字段不存在")


class Reader:
    """Reads forms of one account set, and learns what this server has of them."""

    def __init__(self, client: KingdeeClient, kinds: Mapping[str, Kind], *, size: int, connection: str) -> None:
        self.client = client
        self.kinds = dict(kinds)
        self.size = size
        self.connection = connection
        self.most = 0
        self.left_out: dict[str, list[str]] = {}
        self.absent: set[str] = set()

    def whole(self, form: str, where: Where, after: Any = None) -> Iterator[list[Document]]:
        """Batches of documents none of which is cut by a page: the last one of a page waits for the next."""
        held: list[Sequence[Any]] = []
        last: tuple[Any, ...] | None = None
        while rows := self.page(form, self._after(where, after), last):
            kind = self.kinds[form]
            last = tuple(rows[-1][: len(kind.keys)])
            held += rows
            open_ = held[-1][0]
            done = [row for row in held if row[0] != open_]
            if done:
                yield documents(kind, done)
                held = [row for row in held if row[0] == open_]
        if held:
            yield documents(self.kinds[form], held)

    def chosen(self, form: str, keys: Iterable[str]) -> Iterator[list[Document]]:
        """Batches of the documents of these keys: one query for some hundred of them, and its further pages."""
        for part in batches(keys, AT_ONCE, characters=FILTER):
            told = ",".join(literal(key) for key in part)
            yield from self.whole(form, lambda kind, told=told: f"{kind.pk} in ({told})")  # type: ignore[misc]

    def heads(self, form: str, where: Where) -> Iterator[Document]:
        """Keys and change times of documents, one query a page."""
        last: tuple[Any, ...] | None = None
        while rows := self.page(form, where, last, shape=lambda kind: kind.heads):
            last = (rows[-1][0],)
            yield from documents(self.kinds[form].heads, rows)

    def newest(self, form: str, where: Where, latest: str) -> str:
        """The newest change time that a document has now, and not above `latest` (server time); "" when there is none."""
        found = []
        for mark in self.kinds[form].marks:

            def below(kind: Kind, mark: str = mark) -> str:
                return " and ".join(filter(None, (where(kind), f"{mark}<='{latest}'" if mark in kind.marks else "")))

            def shape(kind: Kind, mark: str = mark) -> Kind:
                return Kind(kind.form, kind.pk, (mark,) if mark in kind.marks else (), marks=(mark,), optional=kind.optional)

            def order(kind: Kind, mark: str = mark) -> str:
                return f"{mark} DESC" if mark in kind.marks else ""

            rows = self.page(form, below, None, shape=shape, order=order, limit=1)
            found += documents(shape(self.kinds[form]), rows)
        return newest(self.kinds[form], found, "")

    def keys(self, form: str, where: Where, after: Any = None) -> Iterator[list[Any]]:
        """Keys of the documents that have a row of which `where` holds, page by page and each once."""

        def shape(kind: Kind) -> Kind:
            return Kind(kind.form, kind.pk, (), kind.entity)

        last: tuple[Any, ...] | None = None
        before = None
        while rows := self.page(form, self._after(where, after), last, shape=shape):
            last = tuple(rows[-1][:2])
            found = [key for key in dict.fromkeys(row[0] for row in rows) if key != before]
            before = rows[-1][0]
            yield found

    def page(
        self,
        form: str,
        where: Where,
        last: Sequence[Any] | None,
        *,
        shape: Callable[[Kind], Kind] = lambda kind: kind,
        limit: int | None = None,
        order: Where = lambda _: "",
    ) -> list[Sequence[Any]]:
        """Rows behind the last one, at most `limit` where it is given. Errors: the client's; a form that this edition lacks has no rows."""
        while form not in self.absent:
            kind = self.kinds[form]
            try:
                rows = self._query(
                    shape(kind), " and ".join(filter(None, (where(kind), beyond(shape(kind).keys, last)))), limit, order(kind)
                )
            except Misconfigured as fault:
                if fault.code == "unknown_form":
                    self.absent.add(form)
                    say_once(self.connection, form, "is not in this edition: nothing is read of it")
                elif fault.code != "unknown_field" or not self._reduced(kind, fault.message):
                    raise
            except Rejected as fault:
                smaller = next((size for size in SIZES if size < self.size), 0)
                if fault.code != "limit" or not smaller:
                    raise
                self.size = smaller
            else:
                self.most = max(self.most, len(rows))
                return rows
        return []

    def _query(self, kind: Kind, where: str, limit: int | None, order: str) -> list[Sequence[Any]]:
        told = {
            "FormId": kind.form,
            "FieldKeys": ",".join(kind.columns),
            "FilterString": where,
            "OrderString": order or ",".join(f"{name} ASC" for name in kind.keys),
            "TopRowCount": 0,
            "StartRow": 0,
            "Limit": limit or self.size,
            "SubSystemId": "",
        }
        answer = self.client.call("ExecuteBillQuery", {"data": told})
        return sorted_rows(answer, len(kind.keys)) if isinstance(answer, list) else []

    def _reduced(self, kind: Kind, message: str) -> bool:
        """Leave out what the form lacks: what the server named, and what its description lacks where that can be trusted."""
        found = _NAMED.search(message)
        allowed = optional(kind)
        named = base(found[1]) if found else ""
        if named in {base(name) for name in kind.subs} - allowed:
            named = kind.sub.lower()  # a sub-entity that is not there may be told by any of its fields
        missing = {named} & allowed
        if kind.without(missing) == kind:
            return False
        try:
            told = describe(self.client, kind.form)
        except Verdict:
            told = None
        if told is not None and told.knows(kind):
            missing |= {name for name in allowed if told.lacks(name)}
        self.kinds[kind.form] = kind.without(missing)
        names = [name for name in dict.fromkeys((*kind.columns, kind.closed)) if base(name) in missing]
        self.left_out.setdefault(kind.form, []).extend(names)
        say_once(self.connection, kind.form, f"is read without {', '.join(names)}, which it lacks here")
        return True

    def _after(self, where: Where, after: Any) -> Where:
        if after is None:
            return where
        return lambda kind: " and ".join(filter(None, (where(kind), f"{kind.pk}>{literal(after)}")))


def sorted_rows(rows: list[Sequence[Any]], keys: int) -> list[Sequence[Any]]:
    """Rows in the order of their keys, each once, whatever lies between the server and us did to them; text keys stay as they came."""
    found = {tuple(row[:keys]): row for row in rows}
    if not all(value is None or isinstance(value, int) for key in found for value in key):
        return list(found.values())
    return [found[key] for key in sorted(found, key=lambda key: [-1 if value is None else value for value in key])]


@cache
def say_once(connection: str, form: str, what: str) -> None:
    """One line of the log in the life of a process."""
    LOG.warning("%s: %s %s", connection, form, what)


def beyond(keys: Sequence[str], last: Sequence[Any] | None) -> str:
    """Rows after the last one in the order of the keys; an entry id that is empty (a head without rows) counts as passed."""
    if last is None:
        return ""
    parts, equal = [], ""
    for name, value in zip(keys, last, strict=False):
        if value is None:
            break
        parts.append(f"({equal}{name}>{literal(value)})")
        equal += f"{name}={literal(value)} and "
    return "(" + " or ".join(parts) + ")"


def literal(value: Any) -> str:
    """A value in a filter: numbers as they are, everything else as quoted text."""
    text = str(value)
    return text if text.isdigit() else f"'{quoted(text)}'"


def quoted(text: Any) -> str:
    """Text for a filter, its quotes doubled."""
    return str(text).replace("'", "''")
