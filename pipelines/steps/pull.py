"""Pages of one kind into the inbox: each page and the checkpoint behind it in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from connectors.kit.contract import Connector, Page, Windowed
from pipelines.ahead import ahead
from pipelines.ports import Plumbing
from pipelines.state import inbox, runs, uninterpreted
from pipelines.steps.holding import holding
from pipelines.steps.interpret import interpret
from pipelines.steps.reconcile_run import compare_and_mend
from pipelines.telling import DEBUG, WARNING, tell
from pipelines.tracing import span
from pipelines.turns import TURN, Turn
from trace_core.errors import Misconfigured, Unreachable, Verdict

NOT_ASKED = frozenset({"open_circuit", "quota", "place"})
"""Codes of `Unreachable` that the gate before a system gives when it lets no call through."""


def pull(run_id: int, plumbing: Plumbing) -> bool:
    """Carry out a run if it is due and nobody else does; True when it was carried out to its end.

    A crash costs a repeat of at most one page. The verdict of a fault decides: `Unreachable` tries later, anything else stops the run.
    """
    with plumbing.begin() as connection:
        row = runs.claim(connection, run_id, now=plumbing.now(), closed=plumbing.closed)
    if row is None:
        return False
    try:
        with (
            span("pull", parents=[row.trace], connection=row.connection, kind=row.kind, plant=row.plant, run=row.id),
            holding(plumbing, lambda connection, now: runs.hold(connection, row.id, row.token, now=now)),
        ):
            (compare_and_mend if row.reconcile else _pages)(row, plumbing)
    except _Taken:
        return False
    except Verdict as verdict:
        with plumbing.begin() as connection:
            _failed(connection, row, verdict, plumbing)
        fault = {"verdict": type(verdict).__name__, "code": verdict.code}
        tell("run failed", WARNING, connection=row.connection, plant=row.plant, kind=row.kind, run=row.id, **fault)
        _wake_next(row, plumbing)
        return False
    with plumbing.begin() as connection:
        runs.pulled(connection, row.id, row.token)
    tell("run pulled", connection=row.connection, plant=row.plant, kind=row.kind, run=row.id)
    plumbing.wake("interpret", row.plant, row.plant)
    _wake_next(row, plumbing)
    return True


def _wake_next(row: Any, plumbing: Plumbing) -> None:
    """The connection is free: somebody should take its next run."""
    with plumbing.begin() as connection:
        waiting = runs.next_due(connection, row.connection, now=plumbing.now())
    if waiting is not None:
        plumbing.wake("pull", waiting.id, waiting.plant)


class _Taken(Exception):
    """Another worker holds the run now."""


def _pages(row: Any, plumbing: Plumbing) -> None:
    # the pages are closed first, so that no call is under way when the connector is
    with closing(plumbing.connector(row.connection)) as connector, closing(ahead(_hashed(_wanted(row, connector, plumbing)))) as pages:
        for page, contents in pages:
            _keep(row, page, contents, plumbing)


def _hashed(pages: Iterator[Page]) -> Iterator[tuple[Page, list[str]]]:
    """Pages with the hashes of their documents, taken while the page before is kept."""
    for page in pages:
        yield page, list(map(inbox.content_of, page.documents))


def _keep(row: Any, page: Page, contents: list[str], plumbing: Plumbing) -> None:
    plumbing.reached("fetch")
    with span("keep", documents=len(page.documents)) as current, plumbing.begin() as connection:
        kept = inbox.keep(connection, page.documents, plant=row.plant, run_id=row.id, contents=contents)
        current.set_attributes({"lotweave.changed": kept.changed, "lotweave.unchanged": kept.unchanged})
        if row.since is None:
            inbox.move_checkpoint(connection, row.connection, row.kind, page.cursor, now=plumbing.now())
        counts = {"fetched": len(page.documents), "unchanged": kept.unchanged}
        if not runs.kept_page(connection, row.id, row.token, now=plumbing.now(), **counts):
            raise _Taken
        behind = kept.changed > 0 and uninterpreted.is_behind(connection, row.plant, plumbing.backlog)
    tell("page kept", DEBUG, connection=row.connection, plant=row.plant, kind=row.kind, run=row.id, **counts)
    plumbing.reached("keep")
    if kept.changed:
        plumbing.wake("interpret", row.plant, row.plant)
    if behind:  # whoever brings documents faster than they are interpreted interprets some before bringing more
        interpret(row.plant, plumbing, Turn(TURN))


def _wanted(row: Any, connector: Connector, plumbing: Plumbing) -> Iterator[Page]:
    """The pages of a run: of its window, which begins anew when it was interrupted, else those after the checkpoint."""
    if row.since is not None:
        if not isinstance(connector, Windowed):
            raise Misconfigured(f"{row.connection} cannot be asked for a range of time: pull all of {row.kind}", code="window")
        return connector.within(row.kind, row.since, row.until)
    with plumbing.begin() as connection:
        checkpoint = inbox.read_checkpoint(connection, row.connection, row.kind)
    # a full pull that was interrupted goes on where it was, not from the beginning
    fresh = row.full and (checkpoint is None or row.token == 1 or checkpoint[1] < row.started_at)
    cursor = None if checkpoint is None or fresh else checkpoint[0]
    return connector.pull(row.kind, cursor, full=fresh)


def _failed(connection: Any, row: Any, verdict: Verdict, plumbing: Plumbing) -> None:
    name, now = type(verdict).__name__, plumbing.now()
    message = "; ".join([verdict.message, *map(str, verdict.problems)])
    if isinstance(verdict, Unreachable):
        runs.again(
            connection,
            row.id,
            row.token,
            verdict=name,
            message=message,
            delay=verdict.retry_after,
            asked=verdict.code not in NOT_ASKED,
            now=now,
        )
    else:
        runs.stop(connection, row.id, row.token, verdict=name, message=message, now=now)
