"""It asks until there is an answer, and no more often than it may."""

import pytest

from connectors.kit.waiting import asked_until
from trace_core.errors import Unreachable


def test_it_stops_at_the_first_answer():
    answers = iter([None, None, "done", "never asked for"])

    assert asked_until(lambda: next(answers), times=20, seconds=0) == "done"
    assert next(answers) == "never asked for"


def test_it_gives_up_after_so_many_times():
    asked = []

    assert asked_until(lambda: asked.append(1), times=20, seconds=0) is None
    assert len(asked) == 20


def test_a_fault_is_not_asked_over():
    def silent() -> None:
        raise Unreachable("silent")

    with pytest.raises(Unreachable):
        asked_until(silent, times=20, seconds=0)
