"""Differences between what we hold and what an ERP holds are mended: read again, or withdrawn when gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.bootstrap import House
from lotweave.demo import kingdee_data
from lotweave.demo.site import make_site
from lotweave.demo.story import story
from lotweave.plumbing import lines_of, plumbing_of
from lotweave.sync import Sync
from pipelines.ports import Line
from pipelines.state import runs
from pipelines.steps.interpret import interpret
from pipelines.steps.pull import pull
from pipelines.steps.reconcile import Difference, reconcile
from pipelines.steps.repair import Repaired, repair
from scheduler.plan import scheduled
from scheduler.schedule import Schedule

KINDS = ("BD_MATERIAL", "BD_BatchMainFile", "SFC_OperationReport")


@pytest.fixture
def erp() -> Iterator[Running]:
    with Running(front_door(manifest("kingdee").simulator)(kingdee_data.data(story()))) as running:
        yield running


@pytest.fixture
def joined(house: House, erp: Running, tmp_path: Path) -> House:
    """A plant whose Kingdee was read once."""
    site = make_site(tmp_path / "site", hz=erp.url, su="http://127.0.0.1:1")
    there = replace(house, site=replace(site, database=house.site.database))
    lines = [line for line in lines_of(there.site).values() if line.plant == "HZ"]
    Sync(there, say=lambda _: None).run(lines, kinds=list(KINDS), full=False)
    return there


def compared(house: House) -> Iterator[tuple[Line, list[Difference]]]:
    """Each connection of the plant with its differences; the masters have one of their own."""
    for line in lines_of(house.site).values():
        if line.plant == "HZ":
            yield line, reconcile(line, plumbing_of(house), kinds=tuple(kind for kind in KINDS if kind in line.kinds))


def mended(house: House, **how: Any) -> tuple[list[Repaired], int]:
    """What was mended, and how many differences are left."""
    plumbing = plumbing_of(house)
    done = [one for line, found in compared(house) for one in repair(line, found, plumbing, **how)]
    interpret("HZ", plumbing)
    return done, sum(one.count for _, found in compared(house) for one in found)


def counting(house: House, kind: str) -> int:
    with house.begin() as connection:
        statement = text("SELECT count(*) FROM document WHERE kind = :kind AND current AND NOT deleted")
        return int(connection.execute(statement, {"kind": kind}).scalar_one())


def test_a_schedule_that_reconciles_finds_and_withdraws_what_was_deleted(joined: House, erp: Running) -> None:
    before = counting(joined, "operation")
    erp.simulator.store.forms["SFC_OperationReport"].pop(3)
    plumbing = plumbing_of(joined)
    line = plumbing.lines["hz-kingdee"]
    nightly = Schedule("nightly", line.name, line.zone, timedelta(days=1), ("SFC_OperationReport",), reconcile=True)
    ids = []
    for nominal in (plumbing.now(), plumbing.now() + timedelta(microseconds=1)):
        with plumbing.begin() as connection:
            ids += runs.create(connection, scheduled(nightly, line, nominal), now=nominal)
        assert pull(ids[-1], plumbing)
        interpret("HZ", plumbing)

    with plumbing.begin() as connection:
        first, second = runs.listing(connection, ids)
    assert (first["state"], first["reconcile"], second["state"]) == ("done", True, "done")
    assert "1 deleted there" in first["findings"][0]["problem"]
    assert "1 withdrawn" in first["findings"][0]["problem"]
    assert not second["findings"]
    assert counting(joined, "operation") < before


def test_a_document_deleted_over_there_is_withdrawn_here(joined: House, erp: Running) -> None:
    before = counting(joined, "operation")
    erp.simulator.store.forms["SFC_OperationReport"].pop(3)

    done, left = mended(joined)

    assert [(one.kind, one.withdrawn, one.read_again) for one in done] == [("SFC_OperationReport", 1, 0)]
    assert left == 0
    assert counting(joined, "operation") < before


def test_a_document_that_no_pull_brought_is_read(joined: House, erp: Running) -> None:
    forms = erp.simulator.store.forms["BD_MATERIAL"]
    forms.append(forms[0] | {"FMATERIALID": 999_777, "FNumber": "9.99.0001", "FModifyDate": "2020-01-01T00:00:00"})

    done, left = mended(joined)

    assert [(one.kind, one.withdrawn, one.read_again) for one in done] == [("BD_MATERIAL", 0, 1)]
    assert left == 0


def test_many_at_once_are_not_withdrawn_unless_told_to(joined: House, erp: Running) -> None:
    kept = counting(joined, "operation")
    del erp.simulator.store.forms["SFC_OperationReport"][:40]

    (done,), left = mended(joined)
    assert (done.held_back, done.withdrawn, left) == (40, 0, 40)
    assert counting(joined, "operation") == kept

    (done,), left = mended(joined, however_many=True)
    assert (done.held_back, done.withdrawn, left) == (0, 40, 0)


def test_a_document_that_waits_for_another_is_told_as_waiting(joined: House) -> None:
    line, plumbing = lines_of(joined.site)["hz-masters"], plumbing_of(joined)
    with joined.begin() as connection:
        key = connection.execute(
            text(
                "UPDATE document SET state = 'parked' WHERE id = (SELECT min(id) FROM document WHERE source_kind = 'BD_MATERIAL'"
                " AND current) RETURNING source_key"
            )
        ).scalar_one()

    (found,) = reconcile(line, plumbing, kinds=("BD_MATERIAL",))

    assert (found.count, found.keys) == (1, {"waiting": [key]})
