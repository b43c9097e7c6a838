"""It holds one token per identity and logs in once however many ask."""

import threading

import pytest

from connectors.yonyou.tokens import IdShelf, TokenShelf
from trace_core.errors import Misconfigured

WHO = ("http://u9.example", "lw", "001", "trace", "10")


def test_it_logs_in_once_for_threads_that_ask_together():
    shelf, logins, found = TokenShelf(), [], []

    def login() -> str:
        logins.append(1)
        return f"t{len(logins)}"

    threads = [threading.Thread(target=lambda: found.append(shelf.take(WHO, login, max_age=60))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) == {"t1"}


def test_the_second_thread_with_a_dead_token_takes_the_new_one_without_a_login():
    shelf = TokenShelf()
    shelf.take(WHO, lambda: "t1", max_age=60)
    shelf.take(WHO, lambda: "t2", max_age=60, refused="t1")

    assert shelf.take(WHO, lambda: "t3", max_age=60, refused="t1") == "t2"


def test_it_renews_a_token_that_is_too_old():
    shelf = TokenShelf()
    shelf.take(WHO, lambda: "t1", max_age=60)

    assert shelf.take(WHO, lambda: "t2", max_age=0) == "t2"


def test_a_login_that_fails_leaves_no_token_behind():
    shelf = TokenShelf()
    shelf.take(WHO, lambda: "t1", max_age=60)

    def refused() -> str:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        shelf.take(WHO, refused, max_age=60, refused="t1")

    assert shelf.take(WHO, lambda: "t2", max_age=60) == "t2"


def test_an_id_is_looked_up_once_and_a_failure_is_not_remembered():
    shelf = IdShelf()

    def refused() -> int:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        shelf.take(("u9", "org", "10"), refused)

    assert shelf.take(("u9", "org", "10"), lambda: 7) == 7
    assert shelf.take(("u9", "org", "10"), lambda: 8) == 7
