"""Fetching the next page while the last one is kept: the system and the database work at the same time, with two pages in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def ahead(things: Iterator[Thing]) -> Generator[Thing]:
    """The same things in the same order; errors come where they would have come. One thread takes all of them.

    Whoever may stop early closes it: that waits until nothing is being fetched any more.
    """

    def fetched() -> tuple[Thing, ...]:
        return tuple(islice(things, 1))

    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        coming: Future[tuple[Thing, ...]] = thread.submit(copy_context().run, fetched)
        while found := coming.result():
            coming = thread.submit(copy_context().run, fetched)
            yield found[0]
