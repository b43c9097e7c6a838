"""How the Kingdee connector reads what is awkward: missing fields and forms, caps, lying clocks, copies, organisations, deletions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.kingdee.documents import KingdeeConnector, open_connector
from connectors.kingdee.simulator import build
from connectors.kit.asking import read_one
from connectors.kit.contract import Windowed
from connectors.kit.manifest import manifest, typed
from connectors.kit.simulator import Running
from lotweave.demo import kingdee_data
from lotweave.demo.story import story
from trace_core.errors import Misconfigured

DATA = kingdee_data.data(story())


def serve(forms: Mapping[str, Any] | None = None, **how: Any) -> Running:
    return Running(build(DATA | {"server": DATA["server"] | how, "forms": DATA["forms"] | dict(forms or {})}))


@pytest.fixture
def server() -> Iterator[Running]:
    with serve() as running:
        yield running


def connect(server: Running, **more: Any) -> KingdeeConnector:
    who = {name: kingdee_data.CREDENTIALS[name] for name in ("acct_id", "user", "app_id")}
    told = {"url": f"{server.url}/k3cloud/", "app_secret": kingdee_data.SECRET, **who, **more}
    made = open_connector(typed(manifest("kingdee"), told, "test"), connection="hz", zone="Asia/Shanghai")
    assert isinstance(made, KingdeeConnector)
    return made


def pulled(connector: KingdeeConnector, kind: str, cursor: Any = None) -> tuple[dict[str, dict[str, Any]], Any]:
    found: dict[str, dict[str, Any]] = {}
    for page in connector.pull(kind, cursor):
        found |= {raw.key: json.loads(raw.payload) for raw in page.documents}
        cursor = page.cursor
    return found, cursor


def test_a_custom_field_that_is_missing_is_left_out_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    gone = {"BD_MATERIAL": ["F_LW_Mpn", "F_LW_GlobalItem"], "STK_InStock": ["FSUBREQBILLNO"], "SFC_OperationReport": ["FTraceSubEntity"]}
    with serve(missing_fields=gone) as server:
        connector = connect(server)
        materials, _ = pulled(connector, "BD_MATERIAL")
        receipts, _ = pulled(connector, "STK_InStock")
        reports, _ = pulled(connector, "SFC_OperationReport")

        told = {finding.subject: finding for finding in connector.check()}

    assert {key for document in materials.values() for key in document if key.startswith("F_LW")} == {"F_LW_Maker"}
    assert all("FSUBREQBILLNO" not in row for document in receipts.values() for row in document["FInStockEntry"])
    assert all("FTraceSubEntity" not in row for document in reports.values() for row in document["FEntity"])
    assert len(reports) == len(DATA["forms"]["SFC_OperationReport"])
    assert told["BD_MATERIAL"].sentence.startswith("is read without F_LW_Mpn, F_LW_GlobalItem, which it lacks here")
    assert sum("BD_MATERIAL is read without F_LW_Mpn, F_LW_GlobalItem" in line for line in caplog.messages) == 1


def test_what_is_missing_costs_one_description_not_one_query_a_field(server: Running) -> None:
    gone = {"STK_TRANSFERIN": ["F_LW_Waybill", "FTransferDirect", "FSrcBillNo", "FDestLot"]}
    with serve(missing_fields=gone) as other:
        pulled(connect(other), "STK_TRANSFERIN")

        assert other.simulator.ledger.calls == {"ExecuteBillQuery": 2 + 2, "QueryBusinessInfo": 1}  # two for the newest times


def test_a_change_time_that_is_missing_is_done_without() -> None:
    with serve(missing_fields={"BD_Supplier": ["FAuditDate"], "ORG_Organizations": ["FModifyDate"]}) as server:
        connector = connect(server)

        found, cursor = pulled(connector, "BD_Supplier")
        plants, nothing = pulled(connector, "ORG_Organizations")
        again, _ = pulled(connector, "ORG_Organizations", nothing)

    assert (len(found), bool(cursor["mark"])) == (len(DATA["forms"]["BD_Supplier"]), True)
    assert (again, nothing) == (plants, {"mark": None})


def test_a_field_that_facts_need_is_not_left_out() -> None:
    with serve(missing_fields={"PRD_PickMtrl": ["FActualQty"]}) as server:
        (found,) = (finding for finding in connect(server).check() if finding.subject == "PRD_PickMtrl")

    assert (found.ok, found.verdict) == (False, "Misconfigured")
    assert "FActualQty" in found.sentence


def test_a_form_that_the_edition_lacks_holds_nothing_and_is_told() -> None:
    with serve(missing_forms=["SUB_PickMtrl", "PRD_PPBOM"]) as server:
        connector = connect(server)

        assert pulled(connector, "SUB_PickMtrl")[0] == {}
        assert list(connector.survey("SUB_PickMtrl")) == []
        told = {finding.subject: finding.sentence for finding in connector.check()}
        assert told["SUB_PickMtrl"] == "this edition does not have the form: nothing is read of it"


def test_codes_that_no_mapping_knows_are_told_before_they_come() -> None:
    with serve(more_codes={"FStatus": {"8": "暂停"}}) as server:
        told = {finding.subject: finding.sentence for finding in connect(server).check()}

    assert told["PRD_MO"].endswith("codes that no mapping knows may come: FStatus 8 (暂停)")
    assert "codes" not in told["BD_MATERIAL"]


@pytest.mark.parametrize("how", [{"limit_cap": 2}, {"limit_cap": 1000, "limit_is_error": True}])
def test_a_server_that_gives_less_than_asked_by_cap_or_by_error_is_read_whole(server: Running, how: dict[str, Any]) -> None:
    whole, _ = pulled(connect(server), "SFC_OperationReport")
    with serve(**how) as other:
        connector = connect(other, page_size=10000)

        assert pulled(connector, "SFC_OperationReport")[0] == whole
        assert connector.reader.size == (1000 if "limit_is_error" in how else 10000)


@pytest.mark.parametrize("fault", ["page_repeated", "page_shuffled"])
def test_rows_that_come_twice_or_in_disorder_make_the_same_documents(server: Running, fault: str) -> None:
    whole, _ = pulled(connect(server), "SFC_OperationReport")
    server.simulator.faults.order({"name": fault, "share": 1})

    pages = list(connect(server, page_size=7).pull("SFC_OperationReport", None))

    assert [raw.key for page in pages for raw in page.documents] == list(whole)
    assert {raw.key: json.loads(raw.payload) for page in pages for raw in page.documents} == whole


def test_a_clock_that_is_off_is_told_to_a_person(server: Running) -> None:
    server.simulator.faults.order({"name": "clock_skew", "value": 3600})

    (told,) = connect(server).check()

    assert (told.ok, "set it by NTP" in told.sentence, told.verdict) == (False, True, "Unreachable")


def test_dates_with_a_blank_are_the_same_dates(server: Running) -> None:
    _, cursor = pulled(connect(server), "PRD_MO")
    with serve(date_separator=" ") as other:
        connector = connect(other)
        found, again = pulled(connector, "PRD_MO")

        assert again["mark"] == cursor["mark"]
        assert dict(connector.survey("PRD_MO")) == dict(connect(server).survey("PRD_MO"))
        assert {document["FDate"][10] for document in found.values()} == {" "}


def test_a_survey_asks_one_query_a_page_and_finds_what_was_deleted(server: Running) -> None:
    connector = connect(server, page_size=50)
    held = dict(connector.survey("SFC_OperationReport"))
    server.simulator.ledger.calls.clear()
    gone = server.simulator.store.forms["SFC_OperationReport"].pop(3)

    left = dict(connector.survey("SFC_OperationReport"))

    assert set(held) - set(left) == {str(gone["FID"])}
    assert server.simulator.ledger.calls == {"ExecuteBillQuery": -(-len(left) // 50) + 1}


def test_a_large_form_is_read_in_as_many_queries_as_it_has_pages() -> None:
    row = {"FSeq": 1, "FMaterialId": "CC-100N", "FUnitID": "Pcs", "FLot": "CC-100N-A", "FMoBillNo": "MO", "FActualQty": 1}
    many = [
        {"FID": n, "FBillNo": f"P{n}", "FModifyDate": "2026-03-01T00:00:00", "FEntity": [row | {"FEntryID": n * 10 + m} for m in (1, 2)]}
        for n in range(1, 5001)
    ]
    with serve({"PRD_PickMtrl": many}, limit_cap=10000) as server:
        connector = connect(server, page_size=2000)

        found, _ = pulled(connector, "PRD_PickMtrl")

        assert (len(found), {len(document["FEntity"]) for document in found.values()}) == (5000, {2})
        assert server.simulator.ledger.calls == {"ExecuteBillQuery": 2 + 10000 // 2000 + 1}


def moved(server: Running, state: str, **more: Any) -> str:
    """Give the second order's row another state, as row operations do: without moving the bill's times."""
    order = server.simulator.store.forms["PRD_MO"][1]
    order["FTreeEntity"][0] |= {"FStatus": state, **more}
    return str(order["FID"])


def hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")


def test_open_orders_are_read_again_when_it_is_time(server: Running) -> None:
    connector = connect(server)
    _, cursor = pulled(connector, "PRD_MO")
    key = moved(server, "4")

    early, later = pulled(connector, "PRD_MO", cursor)
    due, after = pulled(connector, "PRD_MO", cursor | {"reread": hours_ago(7)})

    assert (key in early, later["reread"]) == (False, cursor["reread"])
    assert due[key]["FTreeEntity"][0]["FStatus"] == "4"
    assert after["reread"] > hours_ago(1)
    assert after["mark"] == cursor["mark"]


def test_orders_closed_since_are_read_again_too(server: Running) -> None:
    connector = connect(server)
    _, cursor = pulled(connector, "PRD_MO")
    for order in server.simulator.store.forms["PRD_MO"]:
        order["FTreeEntity"][0]["FCloseDate"] = "2026-01-01T00:00:00"
    key = moved(server, "6", FCloseDate=datetime.now(connector.zone).replace(tzinfo=None).isoformat(timespec="seconds"))

    found, _ = pulled(connector, "PRD_MO", {"mark": "2027-01-01T00:00:00", "reread": hours_ago(7)})

    assert list(found) == [key]
    assert cursor["reread"]


def test_a_site_without_the_closing_time_reads_open_orders_alone() -> None:
    with serve(missing_fields={"PRD_MO": ["FCloseDate"]}) as server:
        key = moved(server, "3")

        found, _ = pulled(connect(server), "PRD_MO", {"mark": "2027-01-01T00:00:00", "reread": hours_ago(7)})

        assert list(found) == [key]


def test_reading_again_can_be_turned_off_and_goes_on_after_the_last_page_kept(server: Running) -> None:
    for order in server.simulator.store.forms["PRD_MO"]:
        order["FTreeEntity"][0]["FStatus"] = "4"
    due = {"mark": "2027-01-01T00:00:00", "reread": hours_ago(7)}
    keys = [str(order["FID"]) for order in server.simulator.store.forms["PRD_MO"]]

    assert pulled(connect(server, reread_open_hours=0), "PRD_MO", due)[0] == {}
    pages = list(connect(server, page_size=1).pull("PRD_MO", due))
    rest, cursor = pulled(connect(server), "PRD_MO", pages[0].cursor)
    assert [raw.key for page in pages for raw in page.documents] == keys
    assert list(rest) == keys[1:]
    assert "rereading" not in cursor


def test_the_next_watermark_is_the_servers_newest_time_whatever_this_machine_thinks(server: Running) -> None:
    ahead = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=280000) + timedelta(hours=3)
    server.simulator.store.forms["PRD_MO"][0]["FModifyDate"] = ahead.isoformat()

    _, cursor = pulled(connect(server), "PRD_MO")

    assert cursor["mark"] == ahead.isoformat(timespec="milliseconds")


def test_a_time_that_is_a_mistake_does_not_hide_what_comes_after(server: Running) -> None:
    orders = server.simulator.store.forms["PRD_MO"]
    orders[0]["FModifyDate"] = "2099-05-05T10:00:00"
    _, cursor = pulled(connect(server), "PRD_MO")
    orders[1]["FModifyDate"] = "2026-04-01T08:00:00"

    again, _ = pulled(connect(server), "PRD_MO", cursor)

    assert set(again) >= {str(orders[1]["FID"])}


@pytest.mark.parametrize("crash", [False, True])
def test_what_changes_while_it_is_read_is_not_passed_over(server: Running, crash: bool) -> None:
    orders = server.simulator.store.forms["PRD_MO"]
    connector = connect(server, page_size=1, reread_open_hours=0)
    pages = connector.pull("PRD_MO", None)
    first = next(pages)
    orders[0]["FModifyDate"] = "2026-04-01T08:00:00"
    orders[2]["FModifyDate"] = "2026-04-01T20:00:00"

    cursor = (list(connector.pull("PRD_MO", first.cursor)) if crash else list(pages))[-1].cursor
    again, _ = pulled(connector, "PRD_MO", cursor)

    assert [raw.key for raw in first.documents] == [str(orders[0]["FID"])]
    assert set(again) >= {str(orders[0]["FID"]), str(orders[2]["FID"])}


def test_only_the_organisations_of_the_connection_are_read() -> None:
    other = deepcopy(DATA["forms"]["STK_InStock"][0]) | {"FID": 990001, "FStockOrgId": "200"}
    material = deepcopy(DATA["forms"]["BD_MATERIAL"][0]) | {"FMATERIALID": 990002, "FUseOrgId": "200"}
    forms = {"STK_InStock": [*DATA["forms"]["STK_InStock"], other], "BD_MATERIAL": [*DATA["forms"]["BD_MATERIAL"], material]}
    with serve(forms) as server:
        everything = connect(server)
        second = connect(server, organisations=["200"], use_org="200")

        assert "990001" in pulled(everything, "STK_InStock")[0]
        assert list(pulled(second, "STK_InStock")[0]) == ["990001"]
        assert list(pulled(second, "BD_MATERIAL")[0]) == ["990002"]
        assert [key for key, _ in second.survey("STK_InStock")] == ["990001"]


def test_a_direct_transfer_between_plants_is_read_on_both_sides_and_says_which() -> None:
    row = {"FEntryID": 1, "FSeq": 1, "FMaterialId": "CC-100N", "FUnitID": "Pcs", "FLot": "L1", "FDestLot": "L1", "FQty": 5}
    head = DATA["forms"]["STK_InStock"][0] | {
        "FID": 990004,
        "FBillNo": "ZJDB1",
        "FStockOutOrgId": "100",
        "FStockOrgId": "200",
        "FBillEntry": [row],
    }
    with serve({"STK_TransferDirect": [head]}) as server:
        told = {}
        for name, own in (("here", ["100"]), ("there", ["200"]), ("elsewhere", ["300"]), ("both", ["100", "200"])):
            found, _ = pulled(connect(server, organisations=own), "STK_TransferDirect")
            told[name] = [(document["LW_Leaves"], document["LW_Arrives"]) for document in found.values()]

    assert told == {"here": [("1", "0")], "there": [("0", "1")], "elsewhere": [], "both": [("0", "0")]}


def test_rows_of_a_lot_adjustment_are_told_what_was_before_them() -> None:
    def row(at: int, side: str, lot: str) -> dict[str, Any]:
        return {
            "FEntryID": at,
            "FSeq": at,
            "FGroup": 1,
            "FConvertType": side,
            "FMaterialId": "CC-100N",
            "FUnitID": "Pcs",
            "FLot": lot,
            "FQty": 5,
        }

    head = DATA["forms"]["STK_InStock"][0] | {
        "FID": 990003,
        "FBillNo": "PHTZ1",
        "FSTK_LOTADJUSTENTRY": [row(1, "A", "OLD"), row(2, "B", "NEW")],
    }
    with serve({"STK_LOTADJUST": [head]}) as server:
        found, _ = pulled(connect(server), "STK_LOTADJUST")

    before, after = found["990003"]["FSTK_LOTADJUSTENTRY"]
    assert (after["LW_Before"]["FLot"]["FNumber"], after["LW_LotChanges"]) == ("OLD", "1")
    assert "LW_Before" not in before


@pytest.mark.parametrize("kind", [name for name, told in manifest("kingdee").kinds.items() if not told.read])
def test_what_has_no_mapping_can_still_be_read_and_surveyed(kind: str) -> None:
    numbers = {"FID": "4f1c-" + kind if kind == "STK_Inventory" else 990009, "FUNITID": 990009, "FSERIALID": 990009}
    document = {
        **numbers,
        "FNumber": "N1",
        "FBillNo": "N1",
        "FMaterialId": "CC-100N",
        "FUpdateTime": "2026-03-09T08:00:00",
        "FDocumentStatus": "C",
    }
    with serve({kind: [document]}) as server:
        connector = connect(server)
        (key,) = dict(connector.survey(kind))

        assert list(pulled(connector, kind)[0]) == [key]
        assert read_one(connector, kind, key) is not None
        assert read_one(connector, kind, "0") is None


def test_windows_over_all_time_hold_what_a_full_pull_does_and_each_only_its_own(server: Running) -> None:
    connector, kind = connect(server), "PRD_MO"
    whole, _ = pulled(connector, kind)
    stamps = sorted(raw.stamp or 0 for page in connector.pull(kind, None) for raw in page.documents)
    middle = datetime.fromtimestamp(stamps[len(stamps) // 2] / 1000, UTC)

    def within(since: datetime, until: datetime) -> set[str]:
        return {raw.key for page in connector.within(kind, since, until) for raw in page.documents}

    before, after = within(datetime(2000, 1, 1, tzinfo=UTC), middle), within(middle, datetime(2100, 1, 1, tzinfo=UTC))

    assert before | after == set(whole)
    assert before
    assert after
    assert before != set(whole)
    assert within(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)) == set()
    assert isinstance(connector, Windowed)


def test_a_form_without_its_change_times_takes_no_window() -> None:
    with serve(missing_fields={"ORG_Organizations": ["FModifyDate"]}) as server, pytest.raises(Misconfigured, match="no change time"):
        list(connect(server).within("ORG_Organizations", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)))
