"""All processes of a site go by the database's clock, whatever their machines' clocks say or do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lotweave.steady import FRESH, SteadyClock

THERE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HERE = datetime(2019, 1, 1, tzinfo=UTC)


class Told:
    def __init__(self) -> None:
        self.steady = 1000.0
        self.answer: datetime | None = THERE
        self.asked = 0

    def ask(self) -> datetime | None:
        self.asked += 1
        return self.answer


def clock_of(told: Told) -> SteadyClock:
    return SteadyClock(told.ask, machine=lambda: HERE, steady=lambda: told.steady)


def test_the_database_decides_and_is_asked_now_and_then() -> None:
    told = Told()
    clock = clock_of(told)

    assert clock() == THERE
    told.steady += 7
    assert clock() == THERE + timedelta(seconds=7)
    assert told.asked == 1
    told.steady += FRESH
    told.answer = THERE + timedelta(minutes=5)
    assert clock() == told.answer
    assert told.asked == 2


def test_time_goes_on_while_the_database_is_away() -> None:
    told = Told()
    clock = clock_of(told)
    clock()
    told.answer = None
    told.steady += 2 * FRESH

    assert clock() == THERE + timedelta(seconds=2 * FRESH)


def test_without_any_answer_the_machine_is_asked() -> None:
    told = Told()
    told.answer = None
    clock = clock_of(told)

    assert clock() == HERE
    told.steady += 1
    assert clock() == HERE + timedelta(seconds=1)


def test_without_a_database_it_begins_with_the_machines_clock_and_is_not_moved_by_it() -> None:
    told, machine = Told(), [HERE]
    clock = SteadyClock(lambda: None, machine=lambda: machine[0], steady=lambda: told.steady)

    assert clock() == HERE
    machine[0], told.steady = HERE - timedelta(days=1), told.steady + FRESH + 3
    assert clock() == HERE + timedelta(seconds=FRESH + 3)
