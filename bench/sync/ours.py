"""Ours: the bare pull into the inbox, the same again, the interpreting by two processes, and the whole journey through a running site."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from sqlalchemy import text

from lotweave.bootstrap import House, opened
from lotweave.cli.running import start_detached, stop
from lotweave.plumbing import plumbing_of
from lotweave.readiness import queues
from lotweave.settings import Site, read_site
from lotweave.supervisor import free_port
from pipelines.state import runs
from pipelines.steps.pull import pull
from pipelines.uncollected import seldom_collected
from scheduler.plan import runs_of

SITE = Path(__file__).parent / "site"
PLANT, GLANCE = "BJ", 0.2
COUNTED = (
    "SELECT (SELECT count(*) FROM inbox WHERE NOT quarantined) AS orders, (SELECT count(*) FROM document) AS documents,"
    " (SELECT count(*) FROM quarantine) AS quarantined, (SELECT CAST(sum(hashtextextended(concat_ws(E'\\t', plant, kind, key, revision,"
    " content, state, current), 0)) AS text) FROM document) AS genealogy"
)
"""Counts, and a sum over all documents that is the same for the same documents."""
ANSWERED = "SELECT count(answered_at) FROM pulse"
LEFT = "SELECT (SELECT count(*) FROM run WHERE state <> 'done') + (SELECT count(*) FROM uninterpreted)"


def site_at(folder: Path, system: str) -> Site:
    """A site that reads the orders of a system; what is in the folder already stays."""
    shutil.copytree(SITE, folder, dirs_exist_ok=True)
    file = folder / "lotweave.toml"
    file.write_text(file.read_text("utf-8").replace("URL", system), "utf-8")
    return read_site(folder)


def pulled(site: Site, *, full: bool) -> dict[str, Any]:
    """One run of one worker: pages into the inbox, checkpoint and counts with each; it never helps to interpret them."""
    with opened(site) as house:
        plumbing = replace(plumbing_of(house), backlog=sys.maxsize)
        line, now = plumbing.lines["bj"], plumbing.now()
        with plumbing.begin() as connection:
            ids = runs.create(connection, runs_of(line, now, full=full), now=now)
        seldom_collected()
        began, cpu = time.perf_counter(), time.process_time()
        pull(ids[0], plumbing)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        with plumbing.begin() as connection:
            told = runs.listing(connection, ids)[0]
        return {"orders": told["fetched"], "unchanged": told["unchanged"], "seconds": seconds, "cpu": cpu}


def interpreted(site: Site, processes: int) -> dict[str, Any]:
    """So many processes empty the inbox side by side; seconds from when the last of them is ready until it is empty."""
    command = [sys.executable, "-m", "bench.sync.interpreter", str(site.folder)]
    with ExitStack() as stack:
        workers = [stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)) for _ in range(processes)]
        for _, out in map(_pipes, workers):
            out.readline()
        began = time.perf_counter()
        for into, _ in map(_pipes, workers):
            into.close()
        told = [json.loads(out.read()) for _, out in map(_pipes, workers)]
        seconds = time.perf_counter() - began
    return {"orders": sum(one["documents"] for one in told), "seconds": seconds, "cpu": sum(one["cpu"] for one in told)}


def _pipes(worker: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if worker.stdin is None or worker.stdout is None:
        raise RuntimeError("the process has no pipes")
    return worker.stdin, worker.stdout


@contextmanager
def running(site: Site) -> Iterator[House]:
    """The site with everything: Celery, broker, beat, console, leases, sweep; all of its workers have answered."""
    start_detached(site, free_port())
    try:
        with opened(site) as house:
            until(lambda: _asked(house, ANSWERED)[0] == len(queues(site)))
            yield house
    finally:
        stop(site)


def journey(site: Site) -> dict[str, Any]:
    """`lotweave sync` of a running site until nothing is left to do; `again` are the seconds of a full one after it, with nothing changed.

    `peak_mb` is the largest worker's memory.
    """
    with running(site) as house:
        peak, ended = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(site, peak, ended))
        watcher.start()
        seconds, again = synced(site, house), synced(site, house, "--full")
        ended.set()
        watcher.join()
        return counted(house) | {"seconds": seconds, "again": again, "peak_mb": peak[0]}


def counted(house: House) -> dict[str, Any]:
    """How many orders, documents and raw documents in quarantine there are, and what the genealogy comes to."""
    with house.begin() as connection:
        return dict(connection.execute(text(COUNTED)).mappings().one())


def synced(site: Site, house: House, *options: str) -> float:
    """Seconds of the verb until nothing is left to do."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "lotweave", "sync", PLANT, *options, "--site", str(site.folder), "--json"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    until(lambda: _asked(house, LEFT)[0] == 0)
    return time.perf_counter() - began


def until(what: Callable[[], bool]) -> None:
    """Wait for it."""
    waiting = threading.Event()
    while not what():
        waiting.wait(GLANCE)


def _asked(house: House, question: str) -> Any:
    with house.begin() as connection:
        return connection.execute(text(question)).one()


def _watch(site: Site, peak: list[float], ended: threading.Event) -> None:
    """The most memory that one of the site's workers had."""
    while not ended.wait(0.5):
        peak[0] = max([peak[0], *(mb for _, _, mb in workers(site))])


def workers(site: Site) -> Iterator[tuple[int, int, float]]:
    """The site's worker processes: number, number of the parent, MB of memory."""
    mine = f"LOTWEAVE_SITE={site.folder}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, KeyError):
            if b"lotweave.worker:app\0worker" in (process / "cmdline").read_bytes() and mine in (process / "environ").read_bytes():
                told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
                yield int(process.name), int(told["PPid"]), int(told["VmRSS"].split()[0]) / 1024
