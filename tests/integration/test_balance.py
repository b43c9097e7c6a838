"""How much of each lot there is by our movements, beside what a system says it has in stock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.bootstrap import House, clock
from lotweave.cli.main import app_of
from lotweave.demo.site import make_site
from lotweave.plumbing import plumbing_of
from pipelines.steps.balance import Balance, balance
from pipelines.steps.load import load
from trace_core.quantity import decimal_text

STEEL = {"kind": "lot", "item": "A", "number": "steel-A"}
GEAR = {"kind": "lot", "item": "G", "number": "gear-7"}
ITEM = {"item": "A", "base_uom": "KGM", "tracking": "lot", "units": [{"uom": "ROL", "per_base": "20"}]}


def item(body: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "item", "plant": "HZ", "key": body["item"], "revision": 1, "body": body}


def move(key: str, type_: str, quantity: str, uom: str = "KGM", thing: dict[str, Any] = STEEL, **more: Any) -> dict[str, Any]:
    given = {"day": 2, "revision": 1} | more
    body = {"type": type_, "thing": thing, "quantity": quantity, "uom": uom, "at": f"2026-03-{given.pop('day'):02}T08:00:00+08:00"}
    revision = given.pop("revision")
    if type_ in {"issue", "return", "produce", "byproduct"} and "reverses" not in given:
        body["order"] = "MO-1001"
    return {"kind": "movement", "plant": "HZ", "key": key, "revision": revision, "body": body | given}


def told(house: House, *documents: dict[str, Any]) -> dict[tuple[str, str], Balance]:
    found = load([orjson.dumps(one) for one in documents], begin=house.begin, now=clock).as_json()
    assert (found["accepted"], found["rejected"]) == (len(documents), 0), found
    return {(one.item, one.lot): one for one in balance("HZ", [], plumbing_of(house), {})}


def on_hand(house: House, *documents: dict[str, Any]) -> str:
    return decimal_text(told(house, *documents)["A", "steel-A"].ours)


def test_every_sort_of_movement_counts_with_its_sign(house: House) -> None:
    receives = [move("1", "receive", "100"), move("2", "transfer_in", "10"), move("3", "customer_return", "1"), move("4", "return", "5")]
    takes = [
        move("5", "issue", "40"),
        move("6", "ship", "8"),
        move("7", "scrap", "2"),
        move("8", "transfer_out", "7"),
        move("9", "adjust", "-3"),
    ]

    one = told(house, item(ITEM), *receives, *takes)["A", "steel-A"]

    assert (decimal_text(one.ours), one.uom) == ("56", "KGM")
    assert {name: decimal_text(value) for name, value in one.moves.items()} == {
        "receive": "100", "transfer_in": "10", "customer_return": "1", "return": "5",
        "issue": "-40", "ship": "-8", "scrap": "-2", "transfer_out": "-7", "adjust": "-3",
    }  # fmt: skip


def test_what_is_split_renamed_or_merged_moves_from_lot_to_lot(house: House) -> None:
    half = STEEL | {"number": "steel-A1"}
    found = told(
        house,
        item(ITEM),
        move("1", "receive", "100"),
        move("2", "split", "30", other=half),
        move("3", "merge", "5", thing=half, other=STEEL),
    )

    assert {name: decimal_text(one.ours) for name, one in found.items()} == {("A", "steel-A"): "75", ("A", "steel-A1"): "25"}


def test_units_are_converted_by_what_the_item_declares_and_within_a_dimension(house: House) -> None:
    assert on_hand(house, item(ITEM), move("1", "receive", "3", "ROL"), move("2", "issue", "2500", "GRM")) == "57.5"


def test_a_reversal_takes_off_what_it_reverses_and_its_own_reversal_restores_it(house: House) -> None:
    first = (item(ITEM), move("1", "receive", "100"), move("2", "issue", "40"), move("3", "issue", "10", reverses="2", day=3))
    assert on_hand(house, *first) == "70"

    assert on_hand(house, move("4", "issue", "10", reverses="3", day=4)) == "60"


def test_a_reversal_of_more_than_there_is_takes_off_no_more_than_all(house: House) -> None:
    assert (
        on_hand(house, item(ITEM), move("1", "receive", "100"), move("2", "issue", "40"), move("3", "issue", "50", reverses="2")) == "100"
    )


def test_a_count_of_zero_ends_what_came_before(house: House) -> None:
    assert on_hand(house, item(ITEM), move("1", "receive", "100"), move("2", "adjust", "0", day=3), move("3", "receive", "7", day=4)) == "7"


def test_a_corrected_or_withdrawn_movement_counts_as_it_is_now(house: House) -> None:
    assert on_hand(house, item(ITEM), move("1", "receive", "100"), move("2", "receive", "5")) == "105"

    gone = move("2", "receive", "5", revision=2) | {"deleted": True, "body": {}}
    assert on_hand(house, move("1", "receive", "90", revision=2), gone) == "90"


def test_serials_count_under_their_item(house: House) -> None:
    units = [{"kind": "serial", "item": "G", "number": f"G-{at}"} for at in (1, 2)]
    found = told(
        house,
        item({"item": "G", "base_uom": "H87", "tracking": "serial"}),
        *(move(str(at), "produce", "1", "C62", unit) for at, unit in enumerate(units)),
    )

    assert decimal_text(found["G", ""].ours) == "2"


def test_containers_are_told_and_not_counted(house: House) -> None:
    box = {"kind": "container", "number": "BOX-1"}
    load([orjson.dumps(move("1", "ship", "1", "C62", box))], begin=house.begin, now=clock)
    counts: dict[str, int] = {}

    assert list(balance("HZ", [], plumbing_of(house), counts)) == []
    assert counts == {"containers": 1, "unknown": 0}


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Iterator[Path]:
    """A site with our movements, and a Kingdee that has in stock what this test says."""
    base = {"FStockOrgId": "100", "FStockId": "WH1", "FUpdateTime": "2026-03-05T08:00:00"}
    rows = [("A", "steel-A", "60", "kg"), ("A", "steel-A", "10", "kg"), ("G", "gear-7", "3", "Pcs"), ("S", None, "500", "Pcs")]
    stock = [
        base | {"FID": f"4f1c-{at}", "FMaterialId": item_, "FLot": lot, "FBaseQty": quantity, "FBaseUnitId": unit}
        for at, (item_, lot, quantity, unit) in enumerate(rows)
    ]
    data = front_door(manifest("kingdee").sample)(2).data
    with Running(front_door(manifest("kingdee").simulator)(data | {"forms": data["forms"] | known(stock)})) as erp:
        secret = str(front_door(manifest("kingdee").sample)(2).settings["app_secret"])
        yield site_over(house, make_site(tmp_path / "site", hz=erp.url, su="http://127.0.0.1:1").folder, "hz-app", secret)


def site_over(house: House, made: Path, name: str, secret: str) -> Path:
    """The site on the tests' database, with the secret of its simulator."""
    file = made / "lotweave.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[services]\ndatabase = "{house.site.database}"\n', "utf-8")
    (made / "secrets" / name).write_text(secret, "utf-8")
    return made


