"""Wake-ups: messages that say where to look for work, and hold none. Names are explicit texts, so that moving a module breaks no queue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache

from celery import Celery
from kombu.exceptions import OperationalError

from pipelines.app import queue_for

NAMES = {
    "pull": "lotweave.pull",
    "interpret": "lotweave.interpret",
    "push": "lotweave.push",
    "nudge": "lotweave.nudge",
    "index": "lotweave.index",
    "review": "lotweave.review",
    "refresh": "lotweave.refresh",
    "capture": "lotweave.capture",
    "hash": "lotweave.hash",
    "deliver": "lotweave.deliver",
    "reinterpret": "lotweave.reinterpret",
    "pulse": "lotweave.pulse",
}

CALLING = frozenset({"pull", "push", "deliver"})
"""Tasks that call a system, and mostly wait for it."""


def waker(app: Celery) -> Callable[[str, object, str], None]:
    """A function that sends a wake-up."""

    def wake(task: str, argument: object, plant: str) -> None:
        send(app, task, argument, queue_for(plant, calls_systems=task in CALLING))

    return wake


@cache
def _away(app: Celery) -> tuple[type[Exception], ...]:
    """What is raised while the broker is away or refuses."""
    return (OperationalError, *app.connection_for_write().connection_errors)


def send(app: Celery, task: str, argument: object, queue: str, *, expires: float | None = None) -> None:
    """Send a message; a broker that is away or refuses is no fault, since the sweep will find the work."""
    with suppress(*_away(app)):
        app.send_task(NAMES[task], args=[argument], queue=queue, retry=False, ignore_result=True, expires=expires)
