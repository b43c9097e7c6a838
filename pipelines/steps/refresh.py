"""Results in the outbox that may say something else by now are marked, so that `push` plans them again (ADR 0027)."""

from __future__ import annotations

from pipelines.state import changes, outbox
from pipelines.steps.settle import Begin
from trace_core.identifiers import parse_thing
from trace_core.store.postings import key_hashes
from trace_core.store.touched import touched_by
from trace_core.touches import by_thing


def refresh(begin: Begin) -> int:
    """Follow every change that was noted, piece by piece, each with its marks in one transaction; how many results were marked.

    A plan keeps the keys by which it asked for documents. A document that came, changed or went is found, or was found before, by its own
    keys: where both meet, the result is marked. Marking one too many is harmless, since planning compares.
    """
    marked = 0
    while (found := _piece(begin)) is not None:
        marked += found
    return marked


def _piece(begin: Begin) -> int | None:
    with begin() as connection:
        found = changes.take(connection)
        if found is None:
            return None
        if not outbox.any_row(connection):
            return 0
        names, things = found
        keys = touched_by(connection, names) | {by_thing(thing) for uri in things if (thing := parse_thing(uri))}
        return outbox.mark_stale(connection, key_hashes(keys))
