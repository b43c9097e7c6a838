"""Yonyou's product lines through the pipelines: what simulators hold becomes a trace, and each takes results back where the site says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import connectors
from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from connectors.yonyou.sample import ORG, UOM
from connectors.yonyou.sample import sample as u9_sample
from lotweave.bootstrap import House
from lotweave.demo.story import story
from lotweave.demo.yonyou_data import data as u9_data
from lotweave.plumbing import lines_of, plumbing_of
from lotweave.settings import read_site
from lotweave.sync import Sync
from pipelines.state import outbox
from pipelines.steps.reconcile import reconcile
from trace_core.answer import trace
from trace_core.identifiers import parse_thing

DATA = {"yonbip": "tenant", "u8": "company", "nccloud": "account"}
HEAD = """
[site]
name = "test"
[plants.HZ]
name = "杭州"
zone = "Asia/Shanghai"
[connections.one]
plant = "HZ"
system = "{system}"
kinds = {kinds}
[connections.one.settings]
"""
BIP = """
url = "{url}"
tenant = "abc12345"
app_key = "41832a3d2df94989b500da6a22268747"
app_secret = "file:secret"
"""
U8 = """
url = "{url}"
from_account = "lotweave"
to_account = "factory"
app_key = "opademo0001"
app_secret = "file:secret"
"""
U8_RESULTS = """
poll_seconds = 0
result_resource = "traceresult"
[connections.one.settings.result_body]
entry = [{{ inventorycode = "TRACE", quantity = "1" }}]
"""
U8_EAI = """
url = "{url}/U8EAI/import.asp"
route = "eai"
sender = "222"
"""
NCC_RESULTS = """
result_kind = "traceresult"
"""
NCC = """
url = "{url}"
biz_center = "1"
client_id = "demoapp"
client_secret = "file:secret"
pub_key = "file:pub_key"
[connections.one.settings.lookups.cmaterialvid]
kind = "material"
key = "pk_material"
"""
U9 = """
url = "{url}"
client_id = "lotweave"
client_secret = "file:secret"
user = "trace"
organisations = ["10"]
"""
SUBCONTRACT = """
[connections.one.settings.tables.PurReceive.lines.lines]
columns = { SubcontractOrder = "P.DocNo" }
joins = "LEFT JOIN Base_UOM U ON U.ID = L.UOM LEFT JOIN PM_PurchaseOrder P ON P.ID = L.PO"
"""
U9_DOCUMENT = """
write_target = "document"
document_operation = "TraceDoc/Create"
document_table = "Cust_TraceDoc"
"""
U9_ORDERS = """mapping: yonyou/push_trace
version: 1
extends: 1
direction: out
target: MODoc
about: {document: order}
"""
RESOURCE = """
[connections.one.settings.resources.{kind}]
path = "{path}"
rows = "rows"
head = "head"
lines = "body"
key = "{key}"
since = "ts_begin"
until = "ts_end"
page = "pageIndex"
size = "pageSize"
read_by = "{key}"
"""


def running(system: str) -> Running:
    path = Path(connectors.__file__).parent / system / "recordings" / f"{DATA[system]}.json"
    return Running(front_door(manifest(system).simulator)(json.loads(path.read_text("utf-8"))))


def nc_cloud(server: Running, *, results: str = "") -> str:
    """The settings of the account set; where results are wanted, by the resource's path or by XChange."""
    apis = server.simulator.data["apis"].items()
    told = "".join(RESOURCE.format(path=path, **api) for path, api in apis if not api.get("writes"))
    return (
        NCC.format(url=server.url).replace(
            "[connections.one.settings.lookups", (NCC_RESULTS if results else "") + "[connections.one.settings.lookups", 1
        )
        + told
        + results
    )


def nc_secrets(server: Running) -> dict[str, str]:
    return {"secret": "demosecret", "pub_key": server.simulator.gate.public_key("demoapp")}


def joined(house: House, folder: Path, system: str, settings: str, secrets: dict[str, str]) -> House:
    folder.mkdir()
    for name, value in secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(value, "utf-8")
    kinds = [name for name, kind in manifest(system).kinds.items() if kind.read]
    head = HEAD.format(system=system, kinds=json.dumps(kinds))
    (folder / "lotweave.toml").write_text(head + settings, "utf-8")
    return replace(house, site=replace(read_site(folder), database=house.site.database))


