"""A task gives way after its turn, and a batch is as large as its last one was quick."""

from __future__ import annotations

from pipelines.turns import FEWEST, FIRST, MOST, TARGET, Pace, Turn


def test_a_turn_without_seconds_never_ends() -> None:
    assert not Turn().over()


def test_a_turn_of_no_time_is_over() -> None:
    assert Turn(0).over()


def test_batches_shrink_at_once_to_what_slow_ones_allow() -> None:
    pace = Pace()
    for _ in range(20):
        pace.took(pace.size, 0.02 * pace.size)

    assert pace.size == FEWEST


def test_batches_grow_to_the_most_while_they_are_quick() -> None:
    pace = Pace()
    for _ in range(20):
        pace.took(pace.size, 1e-5 * pace.size)

    assert pace.size == MOST


def test_a_batch_that_was_not_full_makes_none_larger() -> None:
    pace = Pace()
    pace.took(FIRST - 1, TARGET / 100)

    assert pace.size == FIRST


def test_one_slow_batch_moves_half_way() -> None:
    pace = Pace()
    pace.took(FIRST, 2 * TARGET)

    assert pace.size == round((FIRST + FIRST / 2) / 2)
