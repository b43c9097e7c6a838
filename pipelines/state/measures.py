"""Figures for the operator, as they are when somebody asks: read by indexes alone and counted up to a bound, however full the site is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pipelines.state.tables import LANES

MOST = 100_000
"""What is counted row by row is counted so far; beyond it the figure says no more than that it is many."""
STAGES = ("interpret", "held", "weave", "conflict")
STATES = ("due", "sent", "unknown", "changed", "rejected", "held")
"""States of the outbox that are work, or wait for a person."""
NO_PLANT = "-"
"""Where quarantine puts what belongs to no plant."""

QUERIES = {
    "inbox_waiting": (
        "SELECT p.plant, (SELECT count(*) FROM (SELECT FROM uninterpreted u WHERE u.plant = p.plant LIMIT :most) AS n)"
        " FROM unnest(:plants) AS p(plant)"
    ),
    "inbox_oldest": (
        "SELECT p.plant, COALESCE(EXTRACT(EPOCH FROM :now - (SELECT min(o.fetched_at) FROM generate_series(0, :lanes - 1) AS l(lane)"
        " CROSS JOIN LATERAL (SELECT i.fetched_at FROM uninterpreted u JOIN inbox i ON i.id = u.id WHERE u.plant = p.plant"
        " AND u.lane = l.lane ORDER BY u.id LIMIT 1) AS o)), 0) FROM unnest(:plants) AS p(plant)"
    ),
    "runs_open": (
        "SELECT n.name, s.state, count(r.id) FROM unnest(:names) AS n(name)"
        " CROSS JOIN unnest(ARRAY['due', 'running', 'pulled']) AS s(state) LEFT JOIN run r ON r.connection = n.name"
        " AND r.state = s.state AND r.state IN ('due', 'running', 'pulled') GROUP BY 1, 2"
    ),
    "runs_ended": (
        "SELECT t.connection, s.state, sum(CASE s.state WHEN 'done' THEN t.done WHEN 'failed' THEN t.failed ELSE t.stopped END)"
        " FROM tally t CROSS JOIN unnest(ARRAY['done', 'failed', 'stopped']) AS s(state) GROUP BY 1, 2"
    ),
    "run_done_at": "SELECT connection, kind, EXTRACT(EPOCH FROM done_at) FROM tally WHERE done_at IS NOT NULL",
    "fetched": "SELECT connection, sum(fetched) FROM tally GROUP BY 1",
    "unchanged": "SELECT connection, sum(unchanged) FROM tally GROUP BY 1",
    "checkpoint_age": "SELECT connection, kind, EXTRACT(EPOCH FROM :now - moved_at) FROM checkpoint",
    "outbox": (
        "SELECT n.name, s.state, (SELECT count(*) FROM (SELECT FROM outbox o WHERE o.connection = n.name AND o.state = s.state"
        " AND o.state NOT IN ('confirmed', 'idle') LIMIT :most) AS rows)"
        " FROM unnest(:names) AS n(name) CROSS JOIN unnest(:states) AS s(state)"
    ),
    "outbox_oldest": (
        "SELECT n.name, COALESCE((SELECT EXTRACT(EPOCH FROM :now - o.open_since) FROM outbox o"
        " WHERE o.connection = n.name AND o.open_since IS NOT NULL ORDER BY o.open_since LIMIT 1), 0) FROM unnest(:names) AS n(name)"
    ),
    "outbox_on_hold": (
        "SELECT n.name, (SELECT count(*) FROM (SELECT FROM outbox o WHERE o.connection = n.name AND o.hold IS NOT NULL"
        " LIMIT :most) AS rows) FROM unnest(:names) AS n(name)"
    ),
    "connection_on_hold": (
        "SELECT n.name, (h.connection IS NOT NULL)::int FROM unnest(:names) AS n(name) LEFT JOIN outbox_hold h ON h.connection = n.name"
    ),
    "quarantine": (
        "SELECT p.plant, s.stage, (SELECT count(*) FROM (SELECT FROM quarantine q WHERE q.plant = p.plant AND q.stage = s.stage"
        " AND q.state = 'waiting' LIMIT :most) AS rows)"
        " FROM unnest(:plants || :no_plant) AS p(plant) CROSS JOIN unnest(:stages) AS s(stage)"
    ),
    "silence": ("SELECT p.queue, EXTRACT(EPOCH FROM :now - COALESCE(p.answered_at, p.since)) FROM pulse p WHERE p.queue = ANY(:queues)"),
    "documents": "SELECT GREATEST(sum(reltuples), 0) FROM pg_class WHERE oid = 'document'::regclass",
    "events": (
        "SELECT COALESCE(sum(GREATEST(c.reltuples, 0)), 0) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'event'::regclass"
    ),
}


def measure(
    connection: Connection, *, plants: Sequence[str], names: Sequence[str], queues: Sequence[str], now: datetime
) -> dict[str, list[tuple[Any, ...]]]:
    """Every figure by its name: rows of labels with the value last. What the site names is there with 0 where there is nothing.

    Seconds are seconds, times are Unix time. Documents (with all their versions) and events are the database's own estimates.
    """
    told = {
        "plants": list(plants), "names": list(names), "queues": list(queues), "states": list(STATES),
        "stages": list(STAGES), "no_plant": [NO_PLANT], "most": MOST, "lanes": LANES, "now": now,
    }  # fmt: skip
    return {name: [tuple(row) for row in connection.execute(statement(query), told)] for name, query in QUERIES.items()}


def statement(query: str) -> Any:
    """A query with its lists typed."""
    lists = [name for name in ("plants", "names", "queues", "states", "stages", "no_plant") if f":{name}" in query]
    return text(query).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in lists))