def known(stock: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The stock with the base data that it names."""
    materials = [{"FMATERIALID": 100 + at, "FNumber": name} for at, name in enumerate(("A", "G", "S"))]
    lots = [{"FLOTID": 200 + at, "FNumber": name, "FMaterialId": of} for at, (name, of) in enumerate((("steel-A", "A"), ("gear-7", "G")))]
    units = [{"FUNITID": 300 + at, "FNumber": name} for at, name in enumerate(("kg", "Pcs"))]
    return {"STK_Inventory": stock, "BD_MATERIAL": materials, "BD_BatchMainFile": lots, "BD_UNIT": units}


def test_stock_is_compared_lot_by_lot_and_without_a_lot_by_item(house: House, folder: Path) -> None:
    ours = [item(ITEM), move("1", "receive", "70"), move("2", "produce", "4", "H87", GEAR)]
    load([orjson.dumps(one) for one in ours], begin=house.begin, now=clock)

    done = CliRunner().invoke(app_of(), ["reconcile", "HZ", "--balance", "--site", str(folder), "--json"])

    assert done.exit_code == 1, done.output
    found = orjson.loads(done.stdout)
    assert (found["lots"], found["agreeing"], found["asked"]) == (3, 1, ["hz-kingdee"])
    assert [(one["item"], one["lot"], one["ours"], one["theirs"], one["difference"], one["uom"]) for one in found["differences"]] == [
        ("G", "gear-7", "4", "3", "-1", "H87"),
        ("S", None, "0", "500", "500", "H87"),
    ]


def test_the_balance_is_exported_whole(house: House, folder: Path) -> None:
    load([orjson.dumps(one) for one in (item(ITEM), move("1", "receive", "70"))], begin=house.begin, now=clock)

    done = CliRunner().invoke(app_of(), ["reconcile", "HZ", "--balance", "--format", "csv", "--site", str(folder)])

    assert done.stdout.splitlines() == [
        "item,lot,ours,theirs,difference,uom,agrees,problem",
        "A,steel-A,70,70,0,KGM,yes,",
        "G,gear-7,0,3,3,H87,no,",
        "S,,0,500,500,H87,no,",
    ]


def test_a_unit_over_there_that_cannot_be_converted_is_a_problem_and_no_number(house: House, folder: Path) -> None:
    load([orjson.dumps(item({"item": "G", "base_uom": "KGM", "tracking": "lot"}))], begin=house.begin, now=clock)

    found = orjson.loads(CliRunner().invoke(app_of(), ["reconcile", "HZ", "--balance", "--site", str(folder), "--json"]).stdout)

    (gear,) = (one for one in found["differences"] if one["item"] == "G")
    assert gear["problem"] == "H87 is neither declared on the item nor convertible to its base unit KGM"
    assert (gear["theirs"], gear["agrees"]) == ("0", False)


def test_times_beyond_now_are_not_counted_yet(house: House) -> None:
    later = move("1", "receive", "5")
    later["body"]["at"] = datetime(2090, 1, 1, tzinfo=UTC).isoformat()

    assert told(house, item(ITEM), later) == {}


def test_nothing_of_the_stock_is_kept(house: House, folder: Path) -> None:
    CliRunner().invoke(app_of(), ["reconcile", "HZ", "--balance", "--site", str(folder)])

    with house.begin() as connection:
        told = text("SELECT (SELECT count(*) FROM stocked), (SELECT count(*) FROM reconciliation)")
        assert tuple(connection.execute(told).one()) == (0, 0)


def test_stock_that_cannot_be_read_is_told_with_every_reason_and_leaves_nothing(house: House, folder: Path) -> None:
    (folder / "mappings" / "kingdee").mkdir(parents=True, exist_ok=True)
    shipped = Path("mappings/kingdee/stock.yml").read_text("utf-8")
    (folder / "mappings" / "kingdee" / "stock.yml").write_text(shipped.replace("from: FBaseQty", "from: FStockId"), "utf-8")

    done = CliRunner().invoke(app_of(), ["reconcile", "HZ", "--balance", "--site", str(folder), "--json"])

    assert done.exit_code == 1, done.output
    error = orjson.loads(done.stdout)["error"]
    assert (error["code"], len(error["problems"])) == ("stock", 4)
    with house.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM stocked")).scalar_one() == 0


def test_u9_tells_its_stock_over_all_warehouses(house: House, tmp_path: Path) -> None:
    load([orjson.dumps(bought("RM-0000", "L-0001", "240"))], begin=house.begin, now=clock)
    sample = front_door(manifest("yonyou").sample)(2)
    with Running(front_door(manifest("yonyou").simulator)(sample.data)) as erp:
        made = make_site(tmp_path / "site", hz="http://127.0.0.1:1", su=erp.url.removesuffix("/U9C")).folder
        site_over(house, made, "su-client", str(sample.settings["client_secret"]))

        done = CliRunner().invoke(app_of(), ["reconcile", "SU", "--balance", "--site", str(made), "--json"])

    found = orjson.loads(done.stdout)
    assert found.get("asked") == ["su-u9"], found
    assert [(one["item"], one["lot"], one["ours"], one["theirs"], one["difference"], one["uom"]) for one in found["differences"]] == [
        ("RM-0000", "L-0001", "240", "241", "1", "H87")  # twice 120.5
    ]


def bought(code: str, lot: str, quantity: str) -> dict[str, Any]:
    """A receipt of a lot of the U9 plant."""
    body = {"type": "receive", "at": "2026-03-01T08:00:00+08:00", "quantity": quantity, "uom": "H87"}
    return {
        "kind": "movement", "plant": "SU", "key": lot, "revision": 1,
        "body": body | {"thing": {"kind": "lot", "item": code, "number": lot}},
    }  # fmt: skip