def sync(house: House) -> dict[str, Any]:
    return Sync(house, say=lambda _: None).run(list(lines_of(house.site).values()), kinds=[], full=False)


def states(house: House) -> list[str]:
    with house.begin() as connection:
        return [str(row["state"]) for row in outbox.listing(connection) if row["state"] != "idle"]


def retried_now(house: House) -> None:
    with house.begin() as connection:
        connection.execute(text("UPDATE outbox SET next_attempt_at = now() - interval '1 hour'"))


def backward(house: House, root: str) -> set[str]:
    plumbing = plumbing_of(house)
    thing = parse_thing(root)
    assert thing is not None
    with plumbing.view() as documents:
        return {told["id"] for told in trace(documents, thing, direction="backward", now=plumbing.now())["things"]}


@pytest.fixture
def bip() -> Iterator[Running]:
    with running("yonbip") as one:
        yield one


@pytest.fixture
def tenant(house: House, bip: Running, tmp_path: Path) -> House:
    return joined(house, tmp_path / "site", "yonbip", BIP.format(url=bip.url), {"secret": "demo-app-secret"})


def test_a_yonbip_tenant_becomes_a_trace_and_takes_it_as_its_genealogy(tenant: House, bip: Running) -> None:
    first, second, third = sync(tenant), sync(tenant), sync(tenant)

    assert first["balanced"]
    assert (first["quarantined"], first["new_fields"]) == (0, [])
    assert (second["applied"], second["pushed"]) == (1, 0)  # the lot whose genealogy was written comes once more, without it
    assert (third["applied"], third["pushed"]) == (0, 0)
    assert backward(tenant, "HZ/lot/FG-01/FGL-1") == {"HZ/lot/RM-01/RML-7", "HZ/lot/RM-02/%E8%BD%B4%E6%89%BF-%E6%89%B97"}
    made = next(one for one in bip.simulator.state.relations if one["batchNo"] == "FGL-1")
    assert [(line["productCode"], line["batchNo"]) for line in made["bnSnRelationBodyList"]] == [("RM-01", "RML-7"), ("RM-02", "轴承-批7")]
    assert (made["num"], made["sourceCode"]) == (120, "CPRK001")


def test_what_was_pushed_is_verified_and_then_nothing_differs(tenant: House) -> None:
    sync(tenant)

    assert set(states(tenant)) == {"confirmed"}
    assert sum(one.count for one in reconcile(lines_of(tenant.site)["one"], plumbing_of(tenant))) == 0


def test_a_u8_company_becomes_a_trace(house: House, tmp_path: Path) -> None:
    with running("u8") as server:
        site = joined(house, tmp_path / "site", "u8", U8.format(url=server.url), {"secret": "demo-app-secret"})
        first, second = sync(site), sync(site)

    assert (first["quarantined"], first["new_fields"], second["applied"]) == (0, [], 0)
    assert backward(site, "HZ/lot/FG-01/FGL-1") == {"HZ/lot/RM-01/RML-7", "HZ/lot/RM-02/%E8%BD%B4%E6%89%BF-%E6%89%B97"}


def test_an_nc_cloud_account_set_becomes_a_trace(house: House, tmp_path: Path) -> None:
    with running("nccloud") as server:
        site = joined(house, tmp_path / "site", "nccloud", nc_cloud(server), nc_secrets(server))
        first, second = sync(site), sync(site)

    assert (first["quarantined"], first["new_fields"], second["applied"]) == (0, [], 0)
    assert backward(site, "HZ/lot/FG-01/FGL-1") == {"HZ/lot/RM-01/RML-7"}


@pytest.fixture
def u9() -> Iterator[Running]:
    with Running(front_door(manifest("yonyou").simulator)(u9_data(story()))) as one:
        yield one


def results(u9: Running) -> list[dict[str, Any]]:
    return u9.simulator.state.tables.select("SELECT * FROM Cust_TraceDoc ORDER BY ID")


