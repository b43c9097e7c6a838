"""Results into Kingdee through the whole flow: documents of a form of their own, and lot masters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connectors.kingdee.simulator import build
from connectors.kit.simulator import Running
from lotweave.bootstrap import House
from lotweave.demo import kingdee_data
from lotweave.demo.site import make_site
from lotweave.demo.story import story
from lotweave.plumbing import lines_of
from lotweave.settings import read_site
from lotweave.sync import Sync
from pipelines.state import outbox

FORM = "LWTR_TraceResult"
LOTS = """mapping: kingdee/push_trace
version: 1
direction: out
target: BD_BatchMainFile
about: {document: lot}
fields:
  F_LW_TraceRef: reference
  F_LW_TraceSummary: summary
"""
ORDERS = LOTS.replace("BD_BatchMainFile", "PRD_MO").replace("{document: lot}", "{document: order}")


@pytest.fixture
def hz() -> Iterator[Running]:
    data = kingdee_data.data(story())
    custom = [{"key": name, "editable_after_audit": True} for name in ("F_LW_TraceRef", "F_LW_TraceSummary")]
    data["custom_fields"]["BD_BatchMainFile"] = custom
    data["custom_fields"]["PRD_MO"] = [{**field, "row": True} for field in custom]
    data["server"]["lot_master_editable"] = True
    receipts, lots = data["forms"]["PRD_INSTOCK"], data["forms"]["BD_BatchMainFile"]
    row = {**receipts[0]["FEntity"][0], "FEntryID": 990002, "FLot": "HZ-LOT-1", "FRealQty": 1}
    row.pop("FSerialSubEntity", None)
    receipts.append({**receipts[0], "FID": 990001, "FBillNo": "SCRK9001", "FEntity": [row]})
    lots.append({**lots[0], "FLOTID": 990003, "FNumber": "HZ-LOT-1", "FMaterialId": row["FMaterialId"], "FSupplierId": None})
    with Running(build(data)) as running:
        yield running


@pytest.fixture
def joined(house: House, hz: Running, tmp_path: Path) -> Callable[..., House]:
    """A site whose Kingdee connection has these settings besides."""

    def made(**settings: str) -> House:
        folder = tmp_path / "site"
        make_site(folder, hz=hz.url, su="http://127.0.0.1:1")
        file = folder / "lotweave.toml"
        more = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        told = file.read_text("utf-8").replace("[connections.hz-kingdee.settings]\n", f"[connections.hz-kingdee.settings]\n{more}")
        assert more in told
        file.write_text(told, "utf-8")
        return replace(house, site=replace(read_site(folder), database=house.site.database))

    return made


def sync(house: House) -> dict[str, Any]:
    lines = [line for line in lines_of(house.site).values() if line.plant == "HZ"]
    return Sync(house, say=lambda _: None).run(lines, kinds=[], full=False)


def states(house: House) -> list[str]:
    with house.begin() as connection:
        return [str(row["state"]) for row in outbox.listing(connection) if row["state"] != "idle"]


def test_results_become_documents_once_and_a_second_sync_makes_no_other(joined: Callable[..., House], hz: Running) -> None:
    house = joined(write_target="document", trace_form=FORM, finish="audit")

    first, second = sync(house), sync(house)

    made = hz.simulator.store.forms[FORM]
    assert first["pushed"] == len(made) > 0
    assert {document["FDocumentStatus"] for document in made} == {"C"}
    assert (second["pushed"], len(hz.simulator.store.forms[FORM])) == (0, first["pushed"])
    assert set(states(house)) == {"confirmed"}


@pytest.mark.parametrize("lost", ["save", "submit", "audit"])
def test_a_lost_answer_of_any_step_makes_no_second_document(joined: Callable[..., House], hz: Running, lost: str) -> None:
    house = joined(write_target="document", trace_form=FORM, finish="audit")
    hz.simulator.faults[f"lost_answer_after_{lost}"] = 1
    sync(house)
    assert states(house).count("unknown") == 1
    with house.begin() as connection:
        connection.execute(text("UPDATE outbox SET next_attempt_at = now() - interval '1 hour'"))

    sync(house)

    made = hz.simulator.store.forms[FORM]
    assert set(states(house)) == {"confirmed"}
    assert {document["FDocumentStatus"] for document in made} == {"C"}
    assert len({document["F_LW_Source"] for document in made}) == len(made) == len(states(house))


def test_results_go_to_lot_masters_where_the_site_says_so(joined: Callable[..., House], hz: Running) -> None:
    house = joined(write_target="lot")
    folder = house.site.folder / "mappings" / "kingdee"
    folder.mkdir(parents=True)
    (folder / "push_trace.yml").write_text(LOTS, "utf-8")

    told = sync(house)
    written = [lot for lot in hz.simulator.store.forms["BD_BatchMainFile"] if str(lot.get("F_LW_TraceRef", "")).startswith("LW-")]
    assert [lot["FNumber"] for lot in written] == ["HZ-LOT-1"]  # nothing went into the others, which were bought
    assert told["pushed"] == 1
    assert set(states(house)) == {"confirmed"}


def test_results_go_to_the_rows_of_orders_about_what_was_made_on_them(joined: Callable[..., House], hz: Running) -> None:
    house = joined(write_target="order_row")
    folder = house.site.folder / "mappings" / "kingdee"
    folder.mkdir(parents=True)
    (folder / "push_trace.yml").write_text(ORDERS, "utf-8")

    told, again = sync(house), sync(house)

    rows = {order["FBillNo"]: order["FTreeEntity"][0] for order in hz.simulator.store.forms["PRD_MO"]}
    written = {number: row["F_LW_TraceSummary"] for number, row in rows.items() if str(row.get("F_LW_TraceRef", "")).startswith("LW-")}
    made = {order.order for order in story().hz.orders}
    assert written.keys() == made
    assert (told["pushed"], again["pushed"]) == (len(made), 0)
    assert set(states(house)) == {"confirmed"}
