"""One sync as a person asks for it: make the runs, let the workers do them or do them here, and tell how it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lotweave.bootstrap import House
from lotweave.embedded import services
from lotweave.plumbing import plumbing_of
from pipelines.app import celery_app
from pipelines.ports import Line, Plumbing
from pipelines.state import changes, outbox, runs, uninterpreted
from pipelines.state.outbox_claims import open_rows
from pipelines.steps.interpret import interpret
from pipelines.steps.mapped import drift
from pipelines.steps.pull import pull
from pipelines.steps.push import push
from pipelines.steps.refresh import refresh
from pipelines.tracing import span, traceparent
from pipelines.waking import waker
from scheduler.plan import runs_of

LOOK, TELL = 0.1, 3.0
"""Seconds between looks at the runs, and between two lines of progress."""
TRIES = 2
"""After so many attempts on a system that does not answer, a sync ends; the workers try again by themselves."""
PUSH_PATIENCE = 60.0
PATIENCE = 900.0
"""Seconds after which a sync stops waiting; the workers go on."""
OPEN = frozenset({"due", "running", "pulled"})


class Sync:
    """Syncs of one house."""

    def __init__(self, house: House, *, say: Callable[[str], None]) -> None:
        self.house = house
        self.say = say
        up = services.read(house.site.state)
        broker = up.broker_url if up else house.site.broker
        self.by_workers = broker is not None
        wake = waker(celery_app(broker, list(house.site.plants))) if broker else None
        self.plumbing: Plumbing = plumbing_of(house, wake)

    def run(self, lines: Sequence[Line], *, kinds: Sequence[str], full: bool) -> dict[str, Any]:
        """Pull, weave and push over the connections; the counts of every run, and whether they balance."""
        with span("sync", plant=", ".join(sorted({line.plant for line in lines}))):
            return self._run(lines, kinds, full=full)

    def _run(self, lines: Sequence[Line], kinds: Sequence[str], *, full: bool) -> dict[str, Any]:
        nominal, trace = self.plumbing.now(), traceparent()
        dues = [replace(due, trace=trace) for line in lines for due in runs_of(line, nominal, kinds=kinds, full=full)]
        with self.plumbing.begin() as connection:
            ids = runs.create(connection, dues, now=nominal)
        if self.by_workers:
            self._wake(ids, dues)
            self._wait(ids)
        else:
            self._do(ids, lines)
        pushed = self._push(lines, nominal)
        with self.plumbing.begin() as connection:
            told = runs.listing(connection, ids)
        names = {line.name for line in lines}
        fresh = [one for one in drift(self.plumbing) if one["what"] == "new" and one["connection"] in names]
        return summary_of(told) | {"pushed": pushed, "new_fields": fresh}

    def _wake(self, ids: Sequence[int], dues: Sequence[Any]) -> None:
        for run_id, due in zip(ids, sorted(dues, key=lambda due: due.rank), strict=True):
            self.plumbing.wake("pull", run_id, due.plant)

    def _wait(self, ids: Sequence[int]) -> None:
        waiting, told = threading.Event(), 0.0
        for look in range(int(PATIENCE / LOOK)):
            with self.plumbing.begin() as connection:
                found = runs.progress(connection, ids)
            open_ = [run for run in found if run.state in OPEN]
            if look * LOOK - told >= TELL:
                told = look * LOOK
                self.say(_progress(found))
            stuck = {run.connection for run in open_ if run.attempts >= TRIES}
            if not open_ or all(run.verdict and run.state == "due" and run.connection in stuck for run in open_):
                return
            waiting.wait(LOOK)

    def _do(self, ids: Sequence[int], lines: Sequence[Line]) -> None:
        for run_id in ids:
            pull(run_id, self.plumbing)
        for plant in sorted({line.plant for line in lines}):
            interpret(plant, self.plumbing)

    def _push(self, lines: Sequence[Line], since: datetime) -> int:
        """Push what is due, and plan anew what may say something else by now; how many were read back.

        By this process when no worker runs, else by waiting for theirs.
        """
        names = [line.name for line in lines]
        if self.by_workers:
            self._await_pushes(lines)
        else:
            refresh(self.plumbing.begin)
            push(names, self.plumbing)
            for plant in sorted({line.plant for line in lines}):
                interpret(plant, self.plumbing)
        with self.plumbing.begin() as connection:
            return outbox.verified_since(connection, names, since)

    def _await_pushes(self, lines: Sequence[Line]) -> None:
        waiting = threading.Event()
        self.plumbing.wake("refresh", "", "")
        for line in lines:
            self.plumbing.wake("push", line.name, line.plant)
        for _ in range(int(PUSH_PATIENCE / LOOK)):
            with self.plumbing.begin() as connection:
                left = changes.any_wait(connection) or open_rows(connection, [line.name for line in lines])
                plants = set(uninterpreted.plants_with_work(connection)) & {line.plant for line in lines}
            if not left and not plants:
                return
            waiting.wait(LOOK)


def summary_of(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Totals; `balanced` is fetched = applied + unchanged + quarantined for every run that ended."""
    totals = {name: sum(run[name] for run in told) for name in ("fetched", "unchanged", "applied", "quarantined")}
    ended = [run for run in told if run["state"] == "done"]
    balanced = all(run["fetched"] == run["applied"] + run["unchanged"] + run["quarantined"] for run in ended)
    return {"runs": told, **totals, "balanced": balanced}


def _progress(found: Sequence[Any]) -> str:
    done = sum(run.state == "done" for run in found)
    return f"{done} of {len(found)} kinds done, {sum(run.fetched for run in found)} documents fetched"
