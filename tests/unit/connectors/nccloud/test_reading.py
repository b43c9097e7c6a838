"""Rows of any shape become head fields and lines."""

import pytest

from connectors.nccloud.reading import shaped
from connectors.nccloud.resources import Resource


@pytest.mark.parametrize(
    ("places", "row"),
    [
        ({"head": "head", "lines": "body"}, {"head": {"k": 1}, "body": [{"n": 1}]}),
        ({"head": "parent.vo", "lines": "children.items"}, {"parent": {"vo": {"k": 1}}, "children": {"items": {"n": 1}}}),
        ({"lines": "lines"}, {"k": 1, "lines": [{"n": 1}]}),
    ],
)
def test_head_and_lines_are_taken_from_their_places(places, row):
    assert shaped(Resource(**places), row) == {"k": 1, "body": [{"n": 1}]}


def test_a_row_without_lines_has_none():
    assert shaped(Resource(), {"k": 1}) == {"k": 1, "body": []}
    assert shaped(Resource(head="head", lines="body"), {"head": {"k": 1}, "body": None}) == {"k": 1, "body": []}
