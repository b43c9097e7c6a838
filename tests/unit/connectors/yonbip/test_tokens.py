"""One token per application, fetched once however many ask, renewed before its end and when refused."""

import threading

import pytest

from connectors.yonbip.tokens import Addresses, Shelf, Token
from trace_core.errors import Misconfigured

WHO = ("https://c1.example/iuap-api-auth", "key", "tenant")


def test_threads_that_ask_together_fetch_once():
    shelf, fetched, found = Shelf(), [], []

    def fetch() -> Token:
        fetched.append(1)
        return Token(f"t{len(fetched)}", 7200)

    threads = [threading.Thread(target=lambda: found.append(shelf.token(WHO, fetch))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (set(found), len(fetched)) == ({"t1"}, 1)


def test_a_refused_token_is_fetched_anew_once_for_all_who_held_it():
    shelf = Shelf()
    shelf.token(WHO, lambda: Token("t1", 7200))

    assert shelf.token(WHO, lambda: Token("t2", 7200), refused="t1") == "t2"
    assert shelf.token(WHO, lambda: Token("t3", 7200), refused="t1") == "t2"


def test_a_token_without_life_is_not_kept():
    shelf = Shelf()
    shelf.token(WHO, lambda: Token("t1", 0))

    assert shelf.token(WHO, lambda: Token("t2", 7200)) == "t2"


def test_failures_are_not_remembered():
    shelf = Shelf()

    def refused() -> Addresses:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        shelf.addresses(("https://x", "t"), refused)
    assert shelf.addresses(("https://x", "t"), lambda: Addresses("g", "t")).gateway == "g"
    assert shelf.addresses(("https://x", "t"), refused).gateway == "g"
