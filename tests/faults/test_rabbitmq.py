"""The same over RabbitMQ with quorum queues: workers are killed, the broker is killed, and nothing is lost or doubled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from arena.disturb import Disturber, disturbed, killing
from arena.judge import Sentence, held, judged, rehearsed
from arena.rabbit import SERVER, rabbitmq
from arena.site import Arena, arena

from pipelines.app import celery_app, exchange_queues_of, queues_of

pytestmark = [
    pytest.mark.skipif(not SERVER.exists(), reason="RabbitMQ is not installed (Debian: rabbitmq-server)"),
    pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it"),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Arena]:
    folder: Path = tmp_path_factory.mktemp("rabbit")
    with rabbitmq(folder / "rabbit") as url, arena(folder / "arena", f'[services]\nbroker = "{url}"\nshared = "{valkey_url}"\n') as made:
        yield rehearsed(made)


def test_its_queues_are_quorum_queues_and_all_of_them_are_read(stage: Arena) -> None:
    plants = list(stage.site.plants)
    assert stage.site.broker is not None
    with celery_app(stage.site.broker, plants).connection_for_write() as connection, connection.channel() as channel:
        for name in (*queues_of(plants), *exchange_queues_of(plants)):
            told = channel.queue_declare(name, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 20}, passive=True)
            assert told.consumer_count == 1


def test_killed_workers_lose_and_double_nothing(stage: Arena) -> None:
    stage.reset()
    disturbers = [Disturber(killing(stage, role), times=2, every=4.0) for role in ("worker", "exchange")]
    with disturbed(*disturbers):
        stage.sync()
        assert stage.settle(240, disturbing=lambda: any(one.at_it() for one in disturbers))
    stage.done()

    assert judged(stage, held(stage)) == Sentence(0, 0, 0, 0)
    assert sum(one.done for one in disturbers) == 4
