"""What U9's settings change of the kinds that are read: units, who produces, subcontractors' orders, what organisations share."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from connected import connected, served

from connectors.kit.asking import read_one
from connectors.kit.manifest import manifest
from connectors.kit.simulator import Running
from connectors.yonyou.documents import U9Connector
from connectors.yonyou.sample import UOM, sample

SAMPLE = sample(3)
ITEM = 1002603011000000


@pytest.fixture
def running() -> Iterator[Running]:
    units = {"LW_ItemUOM": [{"ID": 1, "ItemMaster": ITEM, "UOM": UOM + 1, "PerBase": "5000"}]}
    with served("yonyou", SAMPLE.data | {"tables": SAMPLE.data["tables"] | units}) as server:
        yield server


def opened(running: Running, **changes: Any) -> U9Connector:
    given = {name: value for name, value in SAMPLE.settings.items() if name != "kinds"} | {"url": running.url} | changes
    return connected(manifest("yonyou"), given)


def told(connector: U9Connector, kind: str, key: str) -> dict[str, Any]:
    found = read_one(connector, kind, key)
    assert found is not None
    return json.loads(found.payload)


@pytest.mark.parametrize("item_route", ["webapi", "sql"])
def test_an_item_brings_its_units_by_either_route(running, item_route):
    item = told(opened(running, item_route=item_route, item_units="sql"), "ItemMaster", "RM-0000")

    assert item["units"] == [{"ID": 1, "UOM": "U1", "PerBase": "5000"}]


def test_an_item_has_no_units_where_no_view_is_said_to_be_there(running):
    assert "units" not in told(opened(running), "ItemMaster", "RM-0000")


def test_completions_and_receipt_reports_say_which_of_them_produces(running):
    marks = {
        by: [
            told(opened(running, produced_by=by), kind, key)["LW_Produces"]
            for kind, key in (("CompleteDoc", "CR-0000"), ("RcvRptDoc", "MO_RcvRptDoc-0000"))
        ]
        for by in ("completion", "receipt")
    }

    assert marks == {"completion": ["1", "0"], "receipt": ["0", "1"]}


def test_a_site_says_where_a_receipt_names_the_subcontractors_order(running):
    lines = {
        "lines": {
            "columns": {"SubcontractOrder": "P.DocNo"},
            "joins": "LEFT JOIN Base_UOM U ON U.ID = L.UOM LEFT JOIN PM_PurchaseOrder P ON P.ID = L.PO",
        }
    }
    usual, site = opened(running), opened(running, tables={"PurReceive": {"lines": lines}})

    orders = [told(one, "PurReceive", "PM_Receivement-0000")["lines"][0]["SubcontractOrder"] for one in (usual, site)]

    assert orders == [None, "SO-0001"]


@pytest.mark.parametrize("kind", ["Organization", "UOM"])
def test_what_organisations_share_is_read_once(running, kind):
    u9 = opened(running, organisations=["10", "11"])

    keys = [document.key for page in u9.pull(kind, None) for document in page.documents]

    assert len(keys) == len(set(keys)) == 3
    assert sorted(keys) == [key for key, _ in u9.survey(kind)]


def test_names_come_in_chinese_from_beside_the_table(running):
    assert told(opened(running), "Organization", "10")["Name"] == "苏州工厂 0"


def test_stock_says_lot_item_warehouse_quantity_and_unit(running):
    page = next(opened(running).pull("stock", None))
    held = json.loads(page.documents[0].payload)

    assert {name: held[name] for name in ("ItemCode", "LotCode", "Warehouse", "StorageType", "Qty", "UOM", "OrgCode")} == {
        "ItemCode": "RM-0000",
        "LotCode": "L-0001",
        "Warehouse": "W1",
        "StorageType": 4,
        "Qty": "120.5",
        "UOM": "PCS",
        "OrgCode": "10",
    }


def test_a_routing_has_its_operations(running):
    routing = told(opened(running), "Routing", "R1")

    assert (routing["ItemCode"], [(one["OpNum"], one["Description"]) for one in routing["operations"]]) == ("RM-0000", [("10", "贴片")])


def test_orders_are_joined_to_what_is_issued_and_received_for_them(running):
    u9 = opened(running)

    assert told(u9, "PMIssueDoc", "PM_IssueDoc-0001")["lines"][0]["OrderNo"] == "SO-0001"
    assert told(u9, "RcvRptDoc", "MO_RcvRptDoc-0001")["lines"][0]["MO"] == "MO-0001"


@pytest.mark.parametrize("fault", ["page_repeated", "page_shuffled"])
@pytest.mark.parametrize("page_size", [2, 500])
def test_lines_that_come_twice_or_in_disorder_make_the_same_documents(running, fault, page_size):
    kinds = [name for name, kind in manifest("yonyou").kinds.items() if kind.read]
    whole = {kind: pulled(opened(running), kind) for kind in kinds}
    running.simulator.faults.order({"name": fault, "share": 1})

    assert {kind: pulled(opened(running, page_size=page_size), kind) for kind in kinds} == whole


def pulled(connector: U9Connector, kind: str) -> dict[str, Any]:
    return {document.key: json.loads(document.payload) for page in connector.pull(kind, None) for document in page.documents}
