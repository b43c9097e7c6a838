"""The store of one process and the store in Valkey give the same answers."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import redis

from connectors.kit.limits import Rate
from connectors.kit.shared import LocalShared, Shared
from connectors.kit.shared_redis import PREFIX, RedisShared, client_url
from trace_core.errors import Unreachable


@pytest.fixture(params=["local", "valkey"])
def shared(request) -> Iterator[Shared]:
    if request.param == "local":
        yield LocalShared()
        return
    with closing(RedisShared(request.getfixturevalue("valkey_url"))) as shared:
        yield shared


@pytest.fixture
def name() -> Callable[[str], str]:
    mark = uuid.uuid4().hex
    return lambda what: f"{mark}:{what}"


def test_no_more_calls_than_allowed_are_counted(shared, name):
    windows = [(name("calls"), Rate(3, 60)), (name("calls:Save"), Rate(2, 60))]

    assert [shared.take(windows) == 0 for _ in range(3)] == [True, True, False]
    assert 59 < shared.take(windows) <= 60


def test_a_call_refused_by_one_window_counts_in_none(shared, name):
    full, other = (name("full"), Rate(1, 60)), (name("other"), Rate(1, 60))
    shared.take([full])

    assert shared.take([other, full]) > 0
    assert shared.take([other]) == 0


def test_two_spans_of_one_name_both_hold(shared, name):
    windows = [(name("calls"), Rate(1, 1)), (name("calls"), Rate(5, 60))]

    assert shared.take(windows) == 0
    assert 0 < shared.take(windows) <= 1


def test_room_comes_back_when_the_oldest_call_leaves_the_span():
    now = [100.0]
    shared = LocalShared(lambda: now[0])
    taken = []
    for now[0] in (100.0, 101.0, 102.0, 160.0, 161.5):
        taken.append(shared.take([("calls", Rate(2, 60))]))

    assert taken == [0, 0, 58.0, 0, 0]


def test_callers_side_by_side_never_get_more_than_the_quota(shared, name):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared.take([(name("calls"), Rate(10, 60))]), range(80)))

    assert found.count(0) == 10


def test_without_windows_everybody_passes(shared):
    assert shared.take([]) == 0


def test_values_are_held_replaced_and_dropped(shared, name):
    shared.put(name("a"), b"1", 60)
    shared.put(name("a"), b"2", 60)

    assert shared.look(name("a"), name("b")) == [b"2", None]
    shared.drop(name("a"), b"1")
    assert shared.look(name("a")) == [b"2"]
    shared.drop(name("a"), b"2")
    assert shared.look(name("a")) == [None]
    assert shared.left(name("a")) == 0


def test_one_of_many_puts_the_new_value(shared, name):
    barrier = threading.Barrier(8)

    def put(at: int) -> bool:
        barrier.wait()
        return shared.put_new(name("turn"), str(at).encode(), 60)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(8))) == 1
    assert 59 < shared.left(name("turn")) <= 60


def test_numbers_are_counted_up(shared, name):
    assert [shared.count(name("n"), 60) for _ in range(3)] == [1, 2, 3]
    assert shared.look(name("n")) == [b"3"]


def test_a_value_is_forgotten_after_its_time():
    now = [0.0]
    shared = LocalShared(lambda: now[0])
    shared.put("a", b"1", 5)
    now[0] = 5.0

    assert shared.look("a") == [None]
    assert shared.put_new("a", b"2", 5)


def test_a_store_that_is_gone_stops_the_calls():
    shared = RedisShared("unix:///nowhere/valkey.sock")

    with pytest.raises(Unreachable, match="does not answer; no system is called without it"):
        shared.take([("calls", Rate(1, 1))])


def test_celerys_address_of_a_socket_is_understood():
    assert client_url("redis+socket:///run/v.sock?virtual_host=3") == "unix:///run/v.sock?db=3"
    assert client_url("redis://host/0") == "redis://host/0"


def test_what_a_clock_set_back_would_hold_for_hours_is_forgotten(valkey_url, name):
    with closing(RedisShared(valkey_url)) as shared, closing(redis.Redis.from_url(client_url(valkey_url))) as server:
        for what in ("open", "probe", "session"):
            shared.put(name(what), b"1:x", 10)
            server.pexpire(PREFIX + name(what), 36_000_000)  # as if the clock had been set back since
        server.lpush(PREFIX + name("calls"), str((server.time()[0] + 36_000) * 1_000_000))

        assert shared.look(name("open"), name("none")) == [None, None]
        assert shared.put_new(name("probe"), b"1", 150)
        assert shared.left(name("session")) == 0
        assert shared.take([(name("calls"), Rate(1, 60))]) == 0


def test_a_value_may_look_like_anything(shared, name):
    shared.put(name("odd"), b"12:\x00:\n", 60)

    assert shared.look(name("odd")) == [b"12:\x00:\n"]
    assert 59 < shared.left(name("odd")) <= 60
    shared.drop(name("odd"), b"12:\x00:\n")
    assert shared.look(name("odd")) == [None]
