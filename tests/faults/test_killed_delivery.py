"""Subscribers while processes are killed, answers are lost, and documents are committed side by side: each event once, none missing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import pytest
from epcis_site import ask, capture, document, event, key
from receiver import BREAK_OFF, HOLD, TOKEN, Receiver, receiving

from lotweave.bootstrap import House, clock
from lotweave.console.app import make_app
from lotweave.epcis_settings import Epcis
from lotweave.plumbing import plumbing_of
from pipelines.state import subscriptions
from pipelines.steps.deliver import deliver
from pipelines.steps.load import load

WORKER = """
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlalchemy import create_engine
from lotweave.bootstrap import House, clock
from lotweave.epcis_settings import Epcis
from lotweave.plumbing import plumbing_of
from lotweave.settings import Site
from pipelines.steps.deliver import deliver
url, subscription, origin, minutes = sys.argv[1:]
engine = create_engine(url)
house = House(Site(Path("."), "test", url, None, {}, {}, epcis=Epcis(subscribers=(origin,))), engine)
plumbing = replace(plumbing_of(house), now=lambda: clock() + timedelta(minutes=int(minutes)))
while deliver(subscription, plumbing):
    pass
"""
EVENTS, LOADERS, LINES = 40, 4, 30


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
        assert one.wrong == []


@pytest.fixture
def site(house: House, receiver: Receiver) -> House:
    settings = Epcis(places={"4012345000016": "HZ"}, subscribers=(receiver.url.removesuffix("/hook"),))
    return replace(house, site=replace(house.site, epcis=settings))


def subscribed(site: House, headers: dict[str, str], receiver: Receiver) -> str:
    client = make_app(site).test_client()
    client.post("/epcis/queries", json={"name": "all", "query": {}}, headers=headers)
    told = {"dest": receiver.url, "signatureToken": TOKEN, "stream": True}
    return str(client.post("/epcis/queries/all/subscriptions", json=told, headers=headers).json["subscriptionID"])


def everything(site: House, headers: dict[str, str]) -> set[str]:
    return {one["eventID"] for one in ask(make_app(site).test_client(), headers, "perPage=1000")}


@pytest.mark.parametrize("seed", [1, 2])
def test_processes_are_killed_between_sending_and_noting(site: House, database_url: str, receiver: Receiver, seed: int) -> None:
    headers, rng = key(site), random.Random(seed)
    name = subscribed(site, headers, receiver)
    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE subscription SET most = 3")
    capture(make_app(site).test_client(), headers, document(*(event(number) for number in range(EVENTS))))

    killed = 0
    for turn in range(4):
        receiver.answers = [*rng.choices([200, 200, BREAK_OFF, 500], k=rng.randrange(3)), HOLD]
        arguments = [database_url, name, receiver.url.removesuffix("/hook"), str(turn * 90)]
        worker = subprocess.Popen([sys.executable, "-c", WORKER, *arguments])
        while worker.poll() is None and not receiver.holding.wait(0.05):
            pass
        killed += worker.poll() is None
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        receiver.let_go()
    receiver.answers = []
    plumbing = replace(plumbing_of(site), now=lambda: clock() + timedelta(days=2))
    while deliver(name, plumbing):
        pass

    told = receiver.events()
    assert killed >= 2
    assert len(receiver.headers) > len(receiver.bodies)
    assert len(told) == len(set(told)) == EVENTS
    assert set(told) == everything(site, headers)


def test_what_is_committed_side_by_side_is_all_told(site: House, receiver: Receiver) -> None:
    headers = key(site)
    name = subscribed(site, headers, receiver)
    client = make_app(site).test_client()

    def loads(plant: int) -> None:
        for number in range(LINES):
            body = {"type": "receive", "thing": {"kind": "lot", "item": "CAP", "number": f"L{number}"}, "quantity": "1", "uom": "H87"}
            told = {
                "kind": "movement",
                "plant": f"P{plant}",
                "key": f"{number}",
                "revision": 1,
                "body": body | {"at": "2026-03-01T00:00:00Z"},
            }
            load([orjson.dumps(told)], begin=site.begin, now=partial(datetime, 2026, 3, LINES - number, tzinfo=UTC))

    def captures() -> None:
        for number in range(LINES):
            capture(client, headers, document(event(number)))

    writers = [threading.Thread(target=loads, args=(plant,)) for plant in range(LOADERS)] + [threading.Thread(target=captures)]
    for writer in writers:
        writer.start()
    plumbing = plumbing_of(site)
    until = time.monotonic() + 60
    while time.monotonic() < until and any(writer.is_alive() for writer in writers):
        deliver(name, plumbing)
    for writer in writers:
        writer.join()
    with site.begin() as connection:
        assert subscriptions.newest(connection).weaving > 0
    deliver(name, plumbing)

    told = receiver.events()
    assert len(told) == len(set(told)) == (LOADERS + 1) * LINES
    assert set(told) == everything(site, headers)
    assert len(receiver.bodies) > 1
