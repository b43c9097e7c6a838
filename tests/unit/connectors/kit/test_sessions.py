"""One login at a time, whoever needs it; what it brings lies encrypted."""

import threading
from contextlib import closing

import pytest

from connectors.kit.sessions import Sessions
from connectors.kit.shared import LocalShared
from connectors.kit.shared_redis import RedisShared
from trace_core.errors import Misconfigured, Unreachable


@pytest.fixture
def shared():
    return LocalShared()


def test_workers_that_ask_together_log_in_once(valkey_url):
    logins, found = [], []

    def login() -> str:
        logins.append(1)
        return f"t{len(logins)}"

    def worker() -> None:
        with closing(RedisShared(valkey_url)) as shared:
            found.append(Sessions(shared, "workers", "s").take("10", login, max_age=60))

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["t1"] * 8


def test_the_second_worker_with_a_dead_session_takes_the_new_one(shared):
    one, other = Sessions(shared, "erp", "s"), Sessions(shared, "erp", "s")
    one.take("10", lambda: "t1", max_age=60)
    one.take("10", lambda: "t2", max_age=60, refused="t1")

    assert other.take("10", lambda: "t3", max_age=60, refused="t1") == "t2"


def test_names_and_companies_are_apart(shared):
    Sessions(shared, "erp", "s").take("10", lambda: "t1", max_age=60)

    assert Sessions(shared, "erp", "s").take("20", lambda: "t2", max_age=60) == "t2"
    assert Sessions(shared, "mes", "s").take("10", lambda: "t3", max_age=60) == "t3"


def test_a_session_grows_old():
    now = [0.0]
    sessions = Sessions(LocalShared(lambda: now[0]), "erp", "s")
    sessions.take("10", lambda: "t1", max_age=60)
    now[0] = 60.0

    assert sessions.take("10", lambda: "t2", max_age=60) == "t2"


def test_a_login_that_fails_leaves_nothing_behind_and_the_next_may_try(shared):
    sessions = Sessions(shared, "erp", "s")

    def refused() -> str:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        sessions.take("10", refused, max_age=60)
    assert sessions.take("10", lambda: "t1", max_age=60) == "t1"


def test_a_session_that_ended_is_forgotten_but_not_a_newer_one(shared):
    sessions = Sessions(shared, "erp", "s")
    sessions.take("10", lambda: "t1", max_age=60)
    sessions.forget("10", "t0")
    assert sessions.take("10", lambda: "t2", max_age=60) == "t1"
    sessions.forget("10", "t1")
    assert sessions.take("10", lambda: "t2", max_age=60) == "t2"


def test_what_is_held_cannot_be_read_without_the_secret(shared):
    Sessions(shared, "erp", "s").take("10", lambda: "token-in-clear", max_age=60)

    assert "token-in-clear" not in repr(shared.__dict__)
    assert Sessions(shared, "erp", "another").take("10", lambda: "t2", max_age=60) == "t2"


def test_a_login_of_another_that_never_ends_is_not_waited_for_forever():
    now = [0.0]
    shared = LocalShared(lambda: 0.0)
    shared.put("erp:login:10", b"another", 600)
    sessions = Sessions(shared, "erp", "s", sleep=now.append)

    with pytest.raises(Unreachable, match="has been logging in"):
        sessions.take("10", lambda: "t1", max_age=60)
    assert sum(now) > 60
