"""What the runs of schedules came to: how much changed in the last ones, and how the newest ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text


def changes(connection: Connection, schedules: Sequence[str], most: int) -> dict[str, list[int]]:
    """Changed documents of each schedule's last runs that pulled to their end, the oldest first; full pulls and windows do not count."""
    found = connection.execute(
        text(
            "SELECT s.name, r.changed FROM unnest(CAST(:names AS text[])) AS s(name) CROSS JOIN LATERAL"
            ' (SELECT nominal_at, sum(fetched - unchanged) AS changed FROM run WHERE schedule = s.name AND NOT "full"'
            " AND NOT reconcile AND since IS NULL"
            " GROUP BY nominal_at HAVING bool_and(state IN ('pulled', 'done')) ORDER BY nominal_at DESC LIMIT :most) r"
            " ORDER BY s.name, r.nominal_at"
        ),
        {"names": list(schedules), "most": most},
    )
    told: dict[str, list[int]] = {}
    for row in found:
        told.setdefault(row.name, []).append(int(row.changed))
    return told


def newest(connection: Connection, schedules: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The newest nominal time of each schedule: how many of its runs are in each state, what they fetched, what they said."""
    found = connection.execute(
        text(
            "SELECT s.name, n.nominal_at, r.state, count(*) AS runs, sum(r.fetched) AS fetched, sum(r.fetched - r.unchanged) AS changed,"
            " min(r.message) AS message, min(r.next_attempt_at) AS next_attempt_at FROM unnest(CAST(:names AS text[])) AS s(name)"
            " CROSS JOIN LATERAL (SELECT nominal_at FROM run WHERE schedule = s.name ORDER BY nominal_at DESC LIMIT 1) n"
            " JOIN run r ON r.schedule = s.name AND r.nominal_at = n.nominal_at"
            " GROUP BY s.name, n.nominal_at, r.state ORDER BY s.name, r.state"
        ),
        {"names": list(schedules)},
    )
    told: dict[str, dict[str, Any]] = {}
    for row in found:
        fresh = {"nominal": row.nominal_at, "states": {}, "fetched": 0, "changed": 0, "message": None, "starts": None}
        one = told.setdefault(row.name, fresh)
        one["states"][row.state] = row.runs
        one["fetched"] += int(row.fetched)
        one["changed"] += int(row.changed)
        one["message"] = one["message"] or row.message
        if row.state == "due":
            one["starts"] = row.next_attempt_at
    return told
