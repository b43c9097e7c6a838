"""Documents of a resource: pages between two change times, one by its key, each as head fields and `body`, a list of lines."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.nccloud.client import NcCloud
from connectors.nccloud.resources import Lookup, Resource, dug, listed, put

Row = dict[str, Any]


class Reader:
    """Reads the resources of one connection, and adds codes where the site says how."""

    def __init__(self, client: NcCloud, resources: Mapping[str, Resource], lookups: Mapping[str, Lookup]) -> None:
        self._client, self._resources, self._lookups = client, resources, lookups
        self._codes: dict[Lookup, Mapping[str, Any]] = {}

    def pages(self, kind: str, since: str, until: str, *, first: int = 1) -> Iterator[tuple[int, list[Row]]]:
        """(number, documents) of each page. Without the name of a page in the resource, one page is all."""
        told = self._resources[kind]
        number = first
        while True:
            rows = self._rows(told, since, until, number)
            yield number, [self._coded(shaped(told, row)) for row in rows]
            if not told.page or len(rows) < told.page_size:
                return
            number += 1

    def one(self, kind: str, key: str) -> Row | None:
        """The document of that key; None when there is none."""
        told = self._resources[kind]
        body = copy.deepcopy(dict(told.body))
        put(body, told.read_by, key)
        found = (shaped(told, row) for row in listed(dug(self._client.call(told.path, body), told.rows)))
        return next((self._coded(one) for one in found if str(one.get(told.key)) == key), None)

    def _rows(self, told: Resource, since: str, until: str, number: int) -> list[Any]:
        body = copy.deepcopy(dict(told.body))
        asked = ((told.since, since), (told.until, until), (told.page, number), (told.size, told.page_size))
        for name, value in asked:
            if name and value:
                put(body, name, value)
        return list(listed(dug(self._client.call(told.path, body), told.rows)))

    def _coded(self, document: Row) -> Row:
        lines = [self._part(line) for line in document["body"]]
        return self._part(document) | {"body": lines}

    def _part(self, part: Row) -> Row:
        more = {f"{name}_code": self._code(how, str(part[name])) for name, how in self._lookups.items() if part.get(name)}
        return part | {name: code for name, code in more.items() if code is not None}

    def _code(self, how: Lookup, key: str) -> Any:
        """Codes are read once a connector, in pages; what is kept is a code per key."""
        if how not in self._codes:
            told, self._codes[how] = self._resources[how.kind], {}
            found: dict[str, Any] = {}
            number = 1
            while rows := self._rows(told, "", "", number):
                found |= {str(one.get(how.key)): one.get(how.value) for one in (shaped(told, row) for row in rows)}
                if not told.page or len(rows) < told.page_size:
                    break
                number += 1
            self._codes[how] = found
        return self._codes[how].get(key)


def shaped(told: Resource, row: Any) -> Row:
    """A row as head fields and `body`."""
    head = dug(row, told.head) if told.head else row
    lines = [dict(line) for line in listed(dug(row, told.lines)) if isinstance(line, Mapping)] if told.lines else []
    place = told.lines.partition(".")[0]
    fields = {name: value for name, value in dict(head or {}).items() if told.head or name != place}
    return fields | {"body": lines}