def test_u9_takes_results_as_documents_once(house: House, u9: Running, tmp_path: Path) -> None:
    site = joined(house, tmp_path / "site", "yonyou", U9.format(url=u9.url) + U9_DOCUMENT, {"secret": "demo-secret"})

    first, second, third = sync(site), sync(site), sync(site)

    made = results(u9)
    assert first["pushed"] == len(made) == len({row["DescFlexField_PrivateDescSeg3"] for row in made}) > 0
    assert all(row["DescFlexField_PrivateDescSeg1"].startswith("LW-") for row in made)
    assert (second["pushed"], third["applied"], len(results(u9))) == (0, 0, len(made))
    assert set(states(site)) == {"confirmed"}


def test_a_lost_answer_and_a_kicked_token_make_no_second_document_in_u9(house: House, u9: Running, tmp_path: Path) -> None:
    site = joined(house, tmp_path / "site", "yonyou", U9.format(url=u9.url) + U9_DOCUMENT, {"secret": "demo-secret"})
    u9.simulator.faults["lost_answer_after_write"] = 1
    u9.simulator.faults.order({"name": "token_kick", "only": "TraceDoc/Create"})
    sync(site)
    assert states(site).count("unknown") == 1
    retried_now(site)

    sync(site)

    made = results(u9)
    assert set(states(site)) == {"confirmed"}
    assert len(made) == len({row["DescFlexField_PrivateDescSeg3"] for row in made}) == len(states(site))


def test_u9_takes_results_in_segments_of_orders(house: House, u9: Running, tmp_path: Path) -> None:
    site = joined(house, tmp_path / "site", "yonyou", U9.format(url=u9.url) + 'write_target = "order"\n', {"secret": "demo-secret"})
    folder = site.site.folder / "mappings" / "yonyou"
    folder.mkdir(parents=True)
    (folder / "push_trace.yml").write_text(U9_ORDERS, "utf-8")

    first, second = sync(site), sync(site)

    orders = {
        one["m_docNo"]: (one.get("m_descFlexField") or {}).get("m_privateDescSeg1", "") for one in u9.simulator.state.objects["MODoc"]
    }
    assert orders.keys() == {order.order for order in story().su.orders}
    assert all(reference.startswith("LW-") for reference in orders.values())
    assert (first["pushed"], second["pushed"], second["quarantined"]) == (len(orders), 0, 0)
    assert set(states(site)) == {"confirmed"}


def test_where_no_document_is_chosen_for_results_none_is_wished_for(house: House, tmp_path: Path) -> None:
    with running("u8") as server:
        site = joined(house, tmp_path / "site", "u8", U8.format(url=server.url), {"secret": "demo-app-secret"})
        told = sync(site)

        assert (told["pushed"], states(site), server.simulator.ledger.writes) == (0, [], [])


@pytest.mark.parametrize("way", [U8, U8_EAI], ids=["openapi", "eai"])
def test_u8_takes_results_as_documents_of_the_sites_choice(house: House, tmp_path: Path, way: str) -> None:
    with running("u8") as server:
        settings = way.format(url=server.url) + U8_RESULTS.format()
        site = joined(house, tmp_path / "site", "u8", settings, {"secret": "demo-app-secret"})
        server.simulator.faults["lost_answer_after_write"] = 1
        sync(site)
        assert states(site) == ["unknown"]
        retried_now(site)
        second, third = sync(site), sync(site)

        (made,) = server.simulator.state.objects["traceresult"]
        assert made["define1"].startswith("LW-")
        assert "made of 2 lots" in made["define11"]
        assert (second["pushed"], third["pushed"], third["applied"], third["new_fields"], states(site)) == (1, 0, 0, [], ["confirmed"])


@pytest.mark.parametrize(
    "way", ['write_path = "/nccloud/api/trace/result/result/save"\n', 'billtype = "LWTR"\n'], ids=["resource", "xchange"]
)
def test_nc_cloud_takes_results_as_documents_of_the_sites_choice(house: House, tmp_path: Path, way: str) -> None:
    with running("nccloud") as server:
        site = joined(house, tmp_path / "site", "nccloud", nc_cloud(server, results=way), nc_secrets(server))
        server.simulator.faults["lost_answer_after_write"] = 1
        sync(site)
        assert states(site) == ["unknown"]
        retried_now(site)
        second, third = sync(site), sync(site)

        (made,) = server.simulator.resources.objects["traceresult"]
        assert made["head"]["vdef1"].startswith("LW-")
        assert "made of 1 lots" in made["head"]["vdef2"]
        assert (second["pushed"], third["pushed"], third["applied"], third["new_fields"], states(site)) == (1, 0, 0, [], ["confirmed"])


