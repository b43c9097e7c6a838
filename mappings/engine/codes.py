"""Code tables: a system's code → ours, and what to do with a code that no row knows.

A code is looked up as it is written, then with full-width characters and blanks made plain (NFKC), which people type without seeing it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from mappings.engine.tables import Row, Table, read_table

POLICIES = ("reject", "hold", "keep")
"""For an unknown code: the document is rejected; waits until somebody adds the row; or the code stays as it is. Each is noted."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A code that no row of a table knows, and the scope in which it was looked up."""

    table: str
    code: str
    organisation: str
    policy: str


class UnknownCode(ValueError):
    """The code is in no row that holds for the scope and the day."""

    def __init__(self, table: str, code: str, organisation: str, policy: str, near: str = "") -> None:
        scope = f" for organisation {organisation}" if organisation else ""
        scope += f" (it has {near})" if near else ""
        waits = "the document waits for it" if policy == "hold" else "replay"
        super().__init__(f"is not in the code table {table}{scope}; add the row to codes/{table}.csv; {waits}")
        self.unknown = Unknown(table, code, organisation, policy)


@dataclass(slots=True)
class Codes:
    """A table as one connection in one plant sees it."""

    name: str
    dated: bool = False
    scoped: bool = False
    plain: dict[str, str] = field(default_factory=dict)
    _rows: dict[str, list[Row]] = field(default_factory=dict)
    _cases: dict[str, str] = field(default_factory=dict)

    def near(self, code: str) -> str:
        """A code that differs from one in letter case alone, empty where there is none."""
        if not self._cases and self._rows:
            self._cases = {folded(known).casefold(): known for known in self._rows}
        return self._cases.get(folded(code).casefold(), "")

    def find(self, code: str, organisation: str = "", day: date | None = None) -> Row | None:
        """The row that holds for a code, None when there is none."""
        for row in self._rows.get(code) or self._rows.get(folded(code)) or ():
            if row.organisation in ("", organisation) and (day is None or row.holds(day)):
                return row
        return None


def folded(code: str) -> str:
    """A code with full-width characters, blanks and their repetitions made plain.

    >>> folded("Ｐｃ　s")
    'Pc s'
    """
    return " ".join(unicodedata.normalize("NFKC", code).split())


def codes_of(table: Table, connection: str, plant: str) -> Codes:
    """The table as one connection in one plant sees it: dictionaries, however many rows there are."""
    rows = table.for_line(connection, plant)
    made = Codes(table.name, any(row.since != date.min or row.until != date.max for row in rows), any(row.organisation for row in rows))
    for row in rows:
        made._rows.setdefault(row.values["from"], []).append(row)  # noqa: SLF001 - its maker
    for row in rows:
        plain = folded(row.values["from"])
        if plain != row.values["from"] and plain not in made._rows:  # noqa: SLF001
            made._rows.setdefault(plain, []).append(row)  # noqa: SLF001
    if not made.dated and not made.scoped:
        made.plain = {code: found[0].values["to"] for code, found in made._rows.items()}  # noqa: SLF001
    return made


def code_paths(name: str, folders: Sequence[Path]) -> list[Path]:
    """The files of a table, general ones first."""
    return [path for folder in folders if (path := folder / f"{name}.csv").is_file()]


def read_codes(name: str, folders: Sequence[Path]) -> Table:
    """A code table out of its folders; problems are noted in it."""
    return read_table(name, code_paths(name, folders), ("from", "to"))
