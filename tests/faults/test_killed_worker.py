"""A worker killed in the middle of a sync changes nothing in the end: the same genealogy, hash for hash."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from lotweave.bootstrap import House, opened
from lotweave.cli.running import start_detached, stop
from lotweave.demo.processes import simulated
from lotweave.demo.site import make_site
from lotweave.settings import Site
from lotweave.supervisor import free_port

LOOK = 0.1


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Site]:
    """A site of two plants with both simulators, everything in processes of its own."""
    with ExitStack() as stack:
        hz = stack.enter_context(simulated("kingdee", tmp_path / "kingdee.log"))
        su = stack.enter_context(simulated("yonyou", tmp_path / "yonyou.log"))
        site = make_site(tmp_path / "site", hz=hz, su=su)
        start_detached(site, free_port())
        stack.callback(stop, site)
        yield site


def genealogy(house: House) -> str:
    """A hash over every current document but for when it came and where its row lies."""
    with house.begin() as connection:
        rows = connection.execute(
            text("SELECT plant, kind, key, content FROM document WHERE current AND NOT deleted ORDER BY plant, kind, key")
        )
        return hashlib.sha256(json.dumps([list(row) for row in rows]).encode()).hexdigest()


def sync(site: Site, plant: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lotweave", "sync", plant, "--site", str(site.folder), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def workers(site: Site) -> list[int]:
    """Process ids of the site's Celery workers, pool children included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, env = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if b"worker" in command and f"LOTWEAVE_SITE={site.folder}".encode() in env.split(b"\0"):
                found.append(int(entry.name))
    return found


def kept(house: House) -> int:
    with house.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM inbox")).scalar_one())


def kill_workers_while(process: subprocess.Popen[bytes], site: Site, house: House, *, times: int) -> int:
    """SIGKILL all workers each time the inbox has grown, until the sync ends; how often they were killed."""
    killed, seen, waiting = 0, 0, threading.Event()
    while process.poll() is None and killed < times:
        now = kept(house)
        if now > seen:
            for pid in workers(site):
                os.kill(pid, signal.SIGKILL)
            killed, seen = killed + 1, now
        waiting.wait(LOOK)
    return killed


def test_killing_the_workers_in_the_middle_of_a_sync_ends_in_the_same_genealogy(running: Site, tmp_path: Path) -> None:
    with opened(running) as house:
        first = sync(running, "HZ")
        killed = kill_workers_while(first, running, house, times=2)
        out, _ = first.communicate(timeout=240)
        disturbed = json.loads(out)
        after_kills = genealogy(house)
        with house.begin() as connection:
            connection.execute(
                text(
                    "TRUNCATE document, event, touch, thing, weaving, stale, link_set,"
                    " inbox, checkpoint, run, quarantine, outbox, changed RESTART IDENTITY CASCADE"
                )
            )
        second = sync(running, "HZ")
        out, _ = second.communicate(timeout=120)
        undisturbed = json.loads(out)

        assert killed >= 1
        assert disturbed["balanced"]
        assert {run["state"] for run in disturbed["runs"]} == {"done"}
        assert undisturbed["applied"] == 196
        assert genealogy(house) == after_kills
