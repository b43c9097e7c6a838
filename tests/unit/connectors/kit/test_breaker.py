"""After faults in a row a system is left alone, then one call tries it; all workers see the same."""

import pytest

from connectors.kit.breaker import Breaker, Circuit
from connectors.kit.shared import LocalShared


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def breakers(now):
    shared, circuit = LocalShared(lambda: now[0]), Circuit(faults=3, pause=10, longest=30)
    return Breaker(shared, "erp", circuit), Breaker(shared, "erp", circuit)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_it_opens_after_faults_in_a_row_for_everybody(breakers):
    one, other = breakers
    fail(one, 2)
    assert other.wait() == 0
    fail(other, 1)

    assert one.wait() == other.wait() == 10


def test_an_answer_in_between_starts_the_count_anew(breakers):
    one, other = breakers
    fail(one, 2)
    assert other.wait() == 0
    other.worked()
    fail(one, 2)

    assert one.wait() == 0


def test_after_the_pause_one_call_alone_tries_and_its_answer_closes_the_circuit(breakers, now):
    one, other = breakers
    fail(one, 3)
    now[0] = 10.5

    assert one.wait() == 0
    assert other.wait() > 0
    one.worked()
    assert other.wait() == 0
    assert other.wait() == 0


def test_a_probe_that_fails_doubles_the_pause_up_to_the_longest(breakers, now):
    one, _ = breakers
    fail(one, 3)
    pauses = []
    for _ in range(3):
        now[0] += one.wait()
        assert one.wait() == 0
        one.failed()
        pauses.append(one.wait())

    assert pauses == [20, 30, 30]


def test_a_probe_that_never_reports_is_followed_by_another(breakers, now):
    one, other = breakers
    fail(one, 3)
    now[0] = 11.0
    assert one.wait() == 0
    now[0] = 11.0 + 151

    assert other.wait() == 0


def test_a_delay_that_the_system_names_is_kept_by_all_and_counts_as_no_fault(breakers, now):
    one, other = breakers
    one.failed(42)
    assert other.wait() == 42
    now[0] = 42.5

    assert other.wait() == 0
    assert one.wait() == 0


def test_the_log_says_when_it_opens_and_closes_and_of_whose_system(breakers, now, caplog):
    one, other = breakers
    with caplog.at_level("INFO", "lotweave"):
        fail(one, 3)
        now[0] = 11.0
        assert other.wait() == 0
        other.worked()
        assert one.wait() == 0
        one.worked()

    assert [(record.message, record.about) for record in caplog.records] == [
        ("circuit opened", {"company": "erp", "seconds": 10}),
        ("circuit closed", {"company": "erp"}),
    ]
