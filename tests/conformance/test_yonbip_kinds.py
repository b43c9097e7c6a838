"""YonBIP's customers by code, and what is read only where a connection asks for it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from connected import connected, pulled, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector
from connectors.kit.manifest import manifest
from connectors.kit.simulator import Running
from connectors.yonbip.sample import sample
from trace_core.errors import Misconfigured

MAN = manifest("yonbip")
LIST = "/yonbip/digitalModel/merchant/newlistrange"


@pytest.fixture
def running() -> Iterator[Running]:
    data = sample(4).data
    customers = [one["cust"] for one in data["objects"]["salesout"]]
    data["objects"]["merchant"] = [
        {"id": cust, "code": f"KH{at}", "name": {}, "pubts": "2026-02-01 08:00:00"} for at, cust in enumerate(customers)
    ]
    with served("yonbip", data) as server:
        yield server


def opened(running: Running, **changes: Any) -> Connector:
    given = {name: value for name, value in sample().settings.items() if name != "kinds"} | {"url": running.url} | changes
    return connected(replace(MAN, limits={}), given)


def documents(connector: Connector, kind: str) -> list[dict[str, Any]]:
    return list(pulled(connector, kind)[0].values())


def test_deliveries_say_the_codes_of_their_customers_read_in_one_go(running):
    with closing(opened(running)) as connector:
        found = documents(connector, "salesout")

    assert [one["cust_code"] for one in found] == ["KH0", "KH1", "KH2", "KH3"]
    assert running.simulator.ledger.calls[LIST] == 1


def test_a_customer_that_is_new_since_is_looked_up_alone_and_an_unknown_one_once(running):
    objects = running.simulator.state.objects
    with closing(opened(running)) as connector:
        before = documents(connector, "salesout")
        objects["merchant"].append({"id": 2184924571914000999, "code": "KH99", "name": {}, "pubts": "2026-03-09 08:00:00"})
        for one, cust in zip(objects["salesout"], (2184924571914000999, 2184924571914000998, 2184924571914000998), strict=False):
            one["cust"] = cust
        after = documents(connector, "salesout")

    assert "KH99" not in {one["cust_code"] for one in before}
    assert [one.get("cust_code") for one in after] == ["KH99", None, None, "KH3"]
    assert running.simulator.ledger.calls[LIST] == 3


def test_a_site_whose_list_of_customers_is_closed_goes_by_ids(running):
    with closing(opened(running, customer_codes=False)) as connector:
        found = documents(connector, "salesout")

    assert [one.get("cust_code") for one in found] == [None] * 4
    assert LIST not in running.simulator.ledger.calls


def test_a_list_of_customers_that_is_not_released_is_named(running):
    running.simulator.gate.apps[sample().settings["app_key"]]["authorised"] = ["salesout"]

    with closing(opened(running)) as connector, pytest.raises(Misconfigured, match="merchant"):
        documents(connector, "salesout")


def test_a_customer_is_stamped_by_its_change_and_read_by_id(running):
    with closing(opened(running)) as connector:
        page = next(connector.pull("merchant", None))
        again = read_one(connector, "merchant", page.documents[0].key)

        assert page.documents[0].stamp is not None
        assert again is not None
        assert again.payload == page.documents[0].payload
        assert read_one(connector, "merchant", "1") is None


def test_a_routing_has_its_operations_and_a_serial_number_its_state(running):
    with closing(opened(running)) as connector:
        routing, *_ = documents(connector, "routing")
        state, *_ = documents(connector, "snstate")

    assert [(one["sn"], one["operationCode"]) for one in routing["routingOperation"]] == [(10, "ZP"), (20, "JC")]
    assert (state["sn"], state["snstate"], state["product_cCode"]) == ("CTL-0001", "1", "FG-02")
