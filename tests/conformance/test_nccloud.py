"""The NC Cloud connector keeps the contract of connectors over a real socket, at every level of bodies and in both generations."""

import json
from contextlib import closing
from typing import Any

import pytest
from connected import connected, pulled, recorded, served

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest
from connectors.kit.manifest import manifest
from connectors.kit.shared import LocalShared, Shared
from connectors.kit.simulator import Running
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable

DATA = recorded("nccloud")
MAN = manifest("nccloud")
PAGED = {"rows": "rows", "head": "head", "lines": "body", "since": "ts_begin", "until": "ts_end", "page": "pageIndex", "size": "pageSize"}
PAGED |= {"page_size": 2}
SAVE = "/nccloud/api/ic/finprodin/finprodin/save"
RESOURCES = {
    api["kind"]: PAGED | {"path": path, "key": api["key"], "read_by": api["key"]}
    for path, api in DATA["apis"].items()
    if not api.get("writes") and api["kind"] in DATA["objects"]
}
RESOURCES["finprodin"] |= {"write_path": SAVE}
LOOKUPS = {"cmaterialvid": {"kind": "material", "key": "pk_material", "value": "code"}}
FIELDS = {"vbillcode": "LW-1", "pk_org": "HZ", "body.0.cmaterialvid": "1001A1", "body.0.nnum": "24", "body.0.vbatchcode": "追溯-1"}
KEY = "1001A1LW000000000001"


def server(**changes: Any) -> Running:
    return served("nccloud", DATA | {"server": changes})


def opened(running: Running, shared: Shared | None = None, **changes: Any) -> Connector:
    given = {"url": running.url, "biz_center": "1", "client_id": "demoapp", "client_secret": "demosecret", "resources": RESOURCES}
    given |= {"pub_key": running.simulator.gate.public_key("demoapp")}
    return connected(MAN, given | changes, shared)


@pytest.fixture
def running():
    with server() as one:
        yield one


@pytest.fixture
def ncc(running):
    with closing(opened(running)) as connector:
        yield connector


def push(idem: str = "idem-1", **changes: str) -> PushRequest:
    return PushRequest("finprodin", KEY, FIELDS | changes, idem)


def test_every_check_of_a_good_connection_is_good(ncc):
    told = ncc.check()

    assert [finding for finding in told if not finding.ok] == []
    assert [finding.subject for finding in told] == ["token", *RESOURCES]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"biz_center": "9"}, "`biz_center` names no account set"),
        ({"client_id": "nobody"}, "`client_id` is not registered"),
        ({"client_secret": "wrong-secret"}, "check `client_secret`"),
        ({"padding": "pkcs1"}, "padding = pkcs1"),
        ({"salt": False}, "salt = false"),
        ({"resources": {}}, "`resources` names no kind"),
        ({"biz_center": "9", "client_id": "nobody", "client_secret": "wrong-secret"}, "`biz_center` names no account set"),
        ({"client_secret": "wrong-secret", "salt": False}, "check `client_secret`"),
    ],
)
def test_the_first_thing_that_is_wrong_is_a_finding_that_says_what_to_change(running, changes, words):
    with closing(opened(running, **changes)) as connector:
        told = connector.check()

    assert any(words in finding.sentence and not finding.ok for finding in told), told
    assert "wrong-secret" not in str(told)


@pytest.mark.parametrize("level", ["L0", "L1", "L2", "L3", "L4"])
def test_every_level_of_bodies_works(level):
    with server(level=level) as running, closing(opened(running)) as connector:
        found, _ = pulled(connector, "materialout")
        connector.push(push())
        assert json.loads(read_one(connector, "finprodin", KEY).payload)["body"][0]["vbatchcode"] == "追溯-1"

    assert len(found) == 3


@pytest.mark.parametrize("padding", ["oaep", "pkcs1"])
@pytest.mark.parametrize("salt", [True, False])
def test_both_generations_and_both_grants_work(padding, salt):
    with server(padding=padding, salt=salt) as running:
        for user in ({}, {"user": "trace", "password": "demopassword"}):
            with closing(opened(running, padding=padding, salt=salt, **user)) as connector:
                assert connector.check()[0].ok


@pytest.mark.parametrize("kind", RESOURCES)
@pytest.mark.parametrize("size", [1, 100])
def test_pages_of_any_size_give_the_same_whole_documents(running, kind, size):
    own = RESOURCES | {kind: RESOURCES[kind] | {"page_size": size}}
    with closing(opened(running, resources=own)) as connector:
        found, _ = pulled(connector, kind)

    assert list(found) == [one["head"][RESOURCES[kind]["key"]] for one in DATA["objects"][kind]]
    assert all(told["body"] == one["body"] for told, one in zip(found.values(), DATA["objects"][kind], strict=True))


def test_the_next_pull_takes_what_changed_since_minus_the_overlap(running, ncc):
    _, cursor = pulled(ncc, "materialout")
    running.simulator.resources.objects["materialout"][1]["head"]["ts"] = cursor["mark"]

    found, later = pulled(ncc, "materialout", cursor)

    assert len(found) == 1
    assert later["mark"] >= cursor["mark"]


def test_a_pull_goes_on_after_the_last_page_kept(ncc):
    pages = list(ncc.pull("materialout", None))
    keys = [raw.key for page in pages for raw in page.documents]

    rest, _ = pulled(ncc, "materialout", pages[0].cursor)

    assert [*[raw.key for raw in pages[0].documents], *rest] == keys


