"""What a mapping expects of a run."""

from __future__ import annotations

import pytest
from mapping_desk import HEAD, Desk

from mappings.engine.expect import unmet
from trace_core.errors import Misconfigured

EXPECT = """
      type: a
expect:
  documents: {movement: {at_least: 2, at_most: 10}}
  rejected: {at_most: 0.1}
  filled: {movement.order: {at_least: 0.5}}
"""
COUNTS = {("raw", ""): 10, ("rejected", ""): 1, ("documents", "movement"): 8, ("filled", "movement.order"): 4}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({("documents", "movement"): 1}, ["documents of movement: 1, expected at least 2"]),
        ({("documents", "movement"): 11, ("filled", "movement.order"): 11}, ["documents of movement: 11, expected at most 10"]),
        ({("rejected", ""): 2}, ["rejected: 0.2 of all, expected at most 0.1"]),
        ({("filled", "movement.order"): 3}, ["filled of movement.order: 0.375 of all, expected at least 0.5"]),
        ({("raw", ""): 0, ("documents", "movement"): 0}, []),
    ],
)
def test_what_is_not_met_is_named_with_the_figure(desk: Desk, changed: dict[tuple[str, str], int], said: list[str]) -> None:
    told = desk.mapper(HEAD + EXPECT).told

    assert [problem.problem for problem in unmet(told.expect, COUNTS | changed)] == said


@pytest.mark.parametrize(
    "wrong", ["documents: {movment: {at_least: 1}}", "rejected: {at_least: 1}", "filled: {movement.order: viel}", "shares: {}"]
)
def test_a_wrong_expectation_has_its_place(desk: Desk, wrong: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        desk.mapper(f"{HEAD}      type: a\nexpect:\n  {wrong}\n")

    assert caught.value.problems[0].path.startswith("mappings/kingdee/TEST.yml:9:")
