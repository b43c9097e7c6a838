"""One writer at a time: inside a process and beside another account set."""

from __future__ import annotations

import threading

import pytest

from connectors.kingdee.one_writer import one_writer
from trace_core.errors import Unreachable


def test_writers_of_one_account_set_come_one_after_the_other() -> None:
    inside, most, guard = [0], [0], threading.Lock()

    def write() -> None:
        with one_writer("http://unit.test/k3cloud", "A"):
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with guard:
                inside[0] -= 1

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]


def test_the_address_counts_in_any_case_and_account_sets_do_not_wait_for_each_other() -> None:
    url = "http://unit.test/k3cloud"
    with one_writer(url, "A"), one_writer(url, "B"), pytest.raises(Unreachable), one_writer(url.upper(), "A", patience=0):
        pytest.fail("two writers")


def test_a_writer_that_fails_lets_the_next_one_in() -> None:
    with pytest.raises(KeyError), one_writer("http://unit.test/k3cloud", "C"):
        raise KeyError("x")

    with one_writer("http://unit.test/k3cloud", "C", patience=0):
        pass
