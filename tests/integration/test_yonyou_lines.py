"""Yonyou's other product lines through the pipelines: what simulators hold becomes a trace, and YonBIP takes it back as its genealogy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import connectors
from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.bootstrap import House
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


def joined(house: House, folder: Path, system: str, settings: str, secrets: dict[str, str]) -> House:
    folder.mkdir()
    for name, value in secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(value, "utf-8")
    head = HEAD.format(system=system, kinds=json.dumps(list(manifest(system).kinds)))
    (folder / "lotweave.toml").write_text(head + settings, "utf-8")
    return replace(house, site=replace(read_site(folder), database=house.site.database))


def sync(house: House) -> dict[str, Any]:
    return Sync(house, say=lambda _: None).run(list(lines_of(house.site).values()), kinds=[], full=False)


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

    with tenant.begin() as connection:
        rows = [row for row in outbox.listing(connection) if row["state"] != "idle"]
    assert rows
    assert {row["state"] for row in rows} == {"confirmed"}
    assert sum(one.count for one in reconcile(lines_of(tenant.site)["one"], plumbing_of(tenant))) == 0


def test_a_u8_company_becomes_a_trace(house: House, tmp_path: Path) -> None:
    with running("u8") as server:
        site = joined(house, tmp_path / "site", "u8", U8.format(url=server.url), {"secret": "demo-app-secret"})
        first, second = sync(site), sync(site)

    assert (first["quarantined"], first["new_fields"], second["applied"]) == (0, [], 0)
    assert backward(site, "HZ/lot/FG-01/FGL-1") == {"HZ/lot/RM-01/RML-7", "HZ/lot/RM-02/%E8%BD%B4%E6%89%BF-%E6%89%B97"}


def test_an_nc_cloud_account_set_becomes_a_trace(house: House, tmp_path: Path) -> None:
    with running("nccloud") as server:
        apis = server.simulator.data["apis"].items()
        told = "".join(RESOURCE.format(path=path, **api) for path, api in apis if not api.get("writes"))
        secrets = {"secret": "demosecret", "pub_key": server.simulator.gate.public_key("demoapp")}
        site = joined(house, tmp_path / "site", "nccloud", NCC.format(url=server.url) + told, secrets)
        first, second = sync(site), sync(site)

    assert (first["quarantined"], first["new_fields"], second["applied"]) == (0, [], 0)
    assert backward(site, "HZ/lot/FG-01/FGL-1") == {"HZ/lot/RM-01/RML-7"}
