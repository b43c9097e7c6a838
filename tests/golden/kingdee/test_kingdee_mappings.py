"""Each kind of Kingdee comes out as the canonical documents beside it, and what cannot be understood is rejected aloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.kit import exact_json
from connectors.kit.manifest import manifest
from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.load import mapping_path
from trace_core.documents.envelope import read_document
from trace_core.errors import Rejected

HERE = Path(__file__).parent
CHINA = ZoneInfo("Asia/Shanghai")
KINDS = sorted(manifest("kingdee").kinds)


def mapper(kind: str) -> Mapper:
    path = mapping_path("kingdee", kind)
    assert path is not None
    return read_mapper(path, "kingdee")


def raw(kind: str) -> Any:
    return exact_json.loads((HERE / f"{kind}.raw.json").read_bytes())


def mapped(kind: str, document: Any) -> list[dict[str, Any]]:
    outcome = mapper(kind).apply(document, zone=CHINA, plant="HZ", connection="hz")
    assert outcome.problems == []
    return [{"kind": one.kind, "plant": "HZ", "key": one.key, "revision": 1, "body": one.body} for one in outcome.documents]


@pytest.mark.parametrize("kind", KINDS)
def test_a_raw_document_comes_out_as_expected(kind: str) -> None:
    found = mapped(kind, raw(kind))

    assert found == json.loads((HERE / f"{kind}.expected.json").read_text("utf-8"))
    assert [read_document(one).kind for one in found] == [one["kind"] for one in found]


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_is_passed_over_in_silence(kind: str) -> None:
    assert mapper(kind).unlisted(raw(kind)) == set()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind[:3] in {"PRD", "STK", "SFC", "SAL"} and kind != "PRD_MO"])
@pytest.mark.parametrize("change", [{"FDocumentStatus": "B"}, {"FDocumentStatus": "D"}, {"FCancelStatus": "B"}])
def test_a_bill_that_is_not_audited_or_is_voided_states_nothing(kind: str, change: dict[str, str]) -> None:
    assert mapped(kind, raw(kind) | change) == []


def test_a_voided_order_is_cancelled() -> None:
    assert mapped("PRD_MO", raw("PRD_MO") | {"FCancelStatus": "B"})[0]["body"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("kind", "entity", "change", "value"),
    [
        ("PRD_PickMtrl", "FEntity", {"FUnitID": {"FNumber": "箱"}}, "箱"),
        ("PRD_PickMtrl", "FEntity", {"FActualQty": "vier"}, "vier"),
        ("PRD_MO", "FTreeEntity", {"FStatus": "9"}, "9"),
        ("ENG_BOM", "FTreeEntity", {"FCHILDUNITID": {"FNumber": "卷"}}, "卷"),
    ],
)
def test_what_is_not_known_is_rejected_with_its_value(kind: str, entity: str, change: dict[str, Any], value: str) -> None:
    document = raw(kind)
    document[entity][0] |= change

    problems = mapper(kind).apply(document, zone=CHINA, plant="HZ", connection="hz").problems

    assert value in {problem.value for problem in problems}
    assert all(problem.rule.startswith(f"mappings/kingdee/{kind}.yml:") for problem in problems)


def test_an_issue_without_its_order_is_rejected() -> None:
    document = raw("PRD_PickMtrl")
    document["FEntity"][0]["FMoBillNo"] = None

    problems = mapper("PRD_PickMtrl").apply(document, zone=CHINA, plant="HZ", connection="hz").problems

    assert [problem.path for problem in problems] == ["FEntity.0.FMoBillNo"]


def test_a_negative_quantity_is_rejected_by_the_schema() -> None:
    document = raw("PRD_PickMtrl")
    document["FEntity"][0]["FActualQty"] = "-4"

    first = mapped("PRD_PickMtrl", document)[0]

    with pytest.raises(Rejected):
        read_document(first)
