"""Pulses: every queue is asked whether somebody works on it, and readiness and doctor tell which are silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.doctor import examine
from lotweave.embedded import services
from lotweave.plumbing import plumbing_of
from lotweave.settings import read_site
from pipelines.ports import Plumbing
from pipelines.steps.pulse import answer, ask

QUEUES = ["house", "plant.杭州", "exchange.杭州"]


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 5, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def turned(house: House, hand: Hand) -> House:
    return replace(house, now=hand)


@pytest.fixture
def plumbing(turned: House) -> Plumbing:
    return plumbing_of(turned)


def test_a_queue_is_asked_again_a_while_after_it_answered(plumbing: Plumbing, hand: Hand) -> None:
    assert sorted(ask(QUEUES, plumbing)) == sorted(QUEUES)
    for queue in QUEUES:
        answer(queue, plumbing)
    hand.turn(14)
    assert ask(QUEUES, plumbing) == []
    hand.turn(1)
    assert sorted(ask(QUEUES, plumbing)) == sorted(QUEUES)


def test_a_queue_that_does_not_answer_is_asked_more_rarely_so_that_it_does_not_fill(plumbing: Plumbing, hand: Hand) -> None:
    ask(QUEUES, plumbing)
    answer("house", plumbing)
    hand.turn(15)
    assert ask(QUEUES, plumbing) == ["house"]
    answer("house", plumbing)
    hand.turn(45)
    assert sorted(ask(QUEUES, plumbing)) == sorted(QUEUES)


def test_readiness_tells_silent_queues_and_is_still_ready(turned: House, plumbing: Plumbing, hand: Hand) -> None:
    client = make_app(turned).test_client()
    ask(["house", "exchange"], plumbing)
    answer("house", plumbing)
    answer("exchange", plumbing)
    hand.turn(61)
    answer("house", plumbing)

    found = client.get("/readyz")

    assert (found.status_code, found.json) == (200, {"ok": True, "database": True, "migrated": True, "silent": {"exchange": 61.0}})
    assert 'lotweave_queue_silence_seconds{queue="exchange"} 61.0' in client.get("/metrics").text


def test_a_database_that_is_away_makes_the_site_unready_and_leaves_it_alive(house: House) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = make_app(replace(house, engine=engine)).test_client()

    found = client.get("/readyz")

    assert (found.status_code, found.json) == (503, {"ok": False, "database": False, "migrated": False, "silent": {}})
    assert client.get("/healthz").json == {"ok": True}


@pytest.fixture
def bare(database_url: str) -> Iterator[str]:
    """A database beside the others that nobody migrated."""
    engine = create_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bare"))
    yield make_url(database_url).set(database="bare").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE bare WITH (FORCE)"))
    engine.dispose()


def test_a_database_that_is_not_migrated_makes_the_site_unready(house: House, bare: str) -> None:
    engine = create_engine(bare)

    found = make_app(replace(house, engine=engine)).test_client().get("/readyz")

    engine.dispose()
    assert (found.status_code, found.json) == (503, {"ok": False, "database": True, "migrated": False, "silent": {}})


@pytest.mark.parametrize(("answers", "ok"), [(True, True), (False, False)])
def test_the_doctor_names_silent_queues_of_a_site_that_is_up(
    house: House, database_url: str, tmp_path: Path, answers: bool, ok: bool
) -> None:
    address = database_url.replace("postgresql+psycopg://", "postgresql://")
    (tmp_path / "lotweave.toml").write_text(f"[services]\ndatabase = '{address}'\n", "utf-8")
    site = read_site(tmp_path)
    site.state.mkdir(exist_ok=True)
    services.write(site.state, "redis://127.0.0.1:1", 1)
    file = site.state / services.FILE
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"since": str(datetime.now(UTC) - timedelta(seconds=90))}), "utf-8")
    plumbing = plumbing_of(replace(house, now=lambda: datetime.now(UTC)))
    ask(["house", "exchange"], plumbing)
    answer("house", plumbing)
    if answers:
        answer("exchange", plumbing)
    else:
        with house.begin() as connection:
            connection.execute(text("UPDATE pulse SET since = since - interval '5 minutes'"))

    found = next(one for one in examine(tmp_path) if one.subject == "queues")

    assert (found.ok, "exchange (never answered)" in found.sentence) == (ok, not ok)
