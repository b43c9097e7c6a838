"""Shared parts of the tests: a real PostgreSQL for the whole run, emptied for each test that asks for a house."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from lotweave.bootstrap import House, migrate
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.settings import Site


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated database on a server of its own, stopped at the end of the run."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / ".lotweave").used() as url:
        engine = create_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """An empty house without plants."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        tables = connection.execute(
            text(
                "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename <> 'alembic_version'"
            )
        )
        connection.execute(text(f"TRUNCATE {tables.scalar_one()} RESTART IDENTITY CASCADE"))
    yield House(Site(tmp_path, "test", database_url, None, {}, {}), engine)
    engine.dispose()