def u9_company() -> dict[str, Any]:
    """Raw lots go to a subcontractor, what he made goes to an order, and what that made is reported received and sent to another plant."""
    told = u9_sample(1).data
    objects, tables = told["objects"], told["tables"]
    for table in [name for name in tables if "_" in name and not name.startswith(("Base_", "CBO_"))]:
        tables[table] = []
    at = {"Org": ORG, "ModifiedOn": "2026-03-09 08:00:00.000", "Status": 2}

    def document(table: str, lines: str, link: str, lot: str, item: str, number: int, day: int, **more: Any) -> None:
        head = {name: more.pop(name) for name in ("IssueType", "DescFlexField_PrivateDescSeg1", "Supplier_Code") if name in more}
        tables[table] = [{"ID": number, "DocNo": f"{table}-1", "BusinessDate": f"2026-03-0{day} 08:00:00.000", **at, **head}]
        line = {"ItemInfo_ItemCode": item, "LotInfo_LotCode": lot, "UOM": UOM, "Qty": "10", "DocLineNo": 10}
        tables[lines] = [{"ID": number + 1, link: number, **line, **more}]

    tables["PM_PurchaseOrder"] = [{"ID": 77, "DocNo": "PO-7"}]
    document("PM_IssueDoc", "PM_IssueDocLine", "IssueDoc", "RAW-1", "RM-0000", 100, 2, IssueType=0, PO=77)
    document("PM_Receivement", "PM_RcvLine", "Receivement", "SEMI-1", "SF-1", 200, 3, Supplier_Code="S-1", PO=77)
    document("MO_RcvRptDoc", "MO_RcvRptDocLine", "RcvRptDoc", "FG-1", "FG-0001", 300, 5, MO=objects["MODoc"][0]["m_iD"])
    document("InvDoc_TransferOut", "InvDoc_TransOutLine", "TransferOut", "FG-1", "FG-0001", 400, 6, DescFlexField_PrivateDescSeg1="WB-1")
    order, issue, completion = objects["MODoc"][0], objects["IssueDoc"][0], objects["CompleteDoc"][0]
    issue["m_pickListDTOs"] = [
        {**issue["m_pickListDTOs"][0], "m_item": {"m_code": "SF-1"}, "m_lot": {"m_code": "SEMI-1"}, "m_mO": {"m_code": order["m_docNo"]}}
    ]
    issue["m_businessDate"], completion["m_completeDate"] = "2026-03-04T08:00:00", "2026-03-05T08:00:00"
    line = {"m_lineNum": 10, "m_rcvLotNo": "FG-1", "m_rcvQtyByProductUOM": 10, "m_snData": []}
    completion |= {
        "m_mO": {"m_code": order["m_docNo"]},
        "m_itemMaster": {"m_code": "FG-0001"},
        "m_productUOM": {"m_code": "PCS"},
        "m_completeRptRcvLines": [line],
    }
    return dict(told)


@pytest.mark.parametrize(("by", "source"), [("receipt", "RcvRptDoc"), ("completion", "CompleteDoc")])
def test_u9_traces_through_a_subcontractor_and_produces_once(house: House, tmp_path: Path, by: str, source: str) -> None:
    told = u9_company()
    with Running(front_door(manifest("yonyou").simulator)(told)) as server:
        settings = U9.format(url=server.url) + f'produced_by = "{by}"\n' + SUBCONTRACT
        site = joined(house, tmp_path / "site", "yonyou", settings, {"secret": "sample-secret"})
        found = sync(site)

    assert (found["quarantined"], found["new_fields"]) == (0, [])
    assert backward(site, "HZ/lot/FG-0001/FG-1") == {"HZ/lot/SF-1/SEMI-1", "HZ/lot/RM-0000/RAW-1"}
    with site.begin() as connection:
        rows = connection.execute(
            text("SELECT key, body->>'type' AS type FROM document WHERE kind = 'movement' AND body->>'type' IN ('produce', 'transfer_out')")
        )
        moved = {str(row.type): str(row.key).partition("/")[0] for row in rows if not str(row.key).startswith("PurReceive")}
    assert moved == {"produce": source, "transfer_out": "TransferOut"}
