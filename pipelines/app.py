"""The Celery application: settings for wake-up calls that may come never, late or twice (ADR 0002).

Figures and their reasons: docs/explanation/celery.md. No results, no countdowns, no chords; work is rows in PostgreSQL.
"""

from __future__ import annotations

from celery import Celery
from kombu.entity import Queue

HOUSE = "house"
"""The queue of the sweep and the schedules."""
TIME_LIMIT = 600


def queue_of(plant: str) -> str:
    """Each plant has a queue, so that a flooded plant delays no other."""
    return f"plant.{plant}"


def celery_app(broker_url: str, plants: list[str]) -> Celery:
    """A configured application; it connects to nothing before it is used."""
    app = Celery("lotweave", broker=broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": 4 * TIME_LIMIT, "socket_keepalive": True, "health_check_interval": 25},
        result_backend=None,
        task_acks_late=True,
        task_create_missing_queues=True,
        task_default_queue=HOUSE,
        task_ignore_result=True,
        task_queues=[Queue(HOUSE), *(Queue(queue_of(plant)) for plant in plants)],
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
