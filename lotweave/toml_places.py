"""Where in a TOML text the tables of an array, and their keys, are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_HEADER = re.compile(r"(\s*)\[(\[?)\s*([\w-]+)\s*\]")
_KEY = re.compile(r"(\s*)([\w-]+|\"[^\"]*\")\s*=")


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column (from 1) of a table's header, and of its keys."""

    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[int, int]:
        """Line and column of a key; of the table where the key is not written."""
        return self.keys.get(key, (self.line, self.column))


def places(text: str) -> Mapping[str, Sequence[Place]]:
    r"""The tables `[[NAME]]` of each name, in their order.

    >>> places("[[schedule]]\nevery = '5m'\n")["schedule"][0].of("every")
    (2, 1)
    """
    found: dict[str, list[Place]] = {}
    now: Place | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            now = Place(number, len(header[1]) + 1)
            if header[2]:
                found.setdefault(header[3], []).append(now)
        elif now is not None and (key := _KEY.match(line)):
            now.keys.setdefault(key[2].strip('"'), (number, len(key[1]) + 1))
    return found
