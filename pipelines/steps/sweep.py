"""Finding work that nobody was woken for: lost messages, dead workers, retries whose time has come; and forgetting what is old enough."""

from __future__ import annotations

from pipelines.ports import Plumbing
from pipelines.state import captures, cases, changes, item_changes, own_hashes, runs, subscriptions, uninterpreted
from pipelines.state.outbox_claims import connections_with_work
from pipelines.steps.finish import finish
from pipelines.steps.index_due import is_due
from pipelines.steps.release import release


def sweep(plumbing: Plumbing) -> int:
    """Wake a worker for everything with something to do; how many were woken. Waking twice is harmless.

    That is every run, inbox, outbox, capture and subscription; the index, when a snapshot is due; open recalls, results, and hashes
    of our events, that are behind; and captured events whose items changed.
    """
    now = plumbing.now()
    with plumbing.begin() as connection:
        due = runs.due_now(connection, now=now)
        release(connection, plumbing)
        plants = uninterpreted.plants_with_work(connection)
        names = connections_with_work(connection, now=now)
        jobs = captures.due_jobs(connection, now=now)
        behind = subscriptions.due(connection, now=now)
        house = [
            ("index", is_due(connection, plumbing.snapshots)),
            ("review", cases.any_behind(connection)),
            ("refresh", changes.are_due(connection)),
            ("hash", own_hashes.is_behind(connection)),
            ("reinterpret", item_changes.any_wait(connection)),
        ]
        finish(connection, plumbing)
        changes.forget_unneeded(connection)
        captures.prune(connection, before=now - plumbing.keep_payloads)
    for row in due:
        plumbing.wake("pull", row.id, row.plant)
    for plant in plants:
        plumbing.wake("interpret", plant, plant)
    for name in names:
        if line := plumbing.lines.get(name):
            plumbing.wake("push", name, line.plant)
    for job in jobs:
        plumbing.wake("capture", job, "")
    for subscription in behind:
        plumbing.wake("deliver", subscription, "")
    wanted = [task for task, needed in house if needed]
    for task in wanted:
        plumbing.wake(task, "", "")
    return len(due) + len(plants) + len(names) + len(jobs) + len(behind) + len(wanted)