@pytest.mark.parametrize("fault", ["page_repeated", "page_shuffled", "truncated", "reset"])
def test_a_disturbed_list_gives_the_same_documents_each_once_a_page(running, ncc, fault):
    whole, _ = pulled(ncc, "materialout")
    running.simulator.faults[fault] = 2

    keys = [[raw.key for raw in page.documents] for page in ncc.pull("materialout", None)]
    again, _ = pulled(ncc, "materialout")

    assert {key for page in keys for key in page} == set(whole)
    assert all(len(page) == len(set(page)) for page in keys)
    assert again == whole


@pytest.mark.parametrize("kind", RESOURCES)
def test_survey_and_read_agree_with_pull(ncc, kind):
    found = {raw.key: raw for page in ncc.pull(kind, None) for raw in page.documents}

    assert dict(ncc.survey(kind)) == {key: raw.stamp for key, raw in found.items()}
    assert all(read_one(ncc, kind, key).payload == raw.payload for key, raw in found.items())
    assert read_one(ncc, kind, "NO") is None


def test_codes_of_other_documents_are_added_where_the_site_says_how(running):
    with closing(opened(running, lookups=LOOKUPS)) as connector:
        found, _ = pulled(connector, "materialout")
        order, _ = pulled(connector, "order")

    assert {line["cmaterialvid_code"] for told in found.values() for line in told["body"]} == {"RM-01"}
    assert [told["cmaterialvid_code"] for told in order.values()] == ["FG-01"]
    assert running.simulator.ledger.calls[RESOURCES["material"]["path"]] == 2


def test_a_document_is_written_once_and_read_back(running, ncc):
    receipt = ncc.push(push())
    again = ncc.push(push())

    assert receipt.notes == ()
    assert again.notes == ("held already, nothing was written",)
    assert len(running.simulator.ledger.writes) == 1


def test_the_server_drops_a_repeat_that_it_does_not_show_yet(running, ncc):
    running.simulator.faults["not_shown"] = 3
    with pytest.raises(Unreachable) as fault:
        ncc.push(push())
    assert fault.value.sent

    ncc.push(push())

    assert len(running.simulator.ledger.writes) == 1


@pytest.mark.parametrize("way", ["path", "xchange"])
def test_a_lost_answer_does_not_make_a_second_document(running, way):
    own = RESOURCES["finprodin"] if way == "path" else RESOURCES["finprodin"] | {"write_path": "", "billtype": "46"}
    with closing(opened(running, resources=RESOURCES | {"finprodin": own}, xchange_receiver="HZ")) as connector:
        running.simulator.faults["lost_answer_after_write"] = 1
        with pytest.raises(Unreachable) as fault:
            connector.push(push())
        assert fault.value.sent
        connector.push(push())

    assert len(running.simulator.ledger.writes) == 1


def test_another_document_of_that_key_is_a_conflict(ncc):
    ncc.push(push())

    with pytest.raises(Conflict, match=r"body\.0\.nnum"):
        ncc.push(push("idem-2", **{"body.0.nnum": "25"}))


@pytest.mark.parametrize(("fault", "verdict"), [("xchange_refused", Rejected), ("xchange_entity", Unreachable)])
def test_what_xchange_answers_is_read_with_care(running, fault, verdict):
    own = RESOURCES | {"finprodin": RESOURCES["finprodin"] | {"write_path": "", "billtype": "46"}}
    with closing(opened(running, resources=own)) as connector:
        running.simulator.faults[fault] = 1
        with pytest.raises(verdict):
            connector.push(push())

    assert running.simulator.ledger.writes == []


def test_an_expired_token_is_renewed_once(running, ncc):
    running.simulator.faults["token_expired"] = 1
    assert read_one(ncc, "material", DATA["objects"]["material"][0]["head"]["pk_material"]) is not None

    running.simulator.faults["token_expired"] = 9
    with pytest.raises(Misconfigured):
        read_one(ncc, "material", "1")


def test_two_connections_share_a_token_which_lies_encrypted(running):
    shared = LocalShared()
    with closing(opened(running, shared)) as one, closing(opened(running, shared)) as other:
        read_one(one, "material", "1")
        read_one(other, "material", "1")

    assert len(running.simulator.gate.tokens) == 1
    assert not any(token in repr(shared.__dict__) for token in running.simulator.gate.tokens)


def test_an_api_that_is_not_linked_is_said(running):
    running.simulator.gate.apps["demoapp"]["apis"] = []
    with closing(opened(running)) as connector:
        told = connector.check()

    assert all("关联API" in finding.sentence for finding in told[1:])


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [
        (PushRequest("materialout", "1", {}, "i"), Misconfigured),
        (PushRequest("finprodin", "1", {"body.x": "1"}, "i"), Rejected),
        (PushRequest("nope", "1", {}, "i"), Misconfigured),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(running, ncc, request_, verdict):
    with pytest.raises(verdict):
        ncc.push(request_)
    assert running.simulator.ledger.writes == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"resources": {"nope": {}}}, ["resources.nope"]),
        ({"resources": {"order": {"path": "x", "page_size": 0, "whatever": 1}}}, ["resources.order.whatever", "resources.order.page_size"]),
        ({"resources": {"order": {"path": "x"}}}, ["resources.order.key", "resources.order.read_by", "resources.order.path"]),
        ({"lookups": {"a": {"kind": "nope", "key": "k"}}}, ["lookups.a.kind"]),
        ({"user": "trace", "token_minutes": 0}, ["password", "token_minutes"]),
    ],
)
def test_every_mistake_of_the_settings_is_named(running, changes, names):
    with pytest.raises(Misconfigured) as fault:
        opened(running, **changes)
    assert [problem.path for problem in fault.value.problems] == names
