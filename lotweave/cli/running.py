"""`up`, `down` and `doctor`: run a site, stop it, and say what is wrong with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, err, out, reported, say, the_site
from lotweave.embedded import services
from lotweave.embedded.privileges import die_with_parent
from lotweave.settings import DEFAULT_PORT, Site
from trace_core.errors import Unreachable

_started: dict[int, subprocess.Popen[bytes]] = {}
"""Supervisors started by this process, to be reaped when it stops them itself."""
START_LIMIT, STOP_LIMIT, LOOK = 90.0, 60.0, 0.2
"""Seconds to wait for a site to come up or go down, and between two looks."""


def up(
    port: Annotated[int, typer.Option(help="Port of the console on 127.0.0.1.")] = DEFAULT_PORT,
    detach: Annotated[bool, typer.Option("--detach", help="Return once everything runs.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Run everything until interrupted: database, broker, workers, beat and console."""
    with reported(as_json=as_json):
        found = the_site(site)
        if detach:
            pid = start_detached(found, port)
            told = {"pid": pid, "port": port, "console": f"http://127.0.0.1:{port}/"}
            say(told, as_json=as_json, person=lambda: out.print(f"{found.name} is up (process {pid}, console http://127.0.0.1:{port}/)"))
            return
        from lotweave.supervisor import Supervisor

        Supervisor(found, port, say=lambda what: err.print(f"{found.name}: {what}", markup=False)).run()


def start_detached(site: Site, port: int, *, ends_with_us: bool = False) -> int:
    """Start the site's supervisor in the background and wait until it is up. Errors: whatever kept it from starting, in its own words.

    With `ends_with_us` the site goes down when this process ends, however it ends.
    """
    log = site.state / "logs" / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "lotweave", "up", "--site", str(site.folder), "--port", str(port)]
    with log.open("wb") as stream:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            preexec_fn=die_with_parent if ends_with_us else None,  # noqa: PLW1509 - one thread only at this point
        )
    waiting = threading.Event()
    for _ in range(int(START_LIMIT / LOOK)):
        found = services.read(site.state)
        if found is not None and found.pid == child.pid and f"{site.name}: up" in log.read_text("utf-8"):
            _started[child.pid] = child
            return child.pid
        if child.poll() is not None:
            raise _ended(child.returncode, log)
        waiting.wait(LOOK)
    child.terminate()
    raise Unreachable(f"the site did not come up within {START_LIMIT:g} s; {log} says how far it came", code="slow_start")


def _ended(status: int, log: Path) -> Exception:
    lines = [line for line in log.read_text("utf-8").splitlines() if line.strip()]
    err.print("\n".join(lines[-5:]), markup=False)
    return typer.Exit(status if status > 0 else NO)


def down(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Stop a running site."""
    with reported(as_json=as_json):
        found = the_site(site)
        was_up = stop(found)
        said = f"{found.name} is down" if was_up else f"{found.name} was not up"
        say({"stopped": was_up}, as_json=as_json, person=lambda: out.print(said, markup=False))


def stop(site: Site) -> bool:
    """Stop the site's supervisor and wait until all of it has ended; False when it was not up. What a killed one left is ended too."""
    running = services.read(site.state)
    if running is None:
        _end_orphans(site)
        return False
    os.kill(running.pid, signal.SIGTERM)
    waiting = threading.Event()
    for _ in range(int(STOP_LIMIT / LOOK)):
        if services.started_at(running.pid) != running.started or _is_zombie(running.pid):
            if running.pid in _started:
                _started.pop(running.pid).wait()
            return True
        waiting.wait(LOOK)
    raise Unreachable(f"process {running.pid} does not end; see {site.state / 'logs' / 'up.log'}", code="slow_stop")


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _end_orphans(site: Site) -> None:
    from lotweave.embedded.postgres import EmbeddedPostgres
    from lotweave.embedded.valkey import EmbeddedValkey

    if site.broker is None and site.state.is_dir():
        EmbeddedValkey(site.state).stop()
    if site.database is None and site.state.is_dir():
        EmbeddedPostgres(site.state).stop_if_unused()


def doctor(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Look at the installation and the site, and say what is wrong."""
    from lotweave.doctor import examine

    with reported(as_json=as_json):
        findings = examine(site)
        ok = all(finding.ok for finding in findings)

        def person() -> None:
            for finding in findings:
                out.print(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.sentence}", markup=False)

        told = [{"subject": finding.subject, "ok": finding.ok, "sentence": finding.sentence} for finding in findings]
        say({"ok": ok, "findings": told}, as_json=as_json, person=person)
        end(DONE if ok else NO)
