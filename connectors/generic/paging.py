"""Pages by offset without a total, in the order that the definition asks for.

An empty page is the end. Whether a page with fewer rows than asked for is the end too is for the definition to say: a system that caps its
pages silently would otherwise be read in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from trace_core.errors import Misconfigured

Rows: TypeAlias = list[dict[str, Any]]


def pages(ask: Callable[[int, int], Rows], *, size: int, short_page: str) -> Iterator[Rows]:
    """Pages that `ask(offset, number)` gives, numbers from 1.

    Errors: `Misconfigured` when a page comes twice, as from a system that ignores the offset and would be read for ever.
    """
    at, number, before = 0, 1, Rows()
    while rows := ask(at, number):
        if rows == before:
            raise Misconfigured("the same page came twice: does the request use {offset} or {page}?", code="paging")
        yield rows
        if len(rows) < size and short_page == "last":
            return
        at, number, before = at + len(rows), number + 1, rows
