"""Code tables: a system's code → ours, as CSV with columns `from,to` and, where it differs, `plant` and `connection`.

The most particular row wins: connection, then plant, then the general one. A site's `codes/` comes before the shipped tables.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mappings.engine.load import SHIPPED
from trace_core.errors import Misconfigured, Problem


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table: (connection, plant, code) → our code; empty connection or plant means any."""

    name: str
    file: str
    rows: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def look_up(self, code: str, *, plant: str, connection: str) -> str | None:
        """Our code, or None for a code that no row knows."""
        for key in ((connection, plant, code), (connection, "", code), ("", plant, code), ("", "", code)):
            if key in self.rows:
                return self.rows[key]
        return None


def read_codes(name: str, system: str, site: Path | None = None) -> CodeTable:
    """A table for a system, the site's rows over the shipped ones. Errors: `Misconfigured` when there is none, or a row is wrong."""
    shipped = SHIPPED / system / "codes" / f"{name}.csv"
    own = (site / "codes" / f"{name}.csv") if site else None
    paths = [path for path in (shipped, own) if path and path.is_file()]
    if not paths:
        raise Misconfigured(f"there is no code table {name}: add codes/{name}.csv with the columns from,to", code="codes")
    rows: dict[tuple[str, str, str], str] = {}
    for path in paths:
        rows |= _rows(path)
    return CodeTable(name, "/".join(paths[-1].parts[-2:]), rows)


def _rows(path: Path) -> dict[tuple[str, str, str], str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if not {"from", "to"} <= set(reader.fieldnames or ()):
            raise Misconfigured(f"{path.name}", code="codes", problems=[Problem(f"codes/{path.name}:1:1", "needs the columns from,to")])
        return {
            ((row.get("connection") or "").strip(), (row.get("plant") or "").strip(), (row["from"] or "").strip()): (
                row["to"] or ""
            ).strip()
            for row in reader
        }
