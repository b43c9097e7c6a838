"""What a change of a mapping does."""

from __future__ import annotations

from mapping_desk import HEAD, LINE, Desk

from mappings.engine.difference import Difference, changes


def test_changes_are_counted_by_field_with_examples(desk: Desk) -> None:
    old = desk.plan(HEAD + "      order: a\n      quantity: {from: q, number: true}\n")
    new = desk.plan(
        "mapping: kingdee/TEST\nversion: 4\ndocuments:\n  - document: movement\n    when: {a: {not: [gone]}}\n    key: {from: FID}\n"
        "    body: {order: {from: a, call: upper}, quantity: {from: q, number: true}}\n"
    )
    found = Difference()
    told = [{"FID": n, "a": "mo", "q": "1"} for n in range(5)] + [{"FID": 7, "a": "gone", "q": "1"}, {"FID": 8, "a": "X", "q": "1"}]
    for document in [*told, {"FID": 9, "a": "X", "q": "viel"}]:
        found.add(f"hz {document['FID']}", changes(old.apply(document), new.apply(document)))

    shown = found.as_json()

    assert (shown["compared"], shown["touched"]) == (8, 6)
    assert [(one["what"], one["kind"], one["field"], one["count"], len(one["examples"])) for one in shown["changes"]] == [
        ("changed", "movement", "order", 5, 3),
        ("removed", "movement", "", 1, 1),
    ]
    assert shown["changes"][0]["examples"][0] == {"source": "hz 0", "key": "0", "before": "mo", "after": "MO"}


def test_problems_that_come_and_go_are_changes(desk: Desk) -> None:
    strict = desk.plan(HEAD + "      order: {from: a, required: true}\n")
    lax = desk.plan(HEAD + "      order: a\n")
    document = {"FID": 1}

    here, there = (list(changes(one.apply(document), other.apply(document))) for one, other in ((strict, lax), (lax, strict)))

    assert [(one.what, one.kind) for one in here] == [("solved", ""), ("added", "movement")]
    assert [(one.what, one.kind) for one in there] == [("problem", ""), ("removed", "movement")]
    assert LINE.plant in "HZ"
