"""Pull, interpret, push and reconcile against a simulator over a real socket, in this process and without workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.bootstrap import House
from lotweave.demo import yonyou_data
from lotweave.demo.site import make_site
from lotweave.demo.story import story
from lotweave.plumbing import lines_of, plumbing_of
from lotweave.sync import Sync
from pipelines.state import outbox, quarantine
from pipelines.state.uninterpreted import wait_again
from pipelines.steps.reconcile import reconcile


@pytest.fixture
def u9() -> Iterator[Running]:
    with Running(front_door(manifest("yonyou").simulator)(yonyou_data.data(story()))) as running:
        yield running


@pytest.fixture
def joined(house: House, u9: Running, tmp_path: Path) -> House:
    site = make_site(tmp_path / "site", hz="http://127.0.0.1:1", su=u9.url)
    return replace(house, site=replace(site, database=house.site.database))


def sync(house: House, plant: str = "SU", **options: Any) -> dict[str, Any]:
    lines = [line for line in lines_of(house.site).values() if line.plant == plant]
    return Sync(house, say=lambda _: None).run(lines, **({"kinds": [], "full": False} | options))


def test_a_second_sync_moves_nothing(joined: House) -> None:
    first, second = sync(joined), sync(joined)

    assert first["balanced"]
    assert (first["applied"], first["quarantined"], first["pushed"]) == (77, 0, 2)
    assert (second["applied"], second["pushed"]) == (0, 0)
    assert first["new_fields"] == []
    assert {run["findings"] for run in first["runs"]} == {None}


def test_pushed_results_are_read_back_and_then_nothing_differs(joined: House) -> None:
    sync(joined)

    with joined.begin() as connection:
        rows = outbox.listing(connection)
    assert [row["state"] for row in rows if row["state"] != "idle"] == ["confirmed"] * len([row for row in rows if row["state"] != "idle"])
    assert all(row["fields"] and row["verified_at"] for row in rows if row["state"] == "confirmed")
    assert sum(one.count for one in reconcile(lines_of(joined.site)["su-u9"], plumbing_of(joined))) == 0


def test_a_lost_answer_after_the_write_is_looked_up_and_never_written_twice(joined: House, u9: Running) -> None:
    u9.simulator.faults["lost_answer_after_write"] = 1
    sync(joined)
    with joined.begin() as connection:
        unknown = [row for row in outbox.listing(connection) if row["state"] == "unknown"]
        connection.execute(text("UPDATE outbox SET next_attempt_at = now() - interval '1 hour'"))
    assert len(unknown) == 1

    sync(joined)

    with joined.begin() as connection:
        states = {row["state"] for row in outbox.listing(connection)}
    writes = [write for write in u9.simulator.ledger.writes if unknown[0]["target"]["key"] in json.dumps(write, default=str)]
    assert states <= {"confirmed", "idle"}
    assert len(writes) == 1


def test_an_erp_that_does_not_answer_keeps_its_runs_due(joined: House) -> None:
    told = sync(joined, "HZ", kinds=["PRD_MO"])

    assert told["runs"][0]["state"] == "due"
    assert told["runs"][0]["verdict"] == "Unreachable"
    assert "refuses connections" in told["runs"][0]["message"]


def test_a_wrong_secret_stops_the_connection_with_a_sentence(joined: House) -> None:
    (joined.site.folder / "secrets" / "su-client").write_text("wrong", "utf-8")

    told = sync(joined, kinds=["Supplier"])

    assert told["runs"][0]["state"] == "stopped"
    assert told["runs"][0]["verdict"] == "Misconfigured"
    assert "wrong" not in told["runs"][0]["message"].replace("is wrong", "")


def test_a_mapping_that_fails_quarantines_with_file_and_line_and_is_cured_by_a_full_sync(joined: House) -> None:
    mapping = joined.site.folder / "mappings" / "yonyou" / "Supplier.yml"
    mapping.parent.mkdir()
    shipped = (Path(front_door("mappings.engine.load:SHIPPED")) / "yonyou" / "Supplier.yml").read_text("utf-8")
    mapping.write_text(shipped.replace("role: {constant: supplier}", "role: {constant: supplyer}"), "utf-8")

    told = sync(joined, kinds=["Supplier"])
    with joined.begin() as connection:
        rows = quarantine.listing(connection)

    assert told["quarantined"] == len(rows) == 2
    assert rows[0]["problems"][0]["rule"].startswith("mappings/yonyou/Supplier.yml:")
    assert "must be one of supplier, customer, plant" in rows[0]["problems"][0]["problem"]


def test_what_a_document_no_longer_states_is_withdrawn(joined: House, u9: Running) -> None:
    sync(joined, kinds=["Packing"])
    with joined.begin() as connection:
        before = connection.execute(text("SELECT count(*) FROM document WHERE current AND NOT deleted AND kind = 'pack'")).scalar_one()
        connection.execute(text("UPDATE inbox SET deleted = true, revision = revision + 1 WHERE key = (SELECT min(key) FROM inbox)"))
        wait_again(connection, list(connection.execute(text("SELECT connection, kind, key FROM inbox WHERE deleted"))))

    sync(joined, kinds=["Packing"])

    with joined.begin() as connection:
        after = connection.execute(text("SELECT count(*) FROM document WHERE current AND NOT deleted AND kind = 'pack'")).scalar_one()
    assert (before, after) == (6, 5)
