"""Portions: whatever was really drawn lies between the bounds, and nothing is lost."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from trace_core.identifiers import ItemCode, PlantCode, ThingId
from trace_core.portions import Holding, Portion, added, exactly

A, B = (ThingId(PlantCode("HZ"), "lot", ItemCode("NUT"), name) for name in "AB")


def filled(a: int, b: int) -> Holding:
    holding = Holding()
    for origin, quantity in ((A, Fraction(a)), (B, Fraction(b))):
        holding.came(quantity)
        holding.put(origin, exactly(quantity, None))
    return holding


def test_a_draw_of_a_mixture_is_shared_and_bounded() -> None:
    taken = filled(100, 50).take(Fraction(120), Fraction(120))

    assert taken == {A: Portion(Fraction(80), Fraction(70), Fraction(100)), B: Portion(Fraction(40), Fraction(20), Fraction(50))}


def test_a_draw_of_all_takes_all_exactly() -> None:
    holding = filled(100, 50)

    taken = holding.take(Fraction(150), Fraction(150))

    assert taken[A] == exactly(Fraction(100), None)
    assert holding.portions[A] == Portion()


def test_what_is_built_in_is_none_to_all_of_it_in_a_part() -> None:
    holding = Holding()
    holding.came(Fraction(10))
    holding.put(A, exactly(Fraction(40), None).built_in())

    assert holding.take(Fraction(2), Fraction(2))[A] == Portion(Fraction(8), Fraction(0), Fraction(40), loose=False)


def test_an_unknown_draw_leaves_nothing_known_but_the_most() -> None:
    holding = filled(100, 0)

    taken = holding.take(None, None)

    assert taken[A] == Portion(None, Fraction(0), Fraction(100))
    assert (holding.stock, holding.portions[A].expected) == (None, None)


def test_a_draw_that_may_not_have_been_leaves_the_stock_unsure() -> None:
    holding = filled(100, 100)

    holding.take(Fraction(100), Fraction(50), sure=False)
    later = holding.take(Fraction(150), Fraction(150))

    assert later[A] == Portion(Fraction(75), Fraction(0), Fraction(100))


def test_a_sum_with_an_unknown_is_unknown() -> None:
    assert added([Fraction(1), Fraction(2)]) == 3
    assert added([Fraction(1), None]) is None


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.integers(0, 60), st.integers(0, 60), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_what_was_really_drawn_lies_between_the_bounds(a: int, b: int, draws: list[tuple[int, int]]) -> None:
    holding, left, drawn = filled(a, b), {A: a, B: b}, Fraction(0)

    for most_of_a, most_of_b in draws:
        really = {A: min(most_of_a, left[A]), B: min(most_of_b, left[B])}
        quantity = Fraction(sum(really.values()))
        taken = holding.take(quantity, quantity)
        for origin, portion in taken.items():
            assert portion.most is not None
            assert portion.least <= really[origin] <= portion.most
            left[origin] -= really[origin]
        drawn += added(portion.expected for portion in taken.values()) or 0

    assert drawn + (added(portion.expected for portion in holding.portions.values()) or 0) == a + b
    assert holding.stock == sum(left.values())
