"""Every call passes the gate: within the limits, one place each, and not while the system is down."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from connectors.kit.breaker import Circuit
from connectors.kit.gate import LEASE, Gate
from connectors.kit.limits import Limits, Rate
from connectors.kit.shared import LocalShared
from trace_core.errors import Rejected, Unreachable


class Clock:
    """Stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def gate(clock: Clock, **limits) -> Gate:
    return Gate(LocalShared(clock), "erp", Limits(**limits), Circuit(faults=2, pause=60), sleep=clock.sleep)


def passed(one: Gate, endpoint: str = "", **how) -> None:
    with one.call(endpoint, **how):
        pass


def test_a_caller_waits_for_its_turn():
    clock = Clock()
    one = gate(clock, calls=(Rate(2, 10),))
    for _ in range(5):
        passed(one)

    assert 20 <= clock.now < 21


def test_whoever_would_wait_too_long_is_told_when_to_come_back():
    clock = Clock()
    one = gate(clock, calls=(Rate(1, 3600),))
    passed(one)

    with pytest.raises(Unreachable, match="quota is used up") as told:
        passed(one)
    assert told.value.code == "quota"
    assert told.value.retry_after == 3600
    assert not told.value.sent


@pytest.mark.parametrize("fault", [Rejected("no"), ZeroDivisionError()])
def test_a_call_that_did_not_try_the_system_leaves_the_probe_to_the_next(fault):
    clock = Clock()
    one = gate(clock)
    for _ in range(2):
        with pytest.raises(Unreachable), one.call():
            raise Unreachable("gone")
    clock.now = 61.0

    with pytest.raises(type(fault)), one.call():
        raise fault
    passed(one)


def test_a_probe_that_gets_no_turn_leaves_it_to_the_next():
    clock = Clock()
    one = Gate(LocalShared(clock), "erp", Limits((Rate(1, 100),)), Circuit(faults=1, pause=60), sleep=clock.sleep, turn=5)
    with pytest.raises(Unreachable), one.call():
        raise Unreachable("gone")
    clock.now = 61.0
    with pytest.raises(Unreachable) as told:
        passed(one)
    assert told.value.code == "quota"
    clock.now = 101.0

    passed(one)


def test_an_endpoints_quota_holds_beside_that_of_all():
    clock = Clock()
    one = gate(clock, endpoints={"Save": (Rate(1, 3600),)})
    passed(one, "Save")
    passed(one, "View")

    with pytest.raises(Unreachable):
        passed(one, "Save")
    passed(one, "View")


def test_faults_in_a_row_close_the_gate_and_other_errors_do_not():
    one = gate(Clock())
    for fault in (Rejected("no"), Unreachable("gone"), Unreachable("gone")):
        with pytest.raises(type(fault)), one.call():
            raise fault

    with pytest.raises(Unreachable, match="left alone") as told:
        passed(one)
    assert told.value.code == "open_circuit"


def test_a_quota_refused_in_an_answer_is_kept_to():
    one = gate(Clock())
    one.heard(Unreachable("limited", retry_after=90))
    one.heard(Rejected("not for the circuit"))

    with pytest.raises(Unreachable) as told:
        passed(one)
    assert told.value.retry_after == 90


@pytest.mark.parametrize(("writes", "most"), [(True, 1), (False, 3)])
def test_no_more_are_at_it_at_once_than_allowed(writes, most):
    one = Gate(limits=Limits(at_once=3, writers=1))
    guard, under_way, seen = Lock(), [0], []

    def call(_: int) -> None:
        with one.call(writes=writes):
            with guard:
                under_way[0] += 1
                seen.append(under_way[0])
            with guard:
                under_way[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(40)))
    assert len(seen) == 40
    assert max(seen) <= most


def test_a_place_is_given_back_when_the_call_fails():
    one = gate(Clock(), writers=1)
    with pytest.raises(Rejected), one.call(writes=True):
        raise Rejected("no")

    passed(one, writes=True)


def test_a_place_that_stays_taken_ends_the_wait():
    clock = Clock()
    one = gate(clock, writers=1)
    one.turn = LEASE / 2  # the clock of the test runs ahead of the one that renews a place

    with one.call(writes=True), pytest.raises(Unreachable, match="1 writers at once"):
        passed(one, writes=True)


def test_the_place_of_a_caller_that_died_is_free_soon():
    clock = Clock()
    one = gate(clock, writers=1)
    one.shared.put_new("erp:writer:0", b"a worker that was killed", LEASE)

    passed(one, writes=True)

    assert clock.now >= LEASE


def test_a_secret_is_not_in_its_repr():
    assert "hush" not in repr(Gate(secret="hush"))
