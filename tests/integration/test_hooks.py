"""A system says that something changed, and what changed is pulled: YonBIP's events, of both generations, over real sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from connectors.yonbip.events import NEW, OLD
from connectors.yonbip.simulator_push import Pusher
from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.plumbing import plumbing_of
from lotweave.settings import read_site
from pipelines.state import runs
from pipelines.steps.pull import pull

EVENT = {"type": "PRODUCTIONORDER_AUDIT", "eventId": "e-1", "timestamp": 1767225600000, "tenantId": "t", "archive": {"id": "1"}}


@pytest.fixture
def site(house: House, tmp_path: Path) -> Iterator[tuple[House, dict[str, Any]]]:
    told = front_door(manifest("yonbip").sample)()
    with Running(front_door(manifest("yonbip").simulator)(told.data)) as erp:
        given = {name: value for name, value in told.settings.items() if name != "kinds"}
        given["url"] = erp.url
        (tmp_path / "secret").write_text(str(given.pop("app_secret")), "utf-8")
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())
        (tmp_path / "lotweave.toml").write_text(
            f'[site]\nname = "s"\n[plants.GZ]\nzone = "Asia/Shanghai"\n[connections.gz]\nplant = "GZ"\nsystem = "yonbip"\n'
            f'[connections.gz.settings]\n{lines}app_secret = "file:secret"\n',
            "utf-8",
        )
        yield replace(house, site=replace(read_site(tmp_path), database=house.site.database)), told.settings


@pytest.fixture
def address(site: tuple[House, dict[str, Any]]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(site[0]), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/"
    server.shutdown()
    thread.join()
    server.server_close()


def due(house: House) -> list[Any]:
    with house.begin() as connection:
        return list(connection.execute(text("SELECT id, connection, kind, schedule, next_attempt_at FROM run ORDER BY id")))


@pytest.mark.parametrize("generation", [NEW, OLD])
def test_events_lead_to_one_pull_of_their_kind(site: tuple[House, dict[str, Any]], address: str, generation: str) -> None:
    house, settings = site
    pusher = Pusher(address + "gz", settings["app_key"], settings["app_secret"], generation=generation, wait=lambda _: None)
    taken = [pusher.push(EVENT | {"eventId": f"e-{number}"}) for number in range(3)]
    pusher.close()

    found = due(house)
    assert taken == [1, 1, 1]
    assert {(row.connection, row.kind, row.schedule) for row in found} == {("gz", "productionorder", "hook")}
    assert len(found) <= 2  # where the span ended between two of them
    plumbing = replace(plumbing_of(house), now=lambda: found[-1].next_attempt_at)
    for row in found:
        pull(row.id, plumbing)
    with house.begin() as connection:
        assert [(one["state"], one["message"]) for one in runs.listing(connection, [row.id for row in found])] == [("pulled", None)] * len(
            found
        )
    with house.begin() as connection:
        assert runs.listing(connection, [found[-1].id])[0]["fetched"] > 0


def test_the_address_is_checked_as_a_subscription_is_saved(site: tuple[House, dict[str, Any]], address: str) -> None:
    house, settings = site
    pusher = Pusher(address + "gz", settings["app_key"], settings["app_secret"], wait=lambda _: None)

    assert pusher.push({"type": "CHECK_URL", "eventId": "c", "timestamp": 1767225600000}) == 1
    pusher.close()
    assert due(house) == []


def test_whoever_does_not_know_the_secret_is_not_believed(site: tuple[House, dict[str, Any]], address: str) -> None:
    house, settings = site
    pusher = Pusher(address + "gz", settings["app_key"], settings["app_secret"][::-1], wait=lambda _: None)
    body = pusher.body(EVENT)
    client = make_app(house).test_client()
    answer = client.post("/hooks/gz", data=body)
    pusher.close()

    assert (answer.status_code, answer.json["title"]) == (400, "bad_signature")
    assert due(house) == []


def test_a_connection_that_hears_nothing_is_unknown(site: tuple[House, dict[str, Any]]) -> None:
    client = make_app(site[0]).test_client()

    assert client.post("/hooks/nobody", data=b"{}").status_code == 404
    assert client.post("/hooks/gz", data=b"no json").json["title"] == "bad_event"
