"""Tryton in an environment of its own: installed from the package registry, seeded, served on 127.0.0.1, ended again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from lotweave.embedded.privileges import die_with_parent
from lotweave.supervisor import free_port
from trace_core.errors import Unreachable

PACKAGES = (
    "trytond==8.2.*",
    "proteus==8.2.*",
    *(f"trytond-{name}==8.2.*" for name in ("company", "product", "stock", "stock-lot", "production")),
)
PASSWORD = "tryton-of-the-demonstration"  # noqa: S105 - of a database made for this run alone
DATABASE = "lab"
GRACE = 10.0
"""Seconds that a server gets to end by itself."""
SEED = Path(__file__).parent / "seed.py"
CONFIG = """\
[database]
uri = sqlite://
path = {path}
[web]
listen = 127.0.0.1:{port}
[session]
authentications = password
"""


class Tryton:
    """One database of Tryton 8.2 below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = folder / "tryton-env"
        self.port = free_port()
        self.config = folder / "trytond.conf"
        self.data = folder / "tryton-data"

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def install(self) -> None:
        """Install it, once a folder. Errors: `Unreachable` when the registry cannot be reached or lacks a package."""
        done = self.env / ".installed"
        if done.is_file() and done.read_text("utf-8") == " ".join(PACKAGES):
            return
        shutil.rmtree(self.env, ignore_errors=True)
        self._run([sys.executable, "-m", "venv", str(self.env)], "cannot make an environment for Tryton")
        command = [str(self.env / "bin" / "pip"), "install", "--disable-pip-version-check", "-q", *PACKAGES]
        self._run(command, "the package registry cannot be reached, or lacks Tryton 8.2")
        done.write_text(" ".join(PACKAGES), "utf-8")

    def versions(self) -> dict[str, str]:
        """The installed version of each package asked for."""
        (library,) = self.env.glob("lib/python*/site-packages")
        found = {one.name.replace("_", "-").lower(): one.version for one in distributions(path=[str(library)])}
        return {name: found[name] for name in (package.partition("==")[0] for package in PACKAGES) if name in found}

    def seed(self) -> None:
        """Make a database anew and tell it the story."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        (self.data / f"{DATABASE}.sqlite").touch()
        self.config.write_text(CONFIG.format(path=self.data, port=self.port), "utf-8")
        password = self.data / "password"
        password.write_text(PASSWORD, "utf-8")
        command = [
            str(self.env / "bin" / "trytond-admin"),
            "-c",
            str(self.config),
            "-d",
            DATABASE,
            "--all",
            "--email",
            "admin@example.org",
            "-p",
        ]
        command += ["--activate-dependencies", "-u", "company", "production", "stock_lot"]
        self._run(command, "Tryton's database cannot be made", TRYTONPASSFILE=str(password))
        self.tell()

    def tell(self, *part: str) -> None:
        """Tell the story, or its later part, through Tryton's own API."""
        command = [str(self.env / "bin" / "python"), str(SEED), str(self.config), DATABASE, *part]
        self._run(command, "the story cannot be told to Tryton")

    def _run(self, command: list[str], wrong: str, **env: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | env, check=False, cwd=self.folder)  # noqa: S603
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise Unreachable(f"{wrong}: {said[-1] if said else 'no word'}", code="tryton")

    @contextmanager
    def served(self) -> Iterator[None]:
        """Served until the end of the block."""
        with (self.folder / "trytond.log").open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - the environment made above
                [str(self.env / "bin" / "trytond"), "-c", str(self.config), "-d", DATABASE],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only at this point
            )
        try:
            self._wait()
            yield
        finally:
            child.terminate()
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _wait(self) -> None:
        """Until somebody listens. Errors: `Unreachable` after half a minute."""
        wait = Retrying(retry=retry_if_exception_type(OSError), stop=stop_after_delay(30), wait=wait_fixed(0.2), reraise=True)
        try:
            wait(lambda: socket.create_connection(("127.0.0.1", self.port), timeout=5).close())
        except OSError as fault:
            raise Unreachable(f"Tryton does not answer; {self.folder / 'trytond.log'} says why", code="tryton") from fault
