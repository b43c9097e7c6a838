"""Children take the place of their ids."""

from __future__ import annotations

import pytest

from connectors.generic.children import with_children
from connectors.generic.definition import ChildDefinition
from trace_core.errors import Misconfigured, Unreachable

LINES = ChildDefinition("lines", ids="line_ids", values={}, filter=None, order=[], key="no")


def test_it_asks_once_for_a_page_and_keeps_the_order_of_the_ids():
    asked = []

    def ask(ids):
        asked.append(ids)
        return [{"no": one} for one in sorted(ids)]

    rows = with_children([{"line_ids": [9, 7]}, {"line_ids": [9]}, {"line_ids": None}], LINES, ask, size=10)

    assert [row["lines"] for row in rows] == [[{"no": 9}, {"no": 7}], [{"no": 9}], []]
    assert asked == [[9, 7]]


def test_it_asks_in_parts_of_a_page_and_not_at_all_for_no_ids():
    asked = []

    def ask(ids):
        asked.append(ids)
        return [{"no": one} for one in ids]

    with_children([{"line_ids": [1, 2, 3]}], LINES, ask, size=2)
    with_children([{"line_ids": []}], LINES, ask, size=2)

    assert asked == [[1, 2], [3]]


def test_it_says_which_child_did_not_come():
    with pytest.raises(Unreachable, match="1 of 2 lines did not come, such as 2"):
        with_children([{"line_ids": [1, 2]}], LINES, lambda _ids: [{"no": 1}], size=5)


def test_it_says_when_the_ids_are_no_list():
    with pytest.raises(Misconfigured, match="no list of ids at line_ids"):
        with_children([{"line_ids": 5}], LINES, lambda _ids: [], size=5)
