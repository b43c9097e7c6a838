"""A simulator on a real socket suffers what was ordered by its side door."""

import json

import pytest
import requests
from werkzeug.wrappers import Request, Response

from connectors.kit.disturbances import Disturbances
from connectors.kit.http import HttpSession, Patience
from connectors.kit.simulator import Running, Simulator
from trace_core.errors import Unreachable


class Shop(Simulator):
    """Lists ten rows, and takes writes."""

    def respond(self, request: Request) -> Response:
        self.ledger.called(request.path)
        if request.method == "POST":
            self.ledger.wrote(operation="write")
            return Response("{}")
        return Response(json.dumps(self.page(list(range(10)))))


@pytest.fixture
def shop():
    with Running(Shop({})) as running:
        yield running


def order(shop: Running, *orders: dict) -> None:
    requests.post(f"{shop.url}/__simulator__/faults", json=list(orders), timeout=5)


def ask(shop: Running, method: str = "GET", path: str = "/rows", **options) -> requests.Response:
    return HttpSession(patience=Patience(attempts=1, read=5)).send(method, shop.url + path, **options)


@pytest.mark.parametrize("name", ["http_500", "http_502", "http_503", "reset", "truncated"])
def test_a_call_fails_as_ordered_and_the_next_is_well(shop, name):
    order(shop, {"name": name})

    with pytest.raises(Unreachable):
        ask(shop)
    assert ask(shop).json() == list(range(10))


def test_a_busy_server_names_its_delay(shop):
    order(shop, {"name": "too_many", "value": 7})

    with pytest.raises(Unreachable) as told:
        ask(shop)
    assert told.value.retry_after == 7


def test_an_answer_is_lost_after_the_write_was_carried_out(shop):
    order(shop, {"name": "lost_answer_after_write"})
    ask(shop)

    with pytest.raises(Unreachable) as told:
        ask(shop, "POST", writes=True)
    assert told.value.sent
    assert len(shop.simulator.ledger.writes) == 1


def test_rows_come_twice_or_in_another_order(shop):
    order(shop, {"name": "page_repeated"})
    assert ask(shop).json() == [*range(10), *range(5)]
    order(shop, {"name": "page_shuffled", "seed": 1})

    shuffled = ask(shop).json()
    assert shuffled != list(range(10))
    assert sorted(shuffled) == list(range(10))


def test_an_order_is_about_the_paths_it_names(shop):
    order(shop, {"name": "http_503", "only": "/other"})

    assert ask(shop).ok
    with pytest.raises(Unreachable):
        ask(shop, path="/other")


def test_a_share_of_calls_suffers_the_same_each_time():
    def suffered() -> list[bool]:
        faults = Disturbances()
        faults.order({"name": "reset", "share": 0.2, "seed": 4})
        return [faults.due("reset") is not None for _ in range(200)]

    first = suffered()
    assert first == suffered()
    assert 20 < sum(first) < 60


def test_the_servers_clock_is_off_until_ordered_anew(shop):
    order(shop, {"name": "clock_skew", "value": 3600})
    ahead = shop.simulator.unix_time()
    order(shop, {"name": "clock_skew", "value": 0})

    assert 3500 < ahead - shop.simulator.unix_time() < 3700


def test_the_side_door_tells_calls_and_writes(shop):
    ask(shop)
    ask(shop, "POST")

    told = requests.get(f"{shop.url}/__simulator__/ledger", timeout=5).json()
    assert told == {"calls": {"/rows": 2}, "writes": [{"operation": "write"}]}
