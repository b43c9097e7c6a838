"""Finding work that nobody was woken for: lost messages, dead workers, retries whose time has come."""

from __future__ import annotations

from pipelines.ports import Plumbing
from pipelines.state import captures, inbox, outbox, runs


def sweep(plumbing: Plumbing) -> int:
    """Wake a worker for every run, inbox, outbox and capture with something to do; how many were woken. Waking twice is harmless."""
    now = plumbing.now()
    with plumbing.begin() as connection:
        due = runs.due_now(connection, now=now)
        plants = inbox.plants_with_work(connection)
        names = outbox.connections_with_work(connection, now=now)
        jobs = captures.due_jobs(connection, now=now)
        runs.finish(connection, now=now)
    for row in due:
        plumbing.wake("pull", row.id, row.plant)
    for plant in plants:
        plumbing.wake("interpret", plant, plant)
    for name in names:
        if line := plumbing.lines.get(name):
            plumbing.wake("push", name, line.plant)
    for job in jobs:
        plumbing.wake("capture", job, "")
    return len(due) + len(plants) + len(names) + len(jobs)
