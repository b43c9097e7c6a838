"""Many documents that are wrong in the same way have one cause."""

from __future__ import annotations

import pytest

from pipelines.causes import cause_of, sentence, sentences
from trace_core.errors import Problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Problem("body.lines.0.quantity", "'12,5' is no number", "12,5"), Problem("body.lines.17.quantity", "'a' is no number", "a")),
        (Problem("FUnitID", "code Pcs is not in the table units", "Pcs"), Problem("FUnitID", "code EA is not in the table units", "EA")),
        (Problem("", "the payload is no JSON: malformed (byte 12)"), Problem("", "the payload is no JSON: malformed (byte 9031)")),
        (Problem("at", "2026-13-01 is no day of order MO-1001"), Problem("at", "2026-02-30 is no day of order MO-77")),
        (Problem("body", "「甲」 is unknown", "甲"), Problem("body", "「乙」 is unknown", "乙")),
    ],
)
def test_numbers_codes_and_values_make_no_cause_of_their_own(one: Problem, other: Problem) -> None:
    assert sentence(one) == sentence(other)
    assert cause_of("hz", "MO", "interpret", [one]) == cause_of("hz", "MO", "interpret", [other, one])


def test_what_is_wrong_elsewhere_or_otherwise_is_another_cause() -> None:
    told = Problem("FQty", "is missing", rule="PRD_MO.yml:7:5")

    found = {
        cause_of("hz", "MO", "interpret", [told]),
        cause_of("su", "MO", "interpret", [told]),
        cause_of("hz", "PO", "interpret", [told]),
        cause_of("hz", "MO", "weave", [told]),
        cause_of("hz", "MO", "interpret", [Problem("FQty", "is missing", rule="PRD_MO.yml:9:5")]),
        cause_of("hz", "MO", "interpret", [Problem("FUnit", "is missing", rule="PRD_MO.yml:7:5")]),
        cause_of("hz", "MO", "interpret", [told, Problem("FUnit", "is missing")]),
    }

    assert len(found) == 7


def test_a_value_within_a_word_is_left_alone() -> None:
    problems = [Problem("FName", "is no name", value) for value in ("n", "no")]

    assert sentences(problems) == ["FName: is no name", "FName: is … name"]
