"""Proposals for systems that nobody has mapped: fields named in English, Chinese, pinyin and German, and by vendors we know."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.engine.apply import read_mapper
from mappings.engine.steps import Line
from mappings.suggest import names
from mappings.suggest.names import match, vocabulary
from mappings.suggest.propose import propose
from mappings.suggest.targets import KINDS
from mappings.suggest.write import as_json

VALUES: dict[str, list[Any]] = {
    "id": [101, 102, 103],
    "order": ["MO-26-001", "MO-26-001", "MO-26-002"],
    "item": ["R-10K", "C-100N", "R-10K"],
    "lot": ["L260301A", "L260302", "L260303"],
    "quantity": ["4000", 12.5, "1,200"],
    "uom": ["PCS", "kg", "PCS"],
    "at": ["2026-03-01 08:00:00", "2026-03-02 09:30:00", "2026-03-03 10:00:00"],
    "person": ["E1001", "E1002", None],
    "equipment": ["SMT-1", "SMT-2", "SMT-1"],
    "operation": ["10", "20", "10"],
    "noise": ["x", "", None],
    "flag": [True, False, True],
}
NAMES = "id order item lot quantity uom at person equipment operation noise flag"
CALLED = {
    "MaterialIssue": "docId workOrderNo materialCode batchNumber issuedQty unit transactionDate operatorId machineCode opNo remark isRush",
    "领料单": "单据ID 生产订单号 物料编码 批次号 实发数量 计量单位 领料日期 领料人 设备编码 工序号 备注 加急",
    "lingliaodan": "id shengchandingdan wuliaobianma pihao shifashuliang danwei yewuriqi yuangong jitai gongxuhao beizhu jiaji",
    "Materialentnahme": "BelegId Fertigungsauftrag Materialnummer Chargennummer Menge Mengeneinheit Buchungsdatum Bediener Maschine"
    " Arbeitsgang Bemerkung Eilig",
    "GOODS_ISSUE": "MBLNR AUFNR MATNR CHARG ERFMG ERFME BUDAT PERNR ARBPL VORNR SGTXT XSTOB",
}
SYSTEMS = {kind: dict(zip(NAMES.split(), called.split(), strict=True)) for kind, called in CALLED.items()}
WANTED = {
    "thing.item": "item", "thing.number": "lot", "quantity": "quantity", "uom": "uom", "at": "at", "order": "order", "person": "person",
    "equipment": "equipment", "operation": "operation",
}  # fmt: skip


def sample(system: str, *, rows: bool) -> tuple[str, dict[str, str], list[dict[str, Any]]]:
    """(kind, our name → path, documents) of a system; with `rows`, all but the id and the date in a list."""
    kind, called = system, SYSTEMS[system]
    above = {"id", "at"} if rows else set(called)
    documents = []
    for at in range(3):
        told: dict[str, Any] = {called[name]: VALUES[name][at] for name in called if name in above}
        if rows:
            told["rows"] = [{called[name]: VALUES[name][other] for name in called if name not in above} for other in (at, (at + 1) % 3)]
        documents.append(told)
    return kind, {name: called[name] if name in above else f"rows.{called[name]}" for name in called}, documents


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("system", SYSTEMS)
def test_an_issue_is_recognised_field_by_field(system: str, rows: bool) -> None:
    kind, called, documents = sample(system, rows=rows)

    proposal = propose(documents, kind)
    found = {target.path: guess.source.path for target, guess in proposal.guesses.items()}

    assert (proposal.document, proposal.rows, proposal.constants["type"]) == ("movement", "rows" if rows else "", "issue")
    assert {path: found.get(path) for path in WANTED} == {path: called[name] for path, name in WANTED.items()}
    assert {called["noise"], called["flag"]} <= {one.path for one in proposal.left}
    assert proposal.keys[0] == called["id"]
    assert all(0 < guess.score <= 1 and len(guess.reasons) == 2 for guess in proposal.guesses.values())


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_proposed_is_a_mapping_that_works(system: str, tmp_path: Path) -> None:
    kind, _, documents = sample(system, rows=True)
    told = as_json(propose(documents, kind), f"own/{kind}", len(documents))
    path = tmp_path / "mappings" / "own" / f"{kind}.yml"
    path.parent.mkdir(parents=True)
    path.write_text(told["yaml"], "utf-8")
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "units.csv").write_text("from,to\nPCS,H87\nkg,KGM\n", "utf-8")
    outcomes = read_mapper(path, "own", tmp_path).plan(Line("own", "HZ", ZoneInfo("Asia/Shanghai"))).apply_many(documents)

    assert [problem for one in outcomes for problem in one.problems] == []
    assert [document.body["quantity"] for one in outcomes for document in one.documents] == ["4000", "12.5", "12.5", "1200", "1200", "4000"]
    assert told["yaml"].count("#") > len(WANTED)


def test_labels_that_people_see_help_where_names_say_nothing() -> None:
    documents = [
        {"_widget_1": f"L{n}", "_widget_2": f"R-{n}", "_widget_3": str(n), "_widget_4": "2026-03-01", "_widget_5": "个"} for n in range(5)
    ]
    labels = {"_widget_1": "批号", "_widget_2": "物料编码", "_widget_3": "数量", "_widget_4": "日期", "_widget_5": "单位"}

    proposal = propose(documents, "form", document="movement", labels=labels)

    found = {target.path: guess.source.path for target, guess in proposal.guesses.items()}
    assert found == {"thing.number": "_widget_1", "thing.item": "_widget_2", "quantity": "_widget_3", "at": "_widget_4", "uom": "_widget_5"}


def test_values_speak_against_a_name() -> None:
    """A field called quantity that holds no numbers is not proposed; the one that does is."""
    documents = [{"qty": "viel", "amount": str(n), "lot": f"L{n}", "item": "R", "date": "2026-03-01", "unit": "kg"} for n in range(4)]

    proposal = propose(documents, "issue", document="movement")

    assert {target.path: guess.source.path for target, guess in proposal.guesses.items()}["quantity"] == "amount"


def test_nothing_is_proposed_from_nothing() -> None:
    proposal = propose([], "issue", document="movement")

    assert (proposal.guesses, proposal.score, proposal.left) == ({}, 0.0, [])


def test_every_example_holds_and_every_target_has_words() -> None:
    assert doctest.testmod(names).failed == 0
    assert {target.word for targets in KINDS.values() for target in targets} <= set(vocabulary())
    assert match("FMaterialId.FNumber", "item").score > 0.9
    assert match("FStockOrgId.FNumber", "item").score < 0.5
