"""A RabbitMQ of one's own for a test: on free ports, in a folder, ended with the test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.site import until
from lotweave.supervisor import free_port, port_free

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's; the one in the path would change to a user of its own."""


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Its address as Celery takes it."""
    port, pid = free_port(), folder / "pid"
    folder.mkdir(parents=True)
    own = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"lotweave{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_PID_FILE": str(pid),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
    }
    with (folder / "out.log").open("wb") as log:
        server = subprocess.Popen([str(SERVER)], env=os.environ | own, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: not port_free(port), 90, "RabbitMQ listens")
        until(lambda: "completed" in (folder / "out.log").read_text("utf-8", "replace"), 90, "RabbitMQ is up")
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        os.killpg(server.pid, 15)
        server.wait(60)
        _end_epmd(own["ERL_EPMD_PORT"])


def _end_epmd(port: str) -> None:
    """Erlang's name server of this port goes into the background by itself."""
    subprocess.run(["/usr/bin/epmd", "-port", port, "-kill"], capture_output=True, check=False)
