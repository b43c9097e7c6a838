"""The next thing is fetched while the last is worked on, and nothing else changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pipelines.ahead import ahead


def test_things_come_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_the_next_one_is_fetched_while_the_last_is_worked_on_and_no_more() -> None:
    fetched, second = list[int](), threading.Event()

    def things() -> Iterator[int]:
        for number in range(5):
            fetched.append(number)
            if number == 1:
                second.set()
            yield number

    coming = ahead(things())
    assert next(coming) == 0
    assert second.wait(10)
    assert next(coming) == 1
    assert len(fetched) <= 3
    coming.close()
    assert len(fetched) <= 3


def test_an_error_comes_after_what_came_before_it() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise ValueError("gone")

    coming = ahead(things())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="gone"):
        next(coming)
