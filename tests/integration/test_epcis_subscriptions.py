"""Subscriptions to EPCIS queries: a real receiver, each event once, in the order of commits, as the key that subscribed may see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from epcis_site import SU, ask, capture, document, event, ids, key, own
from flask.testing import FlaskClient
from receiver import BREAK_OFF, TOKEN, Receiver, receiving

from lotweave.bootstrap import House, clock
from lotweave.console.app import make_app
from lotweave.plumbing import plumbing_of
from pipelines.ports import Plumbing
from pipelines.state import subscriptions
from pipelines.steps.deliver import deliver
from pipelines.steps.sweep import sweep
from trace_core.epcis.hashes import event_hash
from trace_core.epcis.reading import read

QUERY = {"eventType": ["TransformationEvent", "ObjectEvent"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
        assert one.wrong == []


@pytest.fixture
def site(site: House, receiver: Receiver) -> House:
    return replace(site, site=replace(site.site, epcis=replace(site.site.epcis, subscribers=(receiver.url.removesuffix("/hook"),))))


@pytest.fixture
def client(site: House) -> FlaskClient:
    return make_app(site).test_client()


def subscribe(client: FlaskClient, headers: dict[str, str], receiver: Receiver, name: str = "made", **more: Any) -> str:
    """A subscription to a query, which is made when it is not there; its address."""
    client.post("/epcis/queries", json={"name": name, "query": QUERY}, headers=headers)
    told = {"dest": receiver.url, "signatureToken": TOKEN} | (more if "schedule" in more else {"stream": True} | more)
    made = client.post(f"/epcis/queries/{name}/subscriptions", json=told, headers=headers)
    assert made.status_code == 201, made.json
    return str(made.headers["Location"])


def work(site: House, *, later: timedelta = timedelta()) -> int:
    """Sweep and deliver until nobody is woken any more; how many turns that were."""
    woken: list[str] = []
    plumbing = at(plumbing_of(site, lambda task, argument, _: woken.append(str(argument)) if task == "deliver" else None), later)
    sweep(plumbing)
    turns = 0
    while woken:
        deliver(woken.pop(0), plumbing)
        turns += 1
    return turns


def at(plumbing: Plumbing, later: timedelta) -> Plumbing:
    return replace(plumbing, now=lambda: clock() + later)


def shown(client: FlaskClient, headers: dict[str, str], address: str) -> dict[str, Any]:
    told = client.get(address, headers=headers).json
    assert isinstance(told, dict)
    return told


def test_a_stream_tells_what_is_new_once_captured_and_own(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    capture(client, headers, document(event(9)))
    address = subscribe(client, headers, receiver)
    assert work(site) == 0
    capture(client, headers, document(event(1), event(2)))
    own(site)

    work(site)
    work(site)
    capture(client, headers, document(event(2), event(3)))
    work(site)

    told = receiver.events()
    everything = ids(ask(client, headers, "eventType=TransformationEvent|ObjectEvent"))
    assert len(told) == len(set(told)) == 6
    assert set(told) == everything - ids(ask(client, headers, "GE_eventTime=2026-03-01T08:09:00%2B08:00&eventType=TransformationEvent"))
    assert [len(one) for one in receiver.deliveries()] == [5, 1]
    assert {json.loads(body)["epcisBody"]["queryResults"]["subscriptionID"] for body in receiver.bodies.values()} == {
        address.rpartition("/")[2]
    }
    assert {json.loads(body)["epcisBody"]["queryResults"]["queryName"] for body in receiver.bodies.values()} == {"made"}
    assert "lastNotifiedAt" in shown(client, headers, address)


def test_what_was_held_before_is_told_from_the_initial_record_time_on(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    own(site)
    capture(client, headers, document(event(1)))
    subscribe(client, headers, receiver, initialRecordTime="2026-04-01T00:00:01Z")
    own_again = {"eventType": ["ObjectEvent"]}
    client.post("/epcis/queries", json={"name": "own", "query": own_again}, headers=headers)
    subscribe(client, headers, receiver, "own", initialRecordTime="2026-03-31T00:00:00Z")

    work(site)
    capture(client, headers, document(event(2)))
    work(site)

    assert sorted(len(one) for one in receiver.deliveries()) == [1, 1, 3]
    assert len(set(receiver.events())) == 5


def test_an_event_is_known_by_its_hash_too(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    own(site)
    (told,) = ask(client, headers, "EQ_bizStep=shipping")
    hash_ = event_hash(next(one.event for one in read(document(told), "application/json").events if one.event))
    client.post("/epcis/queries", json={"name": "one", "query": {"EQ_eventID": [hash_]}}, headers=headers)
    subscribe(client, headers, receiver, "one", initialRecordTime="2026-01-01T00:00:00Z")

    work(site)

    assert receiver.events() == [told["eventID"]]


def test_a_large_answer_comes_in_several_deliveries(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    subscribe(client, headers, receiver)
    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE subscription SET most = 4")
    capture(client, headers, document(*(event(number) for number in range(10))))
    own(site)

    assert work(site) == 4

    assert [len(one) for one in receiver.deliveries()] == [4, 4, 4, 1]
    assert set(receiver.events()) == ids(ask(client, headers, "eventType=TransformationEvent|ObjectEvent"))


def test_a_receiver_that_finds_a_delivery_too_large_gets_smaller_ones(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    subscribe(client, headers, receiver)
    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE subscription SET most = 8")
    capture(client, headers, document(*(event(number) for number in range(5))))
    receiver.answers = [413, 413]

    work(site)

    assert [len(one) for one in receiver.deliveries()] == [2, 2, 1]
    assert len(set(receiver.events())) == 5


@pytest.mark.parametrize("answer", [BREAK_OFF, 500, 404, 302, 429])
def test_a_failed_delivery_is_repeated_byte_for_byte_after_a_wait(
    client: FlaskClient, site: House, receiver: Receiver, answer: int
) -> None:
    headers = key(site)
    address = subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))
    receiver.answers = [answer, answer]

    assert [work(site), work(site)] == [1, 0]
    failing = shown(client, headers, address)
    capture(client, headers, document(event(1, eventID="urn:x:renamed"), event(2)))
    assert [work(site, later=timedelta(seconds=seconds)) for seconds in (6, 12, 17, 18)] == [1, 0, 1, 1]

    assert failing["problem"]
    assert failing["state"] == "active"
    assert [one["Idempotency-Key"] for one in receiver.headers[:3]] == [receiver.headers[0]["Idempotency-Key"]] * 3
    assert len(receiver.headers) == 4
    assert len(receiver.events()) == len(set(receiver.events())) == 2
    assert "problem" not in shown(client, headers, address)


def test_a_subscriber_that_fails_too_long_is_suspended_and_says_so(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    address = subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))
    receiver.answers = [500] * 3

    for days in (0, 6, 8, 9):
        work(site, later=timedelta(days=days))

    told = shown(client, headers, address)
    assert told["state"] == "suspended"
    assert "HTTP 500" in told["problem"]
    assert len(receiver.headers) == 3


def test_a_suspended_subscription_that_is_posted_again_goes_on_from_its_place(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    address = subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))
    receiver.answers = [500] * 2
    for days in (0, 8):
        work(site, later=timedelta(days=days))
    suspended = shown(client, headers, address)["state"]
    capture(client, headers, document(event(2)))

    again = subscribe(client, headers, receiver)
    work(site)
    work(site)

    assert (suspended, shown(client, headers, address)["state"]) == ("suspended", "active")
    assert again == address
    assert len(receiver.events()) == len(set(receiver.events())) == 2


def test_a_failing_subscriber_delays_no_other(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    with receiving() as other:
        opened = replace(site.site.epcis, subscribers=(*site.site.epcis.subscribers, other.url.removesuffix("/hook")))
        both = replace(site, site=replace(site.site, epcis=opened))
        on_both = make_app(both).test_client()
        subscribe(on_both, headers, receiver)
        subscribe(on_both, headers, other)
        receiver.answers = [500]
        capture(client, headers, document(event(1)))

        work(both)

        assert len(other.events()) == 1
        assert other.wrong == []


def test_a_keys_plants_are_what_is_told_and_a_revoked_key_ends_it(client: FlaskClient, site: House, receiver: Receiver) -> None:
    everybody, limited = key(site), key(site, "engineer", "SU")
    client.post("/epcis/queries", json={"name": "made", "query": QUERY}, headers=everybody)
    address = subscribe(client, limited, receiver)
    capture(client, everybody, document(event(1), event(2, readPoint={"id": SU})))
    own(site)
    work(site)

    with site.begin() as connection:
        connection.exec_driver_sql("UPDATE api_key SET revoked_at = now() WHERE plants <> '{}'")
    before = shown(client, everybody, address)
    capture(client, everybody, document(event(3, readPoint={"id": SU})))
    work(site)

    assert [one["eventTime"][14:16] for (one,) in receiver.deliveries()] == ["02"]
    assert before["state"] == shown(client, everybody, address)["state"] == "ended"
    assert "revoked" in before["problem"]
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT state FROM subscription").scalar_one() == "ended"


def test_a_host_that_is_allowed_no_more_gets_nothing(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    address = subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))

    work(replace(site, site=replace(site.site, epcis=replace(site.site.epcis, subscribers=()))))

    told = shown(client, headers, address)
    assert told["state"] == "suspended"
    assert "epcis.subscribers" in told["problem"]
    assert receiver.headers == []


def test_a_schedule_is_carried_out_at_its_times_with_all_that_came(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    hourly = {"second": "0", "minute": "0"}
    silent = subscribe(client, headers, receiver, schedule=hourly)
    told = subscribe(client, headers, receiver, "other", schedule=hourly, reportIfEmpty=True)
    capture(client, headers, document(event(1)))
    due = datetime.fromisoformat(shown(client, headers, silent)["nextAttemptAt"])

    assert work(site) == 0
    to_hour = due - datetime.now(UTC) + timedelta(seconds=1)
    assert work(site, later=to_hour) == 2
    assert work(site, later=to_hour) == 0
    assert work(site, later=to_hour + timedelta(hours=1)) == 2

    assert (due.minute, due.second) == (0, 0)
    assert [len(one) for one in receiver.deliveries()] == [1, 1, 0]
    assert json.loads(list(receiver.bodies.values())[2])["epcisBody"]["queryResults"]["subscriptionID"] == told.rpartition("/")[2]


def test_what_commits_later_with_an_earlier_record_time_is_told(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))
    work(site)

    own(site)  # recorded months before what was told already
    work(site)

    assert [len(one) for one in receiver.deliveries()] == [1, 3]


def test_deleting_a_query_or_a_subscription_ends_it(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    first, second = subscribe(client, headers, receiver), subscribe(client, headers, receiver, "other")
    capture(client, headers, document(event(1)))

    assert client.delete(first, headers=headers).status_code == 204
    assert client.delete("/epcis/queries/other", headers=headers).status_code == 204
    work(site)

    assert receiver.headers == []
    assert client.get(first, headers=headers).json["type"] == "epcisException:NoSuchResourceException"
    assert client.get(second, headers=headers).json["type"] == "epcisException:NoSuchNameException"


def test_subscriptions_are_listed_in_pages_without_their_secrets(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    made = [subscribe(client, headers, receiver, schedule={"hour": str(hour)}) for hour in range(3)]

    first = client.get("/epcis/queries/made/subscriptions?perPage=2", headers=headers)
    link = first.headers["Link"]
    rest = client.get(link[1 : link.index(">")], headers=headers)

    assert {one["subscriptionID"] for one in [*first.json, *rest.json]} == {address.rpartition("/")[2] for address in made}
    assert "Link" not in rest.headers
    assert TOKEN not in first.text + rest.text + client.get(made[0], headers=headers).text
    assert client.get("/epcis/queries/made/subscriptions", headers=key(site, "viewer", "HZ")).json == []
    assert client.get(made[0], headers=key(site, "viewer", "HZ")).status_code == 404


@pytest.mark.parametrize(
    ("told", "status", "exception"),
    [
        ({"stream": False}, 400, "SubscriptionControlsException"),
        ({"schedule": {"hour": "1"}}, 400, "SubscriptionControlsException"),
        ({"dest": "https://elsewhere.example.com/"}, 400, "SubscriptionControlsException"),
        ({"query": "none"}, 404, "NoSuchNameException"),
        ({"query": "limited"}, 400, "SubscriptionControlsException"),
        ({"again": True}, 409, "ResourceAlreadyExistsException"),
        ({"role": "viewer"}, 403, "SecurityException"),
        ({"format": "Sometimes"}, 406, "NotAcceptableException"),
        ({"media": "text/csv"}, 415, "UnsupportedMediaTypeException"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_subscription_is_a_problem_of_the_standard(
    client: FlaskClient, site: House, receiver: Receiver, told: dict[str, Any], status: int, exception: str
) -> None:
    headers = key(site)
    subscribe(client, headers, receiver)
    client.post("/epcis/queries", json={"name": "limited", "query": {"maxEventCount": 5}}, headers=headers)
    asked = {name: told.pop(name) for name in ("query", "again", "role", "format", "media") if name in told}
    body = {"dest": receiver.url, "stream": True, "reportIfEmpty": False} | told
    who = headers if asked.get("again") else key(site, asked.get("role", "engineer"))

    answer = client.post(
        f"/epcis/queries/{asked.get('query', 'made')}/subscriptions",
        data=json.dumps(body),
        content_type=asked.get("media", "application/json"),
        headers=who | {"GS1-EPC-Format": asked.get("format", "No_Preference" if "role" in asked else "Always_GS1_Digital_Link")},
    )

    assert (answer.status_code, answer.json["type"]) == (status, f"epcisException:{exception}")


def test_a_slow_worker_does_not_undo_what_another_did(client: FlaskClient, site: House, receiver: Receiver) -> None:
    headers = key(site)
    address = subscribe(client, headers, receiver)
    capture(client, headers, document(event(1)))
    plumbing, name = plumbing_of(site), address.rpartition("/")[2]
    with site.begin() as connection:
        assert subscriptions.claim(connection, name, now=clock())

    assert not deliver(name, plumbing)
    assert receiver.headers == []
    deliver(name, at(plumbing, 2 * subscriptions.LEASE))

    assert len(receiver.events()) == 1
