"""Each kind of U9 comes out as the canonical documents beside it, and what cannot be understood is rejected aloud."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.kit import exact_json
from connectors.kit.manifest import front_door, manifest, typed
from connectors.kit.simulator import Running
from lotweave.demo.story import story
from lotweave.demo.yonyou_data import data
from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.load import mapping_path
from trace_core.documents.envelope import Document, read_document
from trace_core.errors import Rejected

HERE = Path(__file__).parent
CHINA = ZoneInfo("Asia/Shanghai")
KINDS = sorted(manifest("yonyou").kinds)


def mapper(kind: str) -> Mapper:
    path = mapping_path("yonyou", kind)
    assert path is not None
    return read_mapper(path, "yonyou")


def raw(kind: str) -> Any:
    return exact_json.loads((HERE / f"{kind}.raw.json").read_bytes())


def mapped(kind: str, document: Any) -> list[dict[str, Any]]:
    outcome = mapper(kind).apply(document, zone=CHINA, plant="SU", connection="su")
    assert outcome.problems == []
    return [{"kind": one.kind, "plant": "SU", "key": one.key, "revision": 1, "body": one.body} for one in outcome.documents]


def judged(kind: str, document: Any) -> list[Document]:
    outcome = mapper(kind).apply(document, zone=CHINA, plant="SU", connection="su")
    if outcome.problems:
        raise Rejected("the mapping found problems", problems=outcome.problems)
    return [read_document({"kind": one.kind, "plant": "SU", "key": one.key, "revision": 1, "body": one.body}) for one in outcome.documents]


@pytest.mark.parametrize("kind", KINDS)
def test_a_raw_document_comes_out_as_expected(kind):
    found = mapped(kind, raw(kind))

    assert found == json.loads((HERE / f"{kind}.expected.json").read_text("utf-8"))
    assert all(read_document(one) for one in found)


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_is_passed_over_in_silence(kind):
    assert mapper(kind).unlisted(raw(kind)) == set()


@pytest.mark.parametrize(
    ("kind", "changes", "value"),
    [
        ("CompleteDoc", {"m_direction": 1}, "1"),
        ("IssueDoc", {"m_issueType": 2}, "2"),
        ("MODoc", {"sql": {"DocState": 9, "state": "9"}}, "9"),
        ("MODoc", {"m_productUOM": {"m_code": "桶"}}, "桶"),
        ("BOM", {"m_bOMComponents": [{"m_sequence": 10, "m_itemMaster": {"m_code": "a"}, "m_usageQty": 1, "m_parentQty": 1000}]}, "1000"),
    ],
)
def test_what_is_not_known_is_rejected_with_its_value(kind, changes, value):
    problems = mapper(kind).apply(raw(kind) | changes, zone=CHINA, plant="SU", connection="su").problems

    assert value in {problem.value for problem in problems}


@pytest.mark.parametrize("kind", ["IssueDoc", "CompleteDoc"])
def test_an_open_document_says_nothing_yet(kind):
    assert mapped(kind, raw(kind) | {"m_docStatus": 0}) == []


@pytest.mark.parametrize("kind", ["ItemMaster", "MODoc", "IssueDoc", "CompleteDoc"])
def test_a_document_that_u9_would_not_hand_over_is_rejected_not_withdrawn(kind):
    refused = {"m_iD": 1002601010000901, "IsSucess": False, "ErrorMsg": "单据被锁定"}

    with pytest.raises(Rejected):
        judged(kind, refused)


def test_the_trace_goes_into_the_agreed_segments():
    fields, problems = mapper("push_trace").outward({"reference": "LW-1", "summary": "48"}, zone=CHINA, plant="SU", connection="su")

    assert problems == []
    assert fields == {"m_descFlexField.m_privateDescSeg1": "LW-1", "m_descFlexField.m_privateDescSeg2": "48"}


def test_the_whole_story_passes_through_the_wire_and_the_mappings():
    man, counted = manifest("yonyou"), Counter()
    with Running(front_door(man.simulator)(data(story()))) as server:
        given = {"url": server.url, "client_id": "lotweave", "client_secret": "demo-secret", "user": "trace", "organisations": ["10"]}
        u9 = front_door(man.entry)(typed(man, given, "su"), connection="su", zone="Asia/Shanghai")
        for kind in man.kinds:
            for document in (document for page in u9.pull(kind, None) for document in page.documents):
                counted.update(read_document(told).kind for told in mapped(kind, exact_json.loads(document.payload)))
        u9.close()

    half = story().su
    assert counted["item"] == len(half.items)
    assert counted["lot"] == len(half.lots)
    assert counted["pack"] == len(half.packings)
    moves = [half.receipts, half.issues, half.feeds, half.returns, half.productions, half.transfers, half.shipments]
    assert counted["movement"] == sum(map(len, moves))
    assert counted["operation"] == len(half.reports) + len(half.orders)
