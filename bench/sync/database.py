"""A PostgreSQL for one benchmark, on a socket and on 127.0.0.1, with fsync and synchronous commit on as in production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, make_url, text

from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.supervisor import free_port


class Address(NamedTuple):
    """Where it listens for those who cannot use the socket."""

    host: str
    port: int
    user: str
    password: str
    database: str


@contextmanager
def listening(state: Path) -> Iterator[tuple[str, Address]]:
    """The URL of the socket, and the address. The port is the socket's too."""
    own = EmbeddedPostgres(state)
    with own.used() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        port = free_port()
        with engine.connect() as connection:
            for name, value in (
                ("listen_addresses", "127.0.0.1"),
                ("shared_buffers", "512MB"),
                ("max_wal_size", "4GB"),
                ("work_mem", "256MB"),  # dlt deletes children by NOT IN: with less it takes the square of the rows
                ("port", str(port)),
            ):
                connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
        engine.dispose()
        own.restart()
        told = make_url(url)
        yield f"{url}&port={port}", Address("127.0.0.1", port, str(told.username), str(told.password), str(told.database))
