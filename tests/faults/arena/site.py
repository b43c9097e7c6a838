"""The arena: a site of two plants and both their ERPs, each a process on its own, put back to the beginning before every scene."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from lotweave.cli.running import start_detached, stop
from lotweave.demo.site import make_site
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.kill_points import VARIABLE
from lotweave.settings import Site, read_site
from lotweave.supervisor import free_port

FORM = "LWTR_TraceResult"
COOLDOWN = "session_cooldown_seconds = 10\n"
"""Kingdee is left alone for five minutes after two lost sessions in a row, which happens often where one in ten calls loses its own."""
GLANCE = 0.1
SYSTEMS = {"HZ": "kingdee", "SU": "yonyou"}
TABLES = "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
PROGRESS = (
    "SELECT (SELECT 2 * count(*) FROM inbox) - (SELECT count(*) FROM uninterpreted)"
    " + (SELECT count(*) FROM run WHERE state = 'done') + (SELECT count(*) FROM outbox WHERE verified_at IS NOT NULL)"
)
REST = (
    "SELECT (SELECT count(*) FROM run WHERE state IN ('due', 'running', 'pulled')), (SELECT count(*) FROM uninterpreted),"
    " (SELECT count(*) FROM changed), (SELECT count(*) FROM outbox WHERE stale OR state IN ('due', 'sent', 'unknown', 'changed')),"
    " (SELECT count(*) FROM run WHERE state = 'failed'), (SELECT count(DISTINCT plant) FROM run)"
)


@dataclass(slots=True)
class Erp:
    """A simulated ERP in a process with the demonstration's data, on the same port whenever it starts anew."""

    system: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "lotweave", "simulate", self.system, "--port", str(self.port), "--json"]
        with (self.folder / f"{self.system}.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers, 30, f"the {self.system} simulator answers")

    def _answers(self) -> bool:
        with suppress(OSError):
            return self.ledger() is not None
        return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def order(self, *faults: dict[str, Any]) -> None:
        """Order faults as a tester would, over HTTP."""
        requests.post(f"{self.url}/__simulator__/faults", json=faults, timeout=10).raise_for_status()

    def ledger(self) -> dict[str, Any]:
        """What the ERP itself noted: calls, and every write that it carried out."""
        return dict(requests.get(f"{self.url}/__simulator__/ledger", timeout=10).json())


@dataclass(slots=True)
class Arena:
    """The site and its ERPs. `stall` is the longest time without progress in the scene under way, in seconds."""

    site: Site
    erps: dict[str, Erp]
    engine: Engine
    kills: Path
    stall: float = 0.0
    resyncs: int = 0
    reference: Any = None
    said: Path = field(init=False)
    """What the verbs said to the person."""
    _syncs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.said = self.kills.parent / "verbs.log"

    def reset(self) -> None:
        """Everything as on the first day: empty tables, ERPs without a result."""
        self.stall, self.resyncs = 0.0, 0
        self.said.write_text("", "utf-8")
        for file in self.kills.iterdir():
            file.unlink()
        for erp in self.erps.values():
            erp.stop()
            erp.start()
        until(lambda: self.asked("SELECT 1") is not None, 90, "the database answers")
        with self.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {connection.execute(text(TABLES)).scalar_one()} RESTART IDENTITY CASCADE"))

    def sync(self) -> None:
        """Ask for a sync of both plants as a person would, and do not wait."""
        for plant in SYSTEMS:
            command = [sys.executable, "-m", "lotweave", "sync", plant, "--site", str(self.site.folder), "--json"]
            env = {name: value for name, value in os.environ.items() if name != VARIABLE}
            with self.said.open("ab") as log:
                self._syncs.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=env))

    def asked(self, question: str) -> Any:
        """A row of the database, None while it does not answer."""
        try:
            with self.engine.connect() as connection:
                return connection.execute(text(question)).one()
        except DBAPIError:
            return None

    def settle(self, seconds: float, *, disturbing: Callable[[], bool] = lambda: False) -> bool:
        """Wait until nothing is left to do and nobody disturbs any more; False when the time is over first.

        A run that was given up is asked for again, and so is a sync whose verb ended without one, as a person would do.
        """
        begun = moved = time.monotonic()
        last, waiting = None, threading.Event()
        while time.monotonic() - begun < seconds:
            now, rest = self.asked(PROGRESS), self.asked(REST)
            if now is not None and now != last:
                if last is not None:
                    self.stall = max(self.stall, time.monotonic() - moved)
                last, moved = now, time.monotonic()
            if rest is not None and not any(rest[:4]) and not disturbing() and self._asked_for():
                if not rest[4] and rest[5] == len(SYSTEMS):
                    return True
                self._again()
            waiting.wait(GLANCE)
        return False

    def left(self) -> str:
        """What keeps the scene from being over."""
        rest = self.asked(REST)
        names = ("runs", "documents", "changes", "results", "failed", "plants")
        waiting = [process.args[4] for process in self._syncs if process.poll() is None]  # type: ignore[index]
        return f"{dict(zip(names, rest, strict=True)) if rest else 'no database'}, verbs under way: {waiting}"

    def _asked_for(self) -> bool:
        """Whether the verbs that were started have ended."""
        return all(process.poll() is not None for process in self._syncs)

    def _again(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE run SET state = 'done' WHERE state = 'failed'"))
        self.resyncs += 1
        self.sync()

    def done(self) -> None:
        """End what a scene left."""
        for process in self._syncs:
            process.kill()
            process.wait()
        self._syncs.clear()


def until(what: Callable[[], bool], seconds: float, wanted: str) -> None:
    """Wait until something is so. Errors: `TimeoutError` when it is not in time."""
    waiting, end = threading.Event(), time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {wanted}")
        waiting.wait(GLANCE)


@contextmanager
def arena(folder: Path, services: str = "", *, state: Path | None = None, database: str | None = None) -> Iterator[Arena]:
    """A site that is up, with both ERPs; `services` goes into its settings.

    `state` is where its state lies if not in the site, `database` the address of its database if it is none of its own.
    """
    kills = folder / "kills"
    kills.mkdir(parents=True)
    with ExitStack() as stack:
        erps = {plant: Erp(system, folder, free_port()) for plant, system in SYSTEMS.items()}
        for erp in erps.values():
            erp.start()
            stack.callback(erp.stop)
        site = _site(folder / "site", erps, services)
        if state is not None:
            site.state.symlink_to(state)
        os.environ[VARIABLE] = str(kills)
        stack.callback(os.environ.pop, VARIABLE)
        start_detached(site, free_port())
        stack.callback(stop, site)
        engine = create_engine(database or EmbeddedPostgres(site.state).url, pool_pre_ping=True)
        stack.callback(engine.dispose)
        made = Arena(site, erps, engine, kills)
        stack.callback(made.done)
        yield made


def _site(folder: Path, erps: dict[str, Erp], services: str) -> Site:
    make_site(folder, hz=erps["HZ"].url, su=erps["SU"].url)
    file = folder / "lotweave.toml"
    told = file.read_text("utf-8")
    for name, more in (("hz-masters", ""), ("hz-kingdee", f'write_target = "document"\ntrace_form = "{FORM}"\nfinish = "audit"\n')):
        head = f"[connections.{name}.settings]\n"
        told = told.replace(head, f"{head}{COOLDOWN}{more}")
    file.write_text(told + services, "utf-8")
    return read_site(folder)
