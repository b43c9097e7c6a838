"""The Celery tasks: thin shells around steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery

from pipelines.ports import Plumbing
from pipelines.steps.capture import take_in
from pipelines.steps.deliver import deliver
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
from pipelines.waking import NAMES, send


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
        from pipelines.steps.index import build_when_due  # numba with it, which most workers never need

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
            send(app, "pulse", queue, queue, expires=UNANSWERED.total_seconds())
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
