"""Database and broker at the end of a network that is late and loses connections: a sync ends as an undisturbed one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from arena.disturb import Disturber, disturbed
from arena.judge import Sentence, held, judged, rehearsed
from arena.site import Arena, arena
from arena.wires import Wire
from sqlalchemy import make_url

from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.embedded.valkey import EmbeddedValkey

pytestmark = pytest.mark.skipif(os.environ.get("LOTWEAVE_FAULTS") != "all", reason="it takes long: `make faults` runs it")

SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Stage:
    """The site, and the wires to its services."""

    arena: Arena
    database: Wire
    broker: Wire


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("network")
    with ExitStack() as stack:
        postgres, valkey = EmbeddedPostgres(folder / "services"), EmbeddedValkey(folder / "services")
        url = make_url(stack.enter_context(postgres.used()))
        valkey.start()
        stack.callback(valkey.stop)
        database, broker = Wire(str(postgres.sockets / SOCKET)), Wire(str(valkey.socket))
        stack.callback(database.end)
        stack.callback(broker.end)
        (folder / "address").write_text(
            url.set(host="127.0.0.1", port=database.port, query={}).render_as_string(hide_password=False), "ascii"
        )
        services = f'[services]\ndatabase = "file:{folder / "address"}"\nbroker = "redis://127.0.0.1:{broker.port}/0"\n'
        made = stack.enter_context(arena(folder / "arena", services, database=postgres.url))
        yield Stage(rehearsed(made), database, broker)


def ends_well(stage: Stage, *disturbers: Disturber) -> None:
    here = stage.arena
    with disturbed(*disturbers):
        here.sync()
        settled = here.settle(300, disturbing=lambda: any(one.at_it() for one in disturbers))
    left = "" if settled else here.left()
    here.done()
    now = held(here)

    assert settled, left
    assert judged(here, now) == Sentence(0, 0, 0, 0)
    assert now.mark() == here.reference.mark()


def test_services_that_are_twenty_milliseconds_away(stage: Stage) -> None:
    stage.arena.reset()
    stage.database.delay = stage.broker.delay = 0.02

    ends_well(stage)

    stage.database.delay = stage.broker.delay = 0.0


def test_connections_that_are_lost_every_other_second(stage: Stage) -> None:
    stage.arena.reset()
    before = stage.database.cuts, stage.broker.cuts

    ends_well(stage, *(Disturber(wire.cut, times=10, every=2.0, first=0.5) for wire in (stage.database, stage.broker)))

    assert stage.database.cuts > before[0]
    assert stage.broker.cuts > before[1]


def test_a_database_and_a_broker_that_cannot_be_reached_for_ten_seconds(stage: Stage) -> None:
    stage.arena.reset()
    away = [
        Disturber(lambda: stage.database.sever(10.0), times=1, every=1.0, first=1.0),
        Disturber(lambda: stage.broker.sever(10.0), times=1, every=1.0, first=6.0),
    ]

    ends_well(stage, *away)
