"""The envelope and the schemas: every problem at once, with its path and value."""

from __future__ import annotations

from typing import Any

import pytest

from trace_core.documents.envelope import read_document
from trace_core.errors import Rejected

MOVE = {
    "type": "issue",
    "at": "2026-03-01T08:00:00+08:00",
    "thing": {"kind": "lot", "item": "CAP", "number": "L1"},
    "quantity": "10.50",
    "uom": "H87",
    "order": "MO-1",
}


def told(**body: Any) -> dict[str, Any]:
    return {"kind": "movement", "plant": "HZ", "key": "1", "revision": 1, "body": MOVE | body}


def problems(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        read_document(document)
    return [(problem.path, problem.value) for problem in caught.value.problems]


def test_equal_facts_in_other_words_have_equal_content() -> None:
    one, other = read_document(told()), read_document(told(quantity="10.5", at="2026-03-01T00:00:00Z"))

    assert one.content == other.content
    assert other.body["at"] == "2026-03-01T00:00:00Z"


def test_null_means_absent() -> None:
    assert read_document(told(equipment=None)).content == read_document(told()).content


def test_all_problems_are_named_at_once() -> None:
    wrong = told(type="isue", at="2026-03-01T08:00:00", thing={"kind": "lot", "number": "L1"}, quantity=10, ordr="x") | {"revision": "1"}

    assert problems(wrong) == [
        ("revision", "1"),
        ("body.type", "isue"),
        ("body.at", "2026-03-01T08:00:00"),
        ("body.thing.item", ""),
        ("body.quantity", "10"),
        ("body.ordr", "x"),
    ]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"quantity": "-1"}, "body.quantity"),
        ({"quantity": "1e3"}, "body.quantity"),
        ({"quantity": "１"}, "body.quantity"),
        ({"at": "2026-02-30T08:00:00Z"}, "body.at"),
        ({"type": "rename"}, "body.other"),
        ({"thing": {"kind": "container", "item": "X", "number": "C1"}}, "body.thing.item"),
        ({"uom": " "}, "body.uom"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(body: dict[str, Any], path: str) -> None:
    assert [found for found, _ in problems(told(**body))] == [path]


def test_an_adjustment_may_be_negative() -> None:
    assert read_document(told(type="adjust", quantity="-5")).body["quantity"] == "-5"


def test_a_withdrawal_needs_no_body() -> None:
    gone = read_document({"kind": "item", "plant": "HZ", "key": "CAP", "revision": 2, "deleted": True})

    assert gone.deleted
    assert gone.body == {}


def test_what_is_no_object_is_refused() -> None:
    assert problems([1]) == [("", "[1]")]
    assert problems({"kind": "nope", "plant": "HZ", "key": "1", "revision": 1, "body": {}}) == [("kind", "nope")]
