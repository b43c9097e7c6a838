"""`lotweave up`: the site's database, broker, workers, beat and console, started in order, kept running, stopped in reverse.

Whatever ends is started again, the database and the broker too, ever later when it keeps ending. Children die with the supervisor.
Services that are external by URL are not started.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

from lotweave.bootstrap import opened
from lotweave.children import Backoff, Child
from lotweave.embedded import services
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.embedded.valkey import EmbeddedValkey
from lotweave.settings import Site
from pipelines.app import exchange_queues_of, queues_of
from pipelines.telling import WARNING, tell
from trace_core.errors import Misconfigured, Verdict

WATCH, COMING = 0.5, 0.1
"""Seconds between looks at the processes, and while the site comes up."""
PATIENCE = 15.0
"""Seconds that a process has to end."""
CALLERS = 32
"""Calls to systems under way at once at most; else two more than there are connections, so that slow ones keep none of the others."""


def port_free(port: int) -> bool:
    """Whether nobody listens on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Whether somebody listens on 127.0.0.1:port; unlike `port_free` it is never in the way of one who is about to."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Supervisor:
    """One site's processes."""

    def __init__(self, site: Site, port: int, *, say: Callable[[str], None]) -> None:
        self.site = site
        self.port = port
        self.say = say
        self.stopping = threading.Event()
        self.services: list[_Service] = []
        self.children: list[Child] = []

    def run(self) -> None:
        """Start everything, say `up` once the console answers, and keep it running until SIGTERM or SIGINT.

        Errors: `Misconfigured` when the site is up already or the port is taken; `Unreachable` when a service does not start.
        """
        state = self.site.state
        state.mkdir(parents=True, exist_ok=True)
        if up := services.read(state):
            raise Misconfigured(f"the site is up already (process {up.pid}, console on port {up.port})", code="already_up")
        if not port_free(self.port):
            said = f"port {self.port} on 127.0.0.1 is taken by another program: stop it, or choose another with --port"
            raise Misconfigured(said, code="port_taken")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        with ExitStack() as stack:
            self.say("database")
            stack.enter_context(opened(self.site))
            if self.site.database is None:
                database = EmbeddedPostgres(state)
                self.services.append(_Service("database", database.alive, database.ensure))
            broker = self._broker(stack)
            services.write(state, broker, self.port)
            stack.callback(services.clear, state)
            stack.callback(self._stop_children)
            for name, command in self._commands().items():
                self.say(name)
                self._start(name, command, broker)
            self._watch()

    def _broker(self, stack: ExitStack) -> str:
        if self.site.broker is not None:
            return self.site.broker
        self.say("broker")
        valkey = EmbeddedValkey(self.site.state)
        valkey.start()
        stack.callback(valkey.stop)
        self.services.append(_Service("broker", valkey.alive, valkey.start))
        return valkey.broker_url

    def _commands(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "-A", "lotweave.worker:app"]
        quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        plants, callers = list(self.site.plants), min(CALLERS, len(self.site.connections) + 2)
        own, exchange = ",".join(queues_of(plants)), ",".join(exchange_queues_of(plants))
        beat = ["beat", "--loglevel", "WARNING", "--pidfile", ""]
        mine = f"{os.getpid()}@%h"
        return {
            "worker": [*celery, "worker", "-n", f"lotweave-{mine}", "-c", "2", "-Q", own, *quiet],
            "exchange": [*celery, "worker", "-n", f"lotweave-exchange-{mine}", "-P", "threads", "-c", str(callers), "-Q", exchange, *quiet],
            "beat": [*celery, *beat],
            "console": [sys.executable, "-m", "lotweave.console.serve", str(self.port)],
        }

    def _start(self, name: str, command: list[str], broker: str) -> None:
        env = os.environ | {"LOTWEAVE_SITE": str(self.site.folder), "LOTWEAVE_BROKER_URL": broker}
        child = Child(name, command, log=self.site.state / "logs" / f"{name}.log", env=env, folder=self.site.folder)
        child.start()
        self.children.append(child)

    def _watch(self) -> None:
        up = False
        while not self.stopping.wait(WATCH if up else COMING):
            if not up and answers(self.port):
                up = True
                self.say("up")
            watched: list[_Service | Child] = [*self.services, *self.children]
            for one in watched:
                if said := one.looked_after():
                    tell("child restarted", WARNING, child=one.name, said=said)

    def _stop_children(self) -> None:
        for child in self.children:
            child.end()
        for child in self.children:
            child.wait(PATIENCE)


class _Service:
    """The database or the broker: looked at, and started again when it is gone."""

    def __init__(self, name: str, alive: Callable[[], bool], start: Callable[[], object]) -> None:
        self.name, self._alive, self._start = name, alive, start
        self._backoff, self._down = Backoff(), False

    def looked_after(self) -> str:
        """Start it again when it has ended and its wait is over; what there is to say of it, nothing mostly."""
        if not self._down:
            if self._alive():
                return ""
            self._down = True
            self._backoff.ended()
            return f"the {self.name} ended, starting it again"
        if not self._backoff.due():
            return ""
        try:
            self._start()
        except Verdict as verdict:
            self._backoff.started()
            return f"{verdict.message}; trying again in {self._backoff.ended():g} s"
        self._backoff.started()
        self._down = False
        return f"the {self.name} runs again"
