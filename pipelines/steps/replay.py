"""What waits in quarantine, taken in again once its cause is mended: records of systems and events of others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from pipelines.ports import Plumbing
from pipelines.state import captures, quarantine, uninterpreted
from pipelines.state.database import Transaction
from pipelines.steps.interpret import interpret
from pipelines.steps.refused import CONNECTION


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of an event that was taken in again: its place in quarantine, whether it is held now, else why not."""

    id: int
    taken: bool
    problems: Sequence[str]


def interpret_again(ids: Collection[int], plumbing: Plumbing) -> list[Replayed]:
    """Interpret raw documents that wait in quarantine anew, these or all of them, as the mappings and tables are now."""
    with plumbing.begin() as connection:
        rows = quarantine.of_stages(connection, INTERPRETED, ids)
        uninterpreted.wait_again(connection, [(row.connection, row.source_kind, row.source_key) for row in rows])
    for plant in sorted({row.plant for row in rows}):
        interpret(plant, plumbing)
    with plumbing.begin() as connection:
        left = {row.id: row for row in quarantine.of_stages(connection, INTERPRETED, [row.id for row in rows])} if rows else {}
    return [
        Replayed(row.id, row.id not in left, [problem["problem"] for problem in left[row.id].problems] if row.id in left else [])
        for row in rows
    ]


INTERPRETED = ("interpret", "held")
"""Stages of quarantine in which a raw document waits as a whole."""
Capture = Callable[[str], None]
"""Takes in a job."""


def replay(
    ids: Collection[int], *, begin: Callable[[], AbstractContextManager[Transaction]], now: Callable[[], datetime], take_in: Capture
) -> list[Replayed]:
    """Take in events that wait in quarantine again, these or all of them; each is a job of its own with the limits of its first sender."""
    with begin() as connection:
        rows = quarantine.waiting_of(connection, CONNECTION, ids)
        limits = captures.plants_of(connection, {row.job for row in rows if row.job})
    found = []
    for row in rows:
        payload, plants = bytes(row.payload), limits.get(row.job, ())
        media = "application/xml" if payload.startswith(b"<") else "application/ld+json"
        with begin() as connection:
            job = captures.add_job(connection, payload=payload, media_type=media, behaviour="proceed", plants=plants, now=now())
        take_in(job)
        with begin() as connection:
            done = captures.read_job(connection, job)
            if done.success:
                quarantine.close(connection, [row.id])
        told = [problem["problem"] for error in done.errors for problem in error["problems"]]
        found.append(Replayed(row.id, bool(done.success), told or [error["message"] for error in done.errors]))
    return found
