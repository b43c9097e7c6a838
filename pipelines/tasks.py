"""The Celery tasks: thin shells around steps. Names are explicit texts, so that moving a module breaks no queue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from pipelines.app import queue_for
from pipelines.ports import Plumbing
from pipelines.steps.capture import take_in
from pipelines.steps.deliver import deliver
from pipelines.steps.index import build_when_due
from pipelines.steps.interpret import interpret
from pipelines.steps.own_hashes import make
from pipelines.steps.pull import pull
from pipelines.steps.pulse import UNANSWERED, answer, ask
from pipelines.steps.push import push
from pipelines.steps.refresh import refresh
from pipelines.steps.reinterpret import reinterpret
from pipelines.steps.review import review
from pipelines.steps.settle import settle
from pipelines.steps.sweep import sweep
from pipelines.turns import TURN, Turn

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


def register(app: Celery, plumbing: Callable[[], Plumbing], due: Callable[[], Any]) -> None:
    """Give the application its tasks. `plumbing` is asked for in the worker process, never before; `due` makes scheduled runs."""

    @app.task(name=NAMES["pull"])  # type: ignore[untyped-decorator]
    def pull_run(run_id: int) -> None:
        pull(run_id, plumbing())

    @app.task(name=NAMES["interpret"])  # type: ignore[untyped-decorator]
    def interpret_plant(plant: str) -> None:
        interpret(plant, plumbing(), Turn(TURN))

    @app.task(name=NAMES["push"])  # type: ignore[untyped-decorator]
    def push_connection(name: str) -> None:
        push([name], plumbing(), Turn(TURN))

    @app.task(name=NAMES["index"])  # type: ignore[untyped-decorator]
    def index_house(_: str) -> None:
        own = plumbing()
        build_when_due(own.begin, own.view, own.snapshots)

    @app.task(name=NAMES["review"])  # type: ignore[untyped-decorator]
    def review_recalls(_: str) -> None:
        own = plumbing()
        review(own.begin, own.view, own.now)

    @app.task(name=NAMES["refresh"])  # type: ignore[untyped-decorator]
    def refresh_results(_: str) -> None:
        refresh(plumbing().begin)

    @app.task(name=NAMES["nudge"])  # type: ignore[untyped-decorator]
    def nudge() -> None:
        for queue in ask([queue.name for queue in app.conf.task_queues], plumbing()):
            _send(app, "pulse", queue, queue, expires=UNANSWERED.total_seconds())
        due()
        plumbing().reached("plan")
        sweep(plumbing())
        settle(plumbing().begin, plumbing().view, most=5000)

    @app.task(name=NAMES["pulse"])  # type: ignore[untyped-decorator]
    def answer_pulse(queue: str) -> None:
        answer(queue, plumbing())

    _register_epcis(app, plumbing)


def _register_epcis(app: Celery, plumbing: Callable[[], Plumbing]) -> None:
    @app.task(name=NAMES["hash"])  # type: ignore[untyped-decorator]
    def hash_events(_: str) -> None:
        own = plumbing()
        make(own.begin, own.ground)

    @app.task(name=NAMES["capture"])  # type: ignore[untyped-decorator]
    def capture_job(job: str) -> None:
        own = plumbing()
        take_in(job, begin=own.begin, now=own.now, ground=own.ground)

    @app.task(name=NAMES["deliver"])  # type: ignore[untyped-decorator]
    def deliver_subscription(subscription: str) -> None:
        deliver(subscription, plumbing())

    @app.task(name=NAMES["reinterpret"])  # type: ignore[untyped-decorator]
    def reinterpret_events(_: str) -> None:
        own = plumbing()
        reinterpret(own.begin, own.now, own.ground)


def waker(app: Celery) -> Callable[[str, object, str], None]:
    """A function that sends a wake-up."""

    def wake(task: str, argument: object, plant: str) -> None:
        _send(app, task, argument, queue_for(plant, calls_systems=task in CALLING))

    return wake


@cache
def _away(app: Celery) -> tuple[type[Exception], ...]:
    """What is raised while the broker is away or refuses."""
    return (OperationalError, *app.connection_for_write().connection_errors)


def _send(app: Celery, task: str, argument: object, queue: str, *, expires: float | None = None) -> None:
    """Send a message; a broker that is away or refuses is no fault, since the sweep will find the work."""
    with suppress(*_away(app)):
        app.send_task(NAMES[task], args=[argument], queue=queue, retry=False, ignore_result=True, expires=expires)
