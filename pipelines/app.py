"""The Celery application: settings for wake-up calls that may come never, late or twice (ADR 0002).

Figures and their reasons: docs/explanation/celery.md. No results, no countdowns, no chords; work is rows in PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import Celery
from kombu.entity import Queue

HOUSE = "house"
"""The queue of the sweep and the schedules."""
EXCHANGE = "exchange"
"""The queue of calls to systems that belong to no plant."""
TIME_LIMIT = 600
DELIVERIES = 20
"""How often RabbitMQ gives out one message: beyond it the sweep wakes whoever is needed."""


def queues_of(plants: Sequence[str]) -> list[str]:
    """Queues of work on our own data: one of the house and one a plant, so that a flooded plant delays no other."""
    return [HOUSE, *map(_own, plants)]


def exchange_queues_of(plants: Sequence[str]) -> list[str]:
    """Queues of calls to systems, which mostly wait: they have workers of their own, so that a slow system keeps none of the others."""
    return [EXCHANGE, *map(_exchange, plants)]


def queue_for(plant: str, *, calls_systems: bool) -> str:
    """The queue of a task."""
    if not plant:
        return EXCHANGE if calls_systems else HOUSE
    return _exchange(plant) if calls_systems else _own(plant)


def _own(plant: str) -> str:
    return f"plant.{plant}"


def _exchange(plant: str) -> str:
    return f"{EXCHANGE}.{plant}"


def celery_app(broker_url: str, plants: Sequence[str]) -> Celery:
    """A configured application; it connects to nothing before it is used."""
    app = Celery("lotweave", broker=broker_url, set_as_current=False)
    names = [*queues_of(plants), *exchange_queues_of(plants)]
    rabbit = broker_url.startswith(("amqp:", "amqps:", "pyamqp:"))
    app.conf.update(
        accept_content=["json"],
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_transport_options=RABBIT if rabbit else REDIS,
        result_backend=None,
        task_acks_late=True,
        task_create_missing_queues=True,
        task_default_queue=HOUSE,
        task_ignore_result=True,
        task_queues=[Queue(name, queue_arguments=QUORUM if rabbit else None) for name in names],
        task_reject_on_worker_lost=True,
        task_serializer="json",
        task_soft_time_limit=TIME_LIMIT - 30,
        task_time_limit=TIME_LIMIT,
        timezone="UTC",
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
    )
    return app


REDIS: dict[str, Any] = {"visibility_timeout": 4 * TIME_LIMIT, "socket_timeout": 30, "socket_keepalive": True, "health_check_interval": 25}
RABBIT: dict[str, Any] = {"confirm_publish": True}
QUORUM: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERIES}
