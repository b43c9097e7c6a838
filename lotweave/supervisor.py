"""`lotweave up`: the site's database, broker, workers, beat and console, started in order, kept running, stopped in reverse.

Children die with the supervisor; a killed worker or beat is started again. Services that are external by URL are not started.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from lotweave.bootstrap import opened
from lotweave.embedded import services
from lotweave.embedded.privileges import die_with_parent
from lotweave.embedded.valkey import EmbeddedValkey
from lotweave.settings import Site
from pipelines.app import HOUSE, queue_of
from trace_core.errors import Misconfigured, Unreachable

WATCH = 0.5
"""Seconds between looks at the children."""
RESTARTS = 20
"""A child that dies this often in one life of the site is not started again."""


def port_free(port: int) -> bool:
    """Whether nobody listens on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
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
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0

    def run(self) -> None:
        """Start everything, say so, and keep it running until SIGTERM or SIGINT.

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
            broker = self._broker(stack)
            services.write(state, broker, self.port)
            stack.callback(services.clear, state)
            stack.callback(self._stop_children)
            for name, command in self._commands().items():
                self.say(name)
                self._start(name, command, broker)
            self._watch(broker)

    def _broker(self, stack: ExitStack) -> str:
        if self.site.broker is not None:
            return self.site.broker
        self.say("broker")
        valkey = EmbeddedValkey(self.site.state)
        valkey.start()
        stack.callback(valkey.stop)
        return valkey.broker_url

    def _commands(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "-A", "lotweave.worker:app"]
        quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        queues = ",".join([HOUSE, *(queue_of(plant) for plant in self.site.plants)])
        beat = ["beat", "--loglevel", "WARNING", "--schedule", str(self.site.state / "beat"), "--pidfile", ""]
        return {
            "worker": [*celery, "worker", "-n", f"lotweave-{os.getpid()}@%h", "-c", "2", "-Q", queues, *quiet],
            "beat": [*celery, *beat],
            "console": [sys.executable, "-m", "lotweave.console.serve", str(self.port)],
        }

    def _start(self, name: str, command: list[str], broker: str) -> None:
        log = self.site.state / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        env = os.environ | {"LOTWEAVE_SITE": str(self.site.folder), "LOTWEAVE_BROKER_URL": broker}
        with log.open("ab") as stream:
            self.children[name] = _spawn(command, stream, env, self.site.folder)

    def _watch(self, broker: str) -> None:
        self.say("up")
        while not self.stopping.wait(WATCH):
            for name, child in list(self.children.items()):
                if child.poll() is None:
                    continue
                self.restarts += 1
                if self.restarts > RESTARTS:
                    log = self.site.state / "logs" / f"{name}.log"
                    raise Unreachable(f"the {name} keeps ending; {log} says why", code="child")
                self.say(f"{name} ended, starting it again")
                self._start(name, self._commands()[name], broker)

    def _stop_children(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def _spawn(command: list[str], log: IO[bytes], env: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=env,
        cwd=folder,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only at this point
    )
