"""No field of a system goes by unseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mappings.engine.shapes import Shapes, sort_of

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["a", ""]), st.just(Decimal(1))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=12,
)


def every(value: Any, path: str = "") -> set[tuple[str, str]]:
    if isinstance(value, dict):
        return {one for name, inner in value.items() for one in every(inner, f"{path}.{name}" if path else name)}
    if isinstance(value, list):
        return {one for inner in value for one in every(inner, path)}
    return {(path, sort_of(value))} if path else set()


@given(st.lists(st.dictionaries(st.sampled_from("abc"), values, max_size=3), max_size=6))
def test_each_field_is_told_once_and_none_is_missed(documents: list[Any]) -> None:
    shapes = Shapes()
    told = [shapes.new(document) for document in documents]

    known: set[tuple[str, str]] = set()
    for document, found in zip(documents, told, strict=True):
        assert found == every(document) - known
        known |= found


def test_a_field_that_changes_its_sort_is_told_again() -> None:
    shapes = Shapes()

    assert shapes.new({"rows": [{"q": 1}]}) == {("rows.q", "number")}
    assert shapes.new({"rows": [{"q": 1}, {"q": "1"}]}) == {("rows.q", "text")}
    assert shapes.new({"rows": [{"q": "2"}], "new": None}) == {("new", "empty")}
