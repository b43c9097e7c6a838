"""Shared parts of the tests: a real PostgreSQL for the whole run, emptied for each test that asks for a house."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from lotweave.bootstrap import House, migrate
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.embedded.valkey import EmbeddedValkey
from lotweave.settings import Site

TABLES = (
    "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND NOT relispartition AND relname <> 'alembic_version'"
)
NUMBERS = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated database on a server of its own, stopped at the end of the run."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / ".lotweave").used() as url:
        engine = create_engine(url)
        migrate(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
            ):  # nothing here outlives the run: no test of this server ends it
                connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield url


Emptied = Callable[[Path], AbstractContextManager[House]]


@pytest.fixture(scope="session")
def emptied(database_url: str) -> Emptied:
    """Make an empty house without plants, for the tests or for a fixture that many of them share; there is one at a time."""

    @contextmanager
    def made(folder: Path) -> Iterator[House]:
        engine = create_engine(database_url)
        with engine.begin() as connection:
            months = text(
                "SELECT string_agg(tablename, ',') FROM pg_tables WHERE tablename LIKE 'event\\_2%' AND tablename <> 'event_2026_03'"
            )
            if found := connection.execute(months).scalar_one():  # of tests about other years; a hundred of them would slow every test down
                connection.execute(text(f"DROP TABLE {found}"))
            _empty(connection)
        yield House(Site(folder, "test", database_url, None, {}, {}), engine)
        engine.dispose()

    return made


@pytest.fixture
def house(emptied: Emptied, tmp_path: Path) -> Iterator[House]:
    """An empty house without plants."""
    with emptied(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey of its own for the whole run; tests that use it choose names of their own."""
    with tempfile.TemporaryDirectory() as folder:
        valkey = EmbeddedValkey(Path(folder) / ".lotweave")
        valkey.start()
        try:
            yield valkey.url
        finally:
            valkey.stop()


def _empty(connection: Connection) -> None:
    """Empty the tables that hold something and begin all numbers anew: to truncate each table costs ten times as much."""
    tables = connection.execute(text(TABLES)).scalars().all()
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)  # noqa: S608
    if used := connection.execute(text(asked)).scalars().all():
        connection.execute(text(f"TRUNCATE {', '.join(used)} CASCADE"))
    connection.execute(text(NUMBERS))
