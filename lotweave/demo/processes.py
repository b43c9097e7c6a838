"""The demonstration's child processes: simulators on free ports, ended with the demonstration however it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lotweave.embedded.privileges import die_with_parent
from trace_core.errors import Unreachable

PATIENCE = 15.0


@contextmanager
def simulated(vendor: str, log: Path) -> Iterator[str]:
    """A simulator with the story's data in a process of its own; its URL."""
    command = [sys.executable, "-m", "lotweave", "simulate", vendor, "--json"]
    with log.open("wb") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only at this point
        )
    try:
        yield _url(child, vendor, log)
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()


def _url(child: subprocess.Popen[bytes], vendor: str, log: Path) -> str:
    text = ""
    for line in child.stdout or ():
        text += line.decode()
        if line.strip() == b"}":
            return str(json.loads(text)["url"])
    raise Unreachable(f"the {vendor} simulator did not start; {log} says why", code="simulator")
