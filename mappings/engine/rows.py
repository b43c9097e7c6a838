"""Adding rows to the tables that people keep, without disturbing what stands there."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from mappings.engine.tables import read_table
from trace_core.errors import Misconfigured


def add_row(path: Path, row: Mapping[str, str]) -> Path:
    """Add a row to a table of codes, making the file or a column where there is none yet; rows that are there stay as they are.

    Errors: `Misconfigured` with every problem when the table would not be right any more; then the file is as it was.
    """
    rows: list[list[str]] = []
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [[cell.strip() for cell in found] for found in csv.reader(stream)]
    header = rows[0] if rows else ["from", "to"]
    header += [name for name, value in row.items() if value and name not in header]
    body = [*rows[1:], [row.get(name, "") for name in header]]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *([*found, *[""] * (len(header) - len(found))] for found in body)])
    draft = path.with_name(f".{path.name}.draft")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(text.getvalue(), "utf-8")
    try:
        problems = read_table(path.stem, [draft], ("from", "to")).problems
        if problems:
            raise Misconfigured(f"the row does not fit into {path.name}", code="codes", problems=problems)
        os.replace(draft, path)  # noqa: PTH105 - whole or not at all, whoever reads meanwhile
    finally:
        draft.unlink(missing_ok=True)
    return path
