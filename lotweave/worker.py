"""The Celery application of a site, for its worker and beat processes: `celery -A lotweave.worker:app`.

The site comes from LOTWEAVE_SITE, the broker from LOTWEAVE_BROKER_URL or the site's settings. The database is opened in the worker process,
never before a fork.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from threading import Lock
from typing import Any

from celery import Celery
from celery.schedules import schedule
from celery.signals import setup_logging, worker_process_shutdown, worker_shutdown

from lotweave import logs, telemetry
from lotweave.bootstrap import House, clock, opened
from lotweave.plumbing import plumbing_of
from lotweave.settings import environment, read_site, site_folder
from lotweave.steady import SteadyClock
from pipelines.app import HOUSE, celery_app
from pipelines.ports import Plumbing
from pipelines.tasks import register
from pipelines.uncollected import seldom_collected
from pipelines.waking import NAMES, waker
from scheduler.plan import make_due_runs
from trace_core.errors import Misconfigured

NUDGE = timedelta(seconds=3)
"""How often the beat asks whether something is due or was forgotten."""
EXPIRES = 300
"""Seconds after which a question that nobody took is none; the clocks of machines may differ by as much."""

_open = ExitStack()


def make() -> Celery:
    """The application with its tasks and the beat's single entry."""
    site = read_site(site_folder(None))
    broker = environment("LOTWEAVE_BROKER_URL") or site.broker
    if broker is None:
        raise Misconfigured("no broker: set LOTWEAVE_BROKER_URL or services.broker; `lotweave up` does it for embedded services")
    made = celery_app(broker, list(site.plants))

    guard = Lock()

    @cache
    def opened_once() -> Plumbing:
        telemetry.start(site)
        house: House = _open.enter_context(opened(site))
        return plumbing_of(house, waker(made))

    def plumbing() -> Plumbing:
        with guard:  # a worker of calls has many threads
            return opened_once()

    def due() -> Any:
        return make_due_runs(site.timetable, plumbing())

    logs.set_up(site.telemetry.log_level)
    setup_logging.connect(_set_up_already)
    for ending in (worker_process_shutdown, worker_shutdown):
        ending.connect(_flushed)
    register(made, plumbing, due)
    # kept in memory and counted by a clock that is never set: after a step back of the machine's the beat would be silent until then
    often = schedule(NUDGE, nowfun=SteadyClock(lambda: None, machine=clock))
    made.conf.beat_schedule = {"nudge": {"task": NAMES["nudge"], "schedule": often, "options": {"queue": HOUSE, "expires": EXPIRES}}}
    made.conf.beat_scheduler = "celery.beat:Scheduler"
    seldom_collected()
    return made


def _set_up_already(**_: Any) -> None:
    """Celery leaves the logs alone where somebody else answers for them."""


def _flushed(**_: Any) -> None:
    telemetry.flush()


def __getattr__(name: str) -> Celery:
    """`app` is made when Celery asks for it, not on import."""
    if name == "app":
        app = make()
        globals()["app"] = app
        return app
    raise AttributeError(name)
