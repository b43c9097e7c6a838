"""Subscriptions over WebSocket: a real server and the library's own client, each event once, and nobody holds the server up."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from time import monotonic
from typing import Any

import pytest
from epcis_site import SU, ask, capture, document, event, ids, key, own
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed
from werkzeug.serving import make_server

from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.console.epcis_sockets import Sockets
from lotweave.console.websocket import Patience
from trace_core.epcis.reading import read

QUERY = {"eventType": ["TransformationEvent", "ObjectEvent"]}
LONG = 15
"""Seconds after which something that has to come is missing."""
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass
class Served:
    """A server that listens, and who is connected to it."""

    port: int
    sockets: Sockets

    def connect(self, headers: dict[str, str], query: str = "stream=true", name: str = "made") -> Client:
        return Client.connect(f"ws://127.0.0.1:{self.port}/epcis/queries/{name}/events?{query}", headers=headers)

    def get(self, headers: dict[str, str], query: str = "stream=true", name: str = "made") -> tuple[int, dict[str, Any]]:
        """Status and body of an answer other than 101."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        connection.request("GET", f"/epcis/queries/{name}/events?{query}", headers=UPGRADE | headers)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found


@contextmanager
def serving(house: House, most: int = 3, patience: Patience | None = None) -> Iterator[Served]:
    with Sockets(most, patience or Patience(look=0.05)) as sockets:
        server = make_server("127.0.0.1", 0, make_app(house, sockets), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Served(server.port, sockets)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def served(site: House) -> Iterator[Served]:
    with serving(site) as one:
        yield one


@pytest.fixture
def headers(site: House, client: FlaskClient) -> dict[str, str]:
    """A key of all plants, and the query."""
    everybody = key(site)
    assert client.post("/epcis/queries", json={"name": "made", "query": QUERY}, headers=everybody).status_code == 201
    return everybody


def results(told: str | bytes | None) -> dict[str, Any]:
    """The results of a message that has come and is valid."""
    assert isinstance(told, str), "nothing came"
    assert list(read(told.encode(), "application/ld+json").all_problems()) == []
    found = json.loads(told)["epcisBody"]["queryResults"]
    assert isinstance(found, dict)
    return found


def next_events(subscriber: Client) -> list[str]:
    return [one["eventID"] for one in results(subscriber.receive(timeout=LONG))["resultsBody"]["eventList"]]


def events_until(subscriber: Client, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        found += next_events(subscriber)
    return found


def closed(subscriber: Client) -> tuple[int, str]:
    """How the server ended it."""
    with pytest.raises(ConnectionClosed) as fault:
        subscriber.receive(timeout=LONG)
    return int(fault.value.reason), str(fault.value.message)


def within(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true in time; asked over connections, so that asking takes its time."""
    until = monotonic() + LONG
    while not condition():
        if monotonic() > until:
            return False
    return True


def test_a_stream_tells_what_is_new_once_captured_and_own(
    client: FlaskClient, site: House, served: Served, headers: dict[str, str]
) -> None:
    capture(client, headers, document(event(9)))
    subscriber = served.connect(headers)
    capture(client, headers, document(event(1), event(2)))
    own(site)
    told = events_until(subscriber, 5)
    capture(client, headers, document(event(2), event(3)))
    told += next_events(subscriber)
    subscriber.close()

    before = ids(ask(client, headers, "GE_eventTime=2026-03-01T08:09:00%2B08:00&eventType=TransformationEvent"))
    assert len(told) == len(set(told)) == 6
    assert set(told) == ids(ask(client, headers, "eventType=TransformationEvent|ObjectEvent")) - before


def test_what_was_held_before_is_told_from_the_initial_record_time_on(
    client: FlaskClient, site: House, served: Served, headers: dict[str, str]
) -> None:
    own(site)  # recorded on 1 April at 00:00
    capture(client, headers, document(event(1)))
    late = served.connect(headers, "stream=true&initialRecordTime=2026-04-01T00:00:01Z")
    early = served.connect(headers, "stream=true&initialRecordTime=2026-03-31T00:00:00Z")

    first, everything = events_until(late, 1), events_until(early, 4)
    capture(client, headers, document(event(2)))
    first, everything = first + next_events(late), everything + next_events(early)
    late.close()
    early.close()

    assert len(set(first)) == 2
    assert set(everything) == ids(ask(client, headers, "eventType=TransformationEvent|ObjectEvent"))
    assert len(everything) == 5


def test_many_events_come_in_several_messages(client: FlaskClient, site: House, headers: dict[str, str]) -> None:
    large = replace(site, site=replace(site.site, epcis=replace(site.site.epcis, most_events=500)))
    capture(make_app(large).test_client(), headers, document(*(event(at % 60, outputEPCList=[f"urn:x:{at}"]) for at in range(250))))

    with serving(large) as served:
        subscriber = served.connect(headers, "stream=true&initialRecordTime=2026-01-01T00:00:00Z")
        told = [next_events(subscriber), next_events(subscriber)]
        subscriber.close()

    assert [len(one) for one in told] == [200, 50]
    assert len({*told[0], *told[1]}) == 250


def test_a_viewers_key_is_told_of_its_plants_alone_and_its_end_ends_the_socket(
    client: FlaskClient, site: House, served: Served, headers: dict[str, str]
) -> None:
    subscriber = served.connect(key(site, "viewer", "SU"))
    capture(client, headers, document(event(1), event(2, readPoint={"id": SU})))
    told = results(subscriber.receive(timeout=LONG))["resultsBody"]["eventList"]
    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE api_key SET revoked_at = now() WHERE plants <> '{}'")

    assert [one["eventTime"][14:16] for one in told] == ["02"]
    assert closed(subscriber) == (1008, "the key was revoked")


def test_deleting_the_query_ends_the_socket(client: FlaskClient, served: Served, headers: dict[str, str]) -> None:
    subscriber = served.connect(headers)

    assert client.delete("/epcis/queries/made", headers=headers).status_code == 204

    assert closed(subscriber) == (1008, "the query was deleted")


def test_a_schedule_is_carried_out_at_its_times(client: FlaskClient, served: Served, headers: dict[str, str]) -> None:
    every_second = served.connect(headers, "second=[0-59]&reportIfEmpty=true")
    silent = served.connect(headers, "minute=[0-59]")
    never = served.connect(headers, "dayOfMonth=29&month=2&dayOfWeek=1")
    told = [results(every_second.receive(timeout=LONG))]
    capture(client, headers, document(event(1)))
    while not told[-1]["resultsBody"]["eventList"]:
        told.append(results(every_second.receive(timeout=LONG)))
    told.append(results(every_second.receive(timeout=LONG)))
    once = next_events(silent)

    assert {len(told[0]["resultsBody"]["eventList"]), len(told[-1]["resultsBody"]["eventList"])} == {0}
    assert len({one["subscriptionID"] for one in told}) == 1
    assert once == [one["eventID"] for one in told[-2]["resultsBody"]["eventList"]]
    assert (silent.receive(timeout=0), never.receive(timeout=0)) == (None, None)
    for one in (every_second, silent, never):
        one.close()


def test_identifiers_are_written_as_the_client_asks(client: FlaskClient, served: Served, headers: dict[str, str]) -> None:
    subscriber = served.connect(headers | {"GS1-EPC-Format": "Always_GS1_Digital_Link"})
    capture(client, headers, document(event(1)))

    (told,) = results(subscriber.receive(timeout=LONG))["resultsBody"]["eventList"]
    subscriber.close()

    assert told["outputEPCList"] == ["https://id.gs1.org/01/04012345111118/21/S1"]


def test_beyond_the_limit_nobody_is_let_in_until_somebody_goes(site: House, headers: dict[str, str]) -> None:
    with serving(site, most=1) as served:
        first = served.connect(headers)
        status, told = served.get(headers)
        first.close()

        assert (status, told["type"]) == (503, "epcisException:ImplementationException")
        assert "epcis.most_sockets" in told["detail"]
        assert within(lambda: connects(served, headers))


def request(headers: dict[str, str], query: str = "stream=true") -> bytes:
    """A request for a WebSocket, for clients that the library does not make."""
    told = [f"{name}: {value}" for name, value in ({"Host": "localhost"} | UPGRADE | headers).items()]
    return "\r\n".join([f"GET /epcis/queries/made/events?{query} HTTP/1.1", *told, "", ""]).encode()


def connects(served: Served, headers: dict[str, str]) -> bool:
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=LONG)
    connection.sendall(request(headers))
    found = connection.recv(12) == b"HTTP/1.1 101"
    connection.close()
    return found


def test_a_client_that_reads_no_message_is_dropped(client: FlaskClient, site: House, headers: dict[str, str]) -> None:
    large = replace(site, site=replace(site.site, epcis=replace(site.site.epcis, most_bytes=20_000_000)))
    filler = {"example:filler": "x" * 1_000_000, "@context": {"example": "https://example.com/"}}
    sender = make_app(large).test_client()
    for number in range(8):
        capture(sender, headers, document(event(number, **filler)))
    with serving(large, most=1, patience=Patience(send=0.5, ping=LONG, look=0.05)) as served:
        silent = socket.socket()
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect(("127.0.0.1", served.port))
        silent.sendall(request(headers, "stream=true&initialRecordTime=2026-01-01T00:00:00Z"))

        assert silent.recv(12) == b"HTTP/1.1 101"
        assert within(lambda: connects(served, headers))
        silent.close()


def test_a_client_that_answers_no_ping_is_dropped(site: House, headers: dict[str, str]) -> None:
    with serving(site, most=1, patience=Patience(ping=0.2, look=0.05)) as served:
        dead = socket.create_connection(("127.0.0.1", served.port))
        dead.sendall(request(headers))

        assert dead.recv(12) == b"HTTP/1.1 101"
        assert within(lambda: connects(served, headers))
        dead.close()


def test_a_client_that_talks_is_sent_away(served: Served, headers: dict[str, str]) -> None:
    subscriber = served.connect(headers)
    subscriber.send("hello")

    assert closed(subscriber)[0] == 1003


def test_a_server_that_stops_tells_who_is_connected(site: House, headers: dict[str, str]) -> None:
    with serving(site) as served:
        subscribers = [served.connect(headers) for _ in range(3)]

    assert [closed(one)[0] for one in subscribers] == [1001] * 3


@pytest.mark.parametrize(
    ("query", "more", "status", "exception", "paths"),
    [
        ("", {}, 400, "SubscriptionControlsException", ["stream"]),
        ("stream=true&hour=1", {}, 400, "SubscriptionControlsException", ["stream"]),
        ("hour=25&perPage=3", {}, 400, "SubscriptionControlsException", ["perPage", "schedule.hour"]),
        ("stream=true", {"Sec-WebSocket-Version": "12"}, 400, "ImplementationException", []),
        ("stream=true", {"GS1-EPC-Format": "Sometimes"}, 406, "NotAcceptableException", ["GS1-EPC-Format"]),
        ("stream=true", {"Authorization": "Bearer none"}, 401, "SecurityException", []),
    ],
)
def test_what_is_wrong_is_a_problem_before_the_upgrade(
    served: Served, headers: dict[str, str], query: str, more: dict[str, str], status: int, exception: str, paths: list[str]
) -> None:
    found, told = served.get(headers | more, query)

    assert (found, told["type"]) == (status, f"epcisException:{exception}")
    assert [one["path"] for one in told.get("problems", [])] == paths


def test_a_query_that_is_not_there_or_limits_its_answer_is_a_problem(client: FlaskClient, served: Served, headers: dict[str, str]) -> None:
    client.post("/epcis/queries", json={"name": "limited", "query": {"maxEventCount": 5}}, headers=headers)

    assert served.get(headers, name="none")[0] == 404
    assert served.get(headers, name="limited")[0] == 400


def test_a_server_without_connections_to_give_says_so(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/epcis/queries/made/events?stream=true", headers=headers | UPGRADE).status_code == 501
