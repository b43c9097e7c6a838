"""`lotweave reconcile` and `/api/v1/reconciliation` over a whole plant: results looked for, differences exported, months proven."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.access.keys import create
from lotweave.bootstrap import House, clock
from lotweave.cli.main import app_of
from lotweave.console.app import make_app
from lotweave.demo import kingdee_data
from lotweave.demo.site import make_site
from lotweave.demo.story import story
from lotweave.plumbing import plumbing_of
from lotweave.settings import read_site
from pipelines.steps.pull import pull

KINDS = ("PRD_MO", "PRD_INSTOCK")


@pytest.fixture
def erp() -> Iterator[Running]:
    with Running(front_door(manifest("kingdee").simulator)(kingdee_data.data(story()))) as running:
        yield running


@pytest.fixture
def folder(house: House, erp: Running, tmp_path: Path) -> Path:
    """A site that has synced all of its plant HZ."""
    made = make_site(tmp_path / "site", hz=erp.url, su="http://127.0.0.1:1").folder
    file = made / "lotweave.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[services]\ndatabase = "{house.site.database}"\n', "utf-8")
    verb(made, "sync", "HZ")
    return made


def verb(folder: Path, *words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(app_of(), [*words, "--site", str(folder), "--json"])
    assert done.exit_code == status, done.output
    return orjson.loads(done.stdout)


def receipts(erp: Running) -> list[dict[str, Any]]:
    """Receipts of finished goods that carry a result."""
    return [bill for bill in erp.simulator.store.forms["PRD_INSTOCK"] if str(bill.get("F_LW_TraceRef") or "").strip()]


def test_results_that_went_lost_over_there_are_named_and_pushed_again(folder: Path, erp: Running) -> None:
    bills = receipts(erp)
    before = bills[0]["F_LW_TraceRef"]
    assert verb(folder, "reconcile", "HZ", *KINDS)["results"] == [
        {
            "connection": "hz-kingdee", "kind": "PRD_INSTOCK", "results": len(bills), "different": 0, "missing_there": 0,
            "differences": 0, "fault": None,
        }
    ]  # fmt: skip
    bills[0]["F_LW_TraceRef"] = " "

    (lost,) = verb(folder, "reconcile", "HZ", *KINDS, status=1)["results"]
    assert (lost["different"], lost["different_keys"]) == (1, [str(bills[0]["FID"])])
    (mended,) = verb(folder, "reconcile", "HZ", *KINDS, "--repair")["results"]

    assert mended["differences"] == 0
    assert bills[0]["F_LW_TraceRef"] == before


def test_a_result_in_the_way_of_something_foreign_stays_a_difference(folder: Path, erp: Running) -> None:
    bills = receipts(erp)
    bills[0]["F_LW_TraceRef"] = "checked by hand"

    told = verb(folder, "reconcile", "HZ", "PRD_INSTOCK", "--repair", status=1)

    assert bills[0]["F_LW_TraceRef"] == "checked by hand"
    assert [row["state"] for row in verb(folder, "outbox", "list", "--state", "held", status=1)["outbox"]] == ["held"]
    assert (told["proven"], told["results"][0]["different"]) == (False, 1)


def test_a_result_whose_document_is_gone_is_missing_there(folder: Path, erp: Running) -> None:
    key = str(receipts(erp)[0]["FID"])
    forms = erp.simulator.store.forms["PRD_INSTOCK"]
    forms.remove(receipts(erp)[0])

    told = verb(folder, "reconcile", "HZ", "PRD_INSTOCK", status=1)

    assert (told["results"][0]["missing_there"], told["results"][0]["missing_there_keys"]) == (1, [key])
    assert (told["kinds"][0]["deleted_there"], told["kinds"][0]["deleted_there_keys"]) == (1, [key])
    assert told["differences"] == 2


def test_every_difference_is_exported_with_its_key(folder: Path, erp: Running) -> None:
    gone = str(erp.simulator.store.forms["SFC_OperationReport"].pop(3)["FID"])

    done = CliRunner().invoke(app_of(), ["reconcile", "HZ", "SFC_OperationReport", "--format", "csv", "--site", str(folder)])

    assert done.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["connection"], row["kind"], row["difference"], row["key"]) for row in rows] == [
        ("hz-kingdee", "SFC_OperationReport", "deleted_there", gone)
    ]
    assert rows[0]["changed_here"].endswith("+00:00")


def test_months_are_proven_and_told_without_asking_anybody(folder: Path, erp: Running, house: House) -> None:
    verb(folder, "reconcile", "HZ", *KINDS, "--deep")
    erp.stop()

    told = {one["kind"]: one for one in verb(folder, "reconcile", "HZ", *KINDS, "--proven")["kinds"]}

    assert told.keys() == set(KINDS)
    assert all(month["agrees"] and month["proven_at"] and month["proven_deep_at"] for one in told.values() for month in one["periods"])
    with house.begin() as connection:
        mine, others = (create(connection, plants=[plant], role="viewer", now=clock()) for plant in ("HZ", "SU"))
    client = make_app(House(read_site(folder), house.engine)).test_client()
    answers = {key: client.get("/api/v1/reconciliation", headers={"Authorization": f"Bearer {key}"}).json for key in (mine, others)}
    assert {one["kind"] for one in answers[mine]["kinds"]} == set(KINDS)
    assert answers[others] == {"kinds": []}


def test_differences_come_over_http_page_by_page(folder: Path, erp: Running, house: House) -> None:
    gone = str(erp.simulator.store.forms["SFC_OperationReport"].pop(3)["FID"])
    verb(folder, "reconcile", "HZ", "SFC_OperationReport", status=1)
    client = make_app(House(read_site(folder), house.engine)).test_client()
    with house.begin() as connection:
        who = {"Authorization": f"Bearer {create(connection, plants=[], role='viewer', now=clock())}"}
    address = "/api/v1/reconciliation/hz-kingdee/{}/differences"

    told = client.get(address.format("SFC_OperationReport"), headers=who).json

    assert [(one["sort"], one["key"]) for one in told["listed"]] == [("deleted_there", gone)]
    assert told["next"] is None
    behind = client.get(address.format("SFC_OperationReport"), query_string={"cursor": f"deleted_there/{gone}"}, headers=who).json
    assert behind["listed"] == []
    assert client.get(address.format("NONE"), headers=who).status_code == 404
    assert client.get(address.format("SFC_OperationReport"), query_string={"sort": "odd"}, headers=who).status_code == 400


def test_a_comparison_is_begun_over_http_and_mends(folder: Path, erp: Running, house: House) -> None:
    erp.simulator.store.forms["SFC_OperationReport"].pop(3)
    made = House(read_site(folder), house.engine)
    client, address = make_app(made).test_client(), "/api/v1/reconciliation/hz-kingdee/{}"
    with house.begin() as connection:
        operator, viewer, other = (
            {"Authorization": f"Bearer {create(connection, plants=plants, role=role, now=clock())}"}
            for plants, role in (([], "operator"), ([], "viewer"), (["SU"], "operator"))
        )

    begun = client.post(address.format("SFC_OperationReport"), headers=operator)
    assert pull(begun.json["run"], plumbing_of(made))

    told = client.get(f"{address.format('SFC_OperationReport')}/differences", headers=operator).json
    assert (begun.status_code, told["counts"]["deleted_there"]) == (202, 1)
    assert client.post(address.format("SFC_OperationReport"), headers=viewer).status_code == 403
    assert client.post(address.format("NONE"), headers=operator).status_code == 404
    assert client.post(address.format("SFC_OperationReport"), headers=other).status_code == 404


def test_a_period_of_days_and_what_is_wrong_with_it(folder: Path) -> None:
    told = verb(folder, "reconcile", "HZ", "PRD_MO", "--since", "2026-03-01", "--until", "2026-03-31")["kinds"][0]

    assert told["window"] == ["2026-02-28T16:00:00+00:00", "2026-03-31T16:00:00+00:00"]  # midnights of the plant
    assert verb(folder, "reconcile", "HZ", "--since", "March", status=2)["error"]["code"] == "usage"
    assert verb(folder, "reconcile", "HZ", "--since", "2026-03-02", "--until", "2026-03-01", status=2)["error"]["code"] == "usage"
    assert verb(folder, "reconcile", "HZ", "--format", "pdf", status=2)["error"]["code"] == "usage"


def test_a_system_that_does_not_answer_proves_nothing(folder: Path, erp: Running) -> None:
    erp.stop()

    told = verb(folder, "reconcile", "HZ", "PRD_MO", status=3)

    assert told["kinds"][0]["fault"]["verdict"] == "Unreachable"
    assert (told["proven"], told["differences"]) == (False, 0)


def test_a_person_reads_sentences(folder: Path, erp: Running) -> None:
    erp.simulator.store.forms["SFC_OperationReport"].pop(3)

    def shown(*words: str) -> str:
        return CliRunner().invoke(app_of(), ["reconcile", "HZ", *words, "--site", str(folder)]).stdout

    assert "hz-kingdee SFC_OperationReport: 74 here, 73 there, 1 differences (1 deleted there)\n1 difference(s)" in shown(
        "SFC_OperationReport"
    )
    assert "1 withdrawn\nhz-kingdee SFC_OperationReport: 73 here, 73 there, 0 differences" in shown("SFC_OperationReport", "--repair")
    assert "    2026-03: 73 documents, proven 20" in shown("SFC_OperationReport", "--proven")
    assert "lots, " in shown("--balance")
