"""The YonBIP connector keeps the contract of connectors over a real socket, whatever the gateway and the lists do."""

import json
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from connected import connected, pulled, recorded, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector
from connectors.kit.limits import limits_of, rates_of
from connectors.kit.manifest import Manifest, front_door, manifest
from connectors.kit.shared import LocalShared, Shared
from connectors.kit.simulator import Running
from trace_core.errors import Misconfigured, Unreachable

DATA = recorded("yonbip")
GIVEN = {"tenant": "abc12345", "app_key": "41832a3d2df94989b500da6a22268747", "app_secret": "demo-app-secret", "page_size": 3}
MAN = manifest("yonbip")
QUICK = replace(MAN, limits={})
"""The connector without the quota, which would make whoever reads page by page wait for minutes; two tests keep it."""
FIRST = 2184924571914000000
HZ = "1866605942198528"


def opened(running: Running, shared: Shared | None = None, man: Manifest = QUICK, **changes: Any) -> Connector:
    return connected(man, GIVEN | {"url": running.url} | changes, shared)


@pytest.fixture
def running():
    with served("yonbip", DATA) as server:
        yield server


@pytest.fixture
def bip(running):
    with closing(opened(running)) as connector:
        yield connector


def test_every_check_of_a_good_connection_is_good(bip):
    told = bip.check()

    assert [finding for finding in told if not finding.ok] == []
    assert [finding.subject for finding in told] == ["data centre", "token", *(name for name, kind in MAN.kinds.items() if kind.read)]


@pytest.mark.parametrize("how", [{"token_in": "query"}, {"token_path": "v1", "token_in": "query"}, {"app_kind": "suite"}])
def test_every_way_to_a_token_works(running, how):
    with closing(opened(running, **how)) as connector:
        assert all(finding.ok for finding in connector.check())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tenant": "nobody"}, "check `tenant`"),
        ({"app_key": "nobody"}, "check `app_key`"),
        ({"app_secret": "wrong-secret"}, "`app_secret`"),
        ({"finishedreport_list": "/yonbip/mfg/finishedreport/nope"}, "no such API"),
    ],
)
def test_a_wrong_setting_is_a_finding_that_says_what_to_change_and_no_secret(running, changes, words):
    with closing(opened(running, **changes)) as connector:
        told = connector.check()

    assert any(words in finding.sentence and not finding.ok for finding in told)
    assert "secret" not in " ".join(finding.sentence for finding in told).replace("app_secret", "")


@pytest.mark.parametrize("kind", MAN.kinds)
@pytest.mark.parametrize("size", [1, 2, 500])
def test_pages_of_any_size_give_the_same_whole_documents(running, kind, size):
    with closing(opened(running)) as one, closing(opened(running, page_size=size)) as other:
        whole, _ = pulled(one, kind)
        again, _ = pulled(other, kind)

    assert whole == again
    assert len(whole) == len(DATA["objects"][kind])


def test_the_lines_of_an_order_are_gathered_and_ids_are_texts(bip):
    found, _ = pulled(bip, "productionorder")
    order = found[str(FIRST + 240)]

    assert [line["materialCode"] for line in order["orderProduct"]] == ["FG-01", "FG-02"]
    assert order["orderProduct"][0]["orderProcess"][1]["operationCode"] == "ASM"
    assert order["id"] == str(FIRST + 240)
    assert "OrderProduct_quantity" not in order


def test_a_suppliers_code_comes_from_the_list(bip):
    found, _ = pulled(bip, "purinrecord")

    assert {told["vendor_code"] for told in found.values()} == {"GY01"}


def test_serial_numbers_stand_under_their_line(bip):
    found, _ = pulled(bip, "materialout")

    assert [one["sn"] for one in found[str(FIRST + 521)]["materOuts"][0]["materOutsSNs"]] == ["BRG-0001", "BRG-0002"]
    bought, _ = pulled(bip, "purinrecord")
    assert bought[str(FIRST + 801)]["purInRecords"][0]["purInRecordsSNs"] == []


def test_only_the_organisations_asked_for_are_read(running):
    with closing(opened(running, organisations=[HZ])) as connector:
        found, _ = pulled(connector, "productionorder")
        keys = dict(connector.survey("productionorder"))

    assert {order["orgId"] for order in found.values()} == {HZ}
    assert set(keys) == set(found)


def test_the_next_pull_takes_what_changed_since_minus_the_overlap(running, bip):
    _, cursor = pulled(bip, "productionorder")
    order = running.simulator.state.find("productionorder", FIRST + 280)
    order["pubts"] = running.simulator.state.now_text()

    found, later = pulled(bip, "productionorder", cursor)

    assert list(found) == [str(FIRST + 280)]
    assert later["mark"] >= cursor["mark"]


def test_a_pull_goes_on_after_the_last_page_kept(bip):
    pages = list(bip.pull("productionorder", None))
    keys = [raw.key for page in pages for raw in page.documents]

    for at, page in enumerate(pages[:-1]):
        rest, _ = pulled(bip, "productionorder", page.cursor)
        assert [*[raw.key for kept in pages[: at + 1] for raw in kept.documents], *rest] == keys


def test_a_pull_that_a_quota_ends_within_a_page_goes_on_with_the_next_document():
    bills = [DATA["objects"]["materialout"][0] | {"id": FIRST + 90_000 + n, "materOuts": []} for n in range(45)]
    data = DATA | {"objects": DATA["objects"] | {"materialout": bills}}
    found: list[str] = []
    cursor: Any = None
    with Running(front_door(MAN.simulator)(data)) as server:
        with closing(opened(server, page_size=100)) as connector:
            pages = connector.pull("materialout", None)
            for page in (next(pages), next(pages)):
                found += [raw.key for raw in page.documents]
                cursor = page.cursor
            server.simulator.faults["quota"] = 1
            with pytest.raises(Unreachable, match="quota"):
                next(pages)
        with closing(opened(server, page_size=100)) as later:
            found += [raw.key for page in later.pull("materialout", cursor) for raw in page.documents]

    assert found == [str(bill["id"]) for bill in bills]


