"""Asking every queue whether somebody works on it: a message that a worker answers with the time in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pipelines.ports import Plumbing
from pipelines.state import pulses

EVERY, UNANSWERED = timedelta(seconds=15), timedelta(seconds=60)
"""Between two questions, and after one that was not answered: the queue of a worker that is away must not fill."""


def ask(queues: Sequence[str], plumbing: Plumbing) -> list[str]:
    """The queues to which a question is to be sent now."""
    with plumbing.begin() as connection:
        return pulses.ask(connection, queues, every=EVERY, unanswered=UNANSWERED, now=plumbing.now())


def answer(queue: str, plumbing: Plumbing) -> None:
    """Answer for a queue."""
    with plumbing.begin() as connection:
        pulses.answer(connection, queue, now=plumbing.now())
