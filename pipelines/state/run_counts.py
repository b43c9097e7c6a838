"""What the documents of a run came to: raw ones, rejected ones, canonical ones by kind, and fields that were filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

Counts = Mapping[tuple[int, str, str], int]
"""(run, subject, of) → how many more."""


def add(connection: Connection, counts: Counts) -> None:
    """Add to the counts of runs."""
    if counts:
        rows = [{"run": run, "subject": subject, "of": of, "count": count} for (run, subject, of), count in sorted(counts.items())]
        connection.execute(
            text(
                'INSERT INTO run_count (run_id, subject, "of", count) VALUES (:run, :subject, :of, :count)'
                ' ON CONFLICT (run_id, subject, "of") DO UPDATE SET count = run_count.count + EXCLUDED.count'
            ),
            rows,
        )


def of_run(connection: Connection, run_id: int) -> dict[tuple[str, str], int]:
    """The counts of a run: (subject, of) → how many."""
    found: Any = connection.execute(text('SELECT subject, "of", count FROM run_count WHERE run_id = :run'), {"run": run_id})
    return {(row.subject, row.of): row.count for row in found}