def test_calls_of_one_api_are_spread_so_that_none_waits_in_vain():
    told = limits_of(MAN.limits)

    assert all(rates_of(["20/20s", "60/min"]) == rates for rates in told.endpoints.values())
    assert {f"/yonbip/{path}" for path in ("scm/materialout/list", "scm/materialout/detail", "mfg/bom/detail")} <= set(told.endpoints)


def test_a_list_that_moves_while_it_is_read_loses_nothing(running, bip):
    running.simulator.faults["moving"] = 1

    found, _ = pulled(bip, "productionorder")

    assert len(found) == len(DATA["objects"]["productionorder"])


def test_a_list_that_never_holds_still_is_left_for_later(running, bip):
    running.simulator.faults["moving"] = 99

    with pytest.raises(Unreachable) as fault:
        pulled(bip, "productionorder")
    assert fault.value.retry_after


def test_a_document_that_is_refused_comes_with_the_words_and_the_others_go_on(running, bip):
    running.simulator.faults["refused_detail"] = 1

    found, _ = pulled(bip, "materialout")

    assert len(found) == len(DATA["objects"]["materialout"])
    assert sum("数据异常" in told.get("refused", "") for told in found.values()) == 1


def test_a_document_that_is_gone_between_list_and_detail_is_said_to_be_deleted(running, bip):
    running.simulator.faults["gone_detail"] = 1

    found = [raw for page in bip.pull("materialout", None) for raw in page.documents]

    assert len(found) == len(DATA["objects"]["materialout"])
    assert sum(raw.deleted for raw in found) == 1


@pytest.mark.parametrize("fault", ["page_repeated", "page_shuffled", "truncated", "reset"])
def test_a_disturbed_list_gives_the_same_documents_each_once_a_page(running, bip, fault):
    whole, _ = pulled(bip, "productionorder")
    running.simulator.faults[fault] = 2

    keys = [[raw.key for raw in page.documents] for page in bip.pull("productionorder", None)]
    again, _ = pulled(bip, "productionorder")

    assert {key for page in keys for key in page} == set(whole)
    assert all(len(page) == len(set(page)) for page in keys)
    assert again == whole


@pytest.mark.parametrize("kind", MAN.kinds)
def test_survey_and_read_agree_with_pull(bip, kind):
    found = {raw.key: raw for page in bip.pull(kind, None) for raw in page.documents}

    assert dict(bip.survey(kind)) == {key: raw.stamp for key, raw in found.items()}
    for key, raw in found.items():
        again = json.loads(read_one(bip, kind, key).payload)
        again.pop("genealogy", None)
        assert again == json.loads(raw.payload)


@pytest.mark.parametrize(("kind", "key"), [("productionorder", "1"), ("materialout", "1"), ("product", "NO"), ("batchno", "1/2/NO")])
def test_what_does_not_exist_reads_as_none(bip, kind, key):
    assert read_one(bip, kind, key) is None


@pytest.mark.parametrize("fault", ["token_refused", "plain_token"])
def test_a_refused_token_is_renewed_once(running, bip, fault):
    read_one(bip, "product", "FG-01")
    running.simulator.faults[fault] = 1
    assert read_one(bip, "product", "FG-01") is not None

    running.simulator.faults[fault] = 2
    with pytest.raises(Misconfigured):
        read_one(bip, "product", "FG-01")


def test_two_connections_of_one_application_share_a_token(running):
    shared = LocalShared()
    with closing(opened(running, shared)) as one, closing(opened(running, shared)) as other:
        read_one(one, "product", "FG-01")
        read_one(other, "product", "FG-01")

    assert len(running.simulator.gate.tokens) == 1


def test_a_token_is_fetched_anew_before_its_end(running):
    with Running(front_door(MAN.simulator)(DATA | {"server": {"token_seconds": 30}})) as server, closing(opened(server)) as connector:
        read_one(connector, "product", "FG-01")
        read_one(connector, "product", "FG-01")

        assert len(server.simulator.gate.tokens) > 1


def test_the_data_centre_is_looked_up_once_for_all_connections(running):
    shared = LocalShared()
    with closing(opened(running, shared)) as one:
        read_one(one, "product", "FG-01")
    with served("yonbip", DATA) as other, closing(opened(other, shared, url=running.url)) as second:
        read_one(second, "product", "FG-01")

        assert other.simulator.ledger.calls == {}


@pytest.mark.parametrize(("fault", "sent"), [("quota", False), ("http_503", False), ("html_page", False)])
def test_a_gateway_that_is_busy_is_left_for_later(running, bip, fault, sent):
    read_one(bip, "product", "FG-01")
    running.simulator.faults[fault] = 9

    with pytest.raises(Unreachable) as told:
        read_one(bip, "product", "FG-01")
    assert told.value.sent is sent


def test_a_quota_of_the_tenant_says_when_to_come_back(bip):
    with Running(front_door(MAN.simulator)(DATA | {"server": {"calls_a_minute": 2}})) as server, closing(opened(server)) as connector:
        for _ in range(2):
            read_one(connector, "product", "FG-01")
        with pytest.raises(Unreachable) as told:
            read_one(connector, "product", "FG-01")

    assert told.value.retry_after == 60
