"""Deriving links anew where documents changed them, in pieces, each in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from pipelines.state.database import Transaction
from trace_core.store.link_sets import derived, due, keep
from trace_core.store.view import StoreView

PIECE = 500
"""Origins that are derived from one database snapshot."""

Begin = Callable[[], AbstractContextManager[Transaction]]
View = Callable[[], AbstractContextManager[StoreView]]


def settle(begin: Begin, view: View, *, most: int | None = None) -> int:
    """Derive stale links until none is left, or `most` were; how many origins were settled.

    Answers never wait for this: what is stale is derived within the question. Two at once do the same work twice and no harm.
    """
    done = 0
    while most is None or done < most:
        with view() as documents:
            origins = due(documents.connection, PIECE)
            found = derived(documents.connection, documents, origins)
        if not origins:
            break
        with begin() as connection:
            keep(connection, found)
        done += len(origins)
    return done
