"""The wiring: from a site's settings to an open database, a broker and connectors. Nothing is built on import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection as Sql
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from connectors.kit.contract import Connector
from connectors.kit.manifest import manifest
from connectors.kit.opening import open_system
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.settings import Connection, Site, resolved
from lotweave.shared import shared_of
from lotweave.steady import SteadyClock
from pipelines.state import quarantine
from trace_core.errors import Unreachable
from trace_core.store.view import StoreView

if TYPE_CHECKING:  # loaded where it is needed
    from alembic.config import Config

    from trace_core.store.reader import Reader

MIGRATIONS = Path(__file__).parent / "migrations"


def clock() -> datetime:
    """Now, aware, in UTC; the only clock of the house."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """A site with its database open and at the newest migration; `now` is the one clock of its due times and leases."""

    site: Site
    engine: Engine
    now: Callable[[], datetime] = clock
    idle: list[Reader] = field(default_factory=list, compare=False)

    def begin(self) -> AbstractContextManager[Sql]:
        """A transaction: committed at the end of the block, rolled back on an error."""
        return self.engine.begin()

    @property
    def snapshots(self) -> Path:
        """Where the snapshots of the index lie."""
        return self.site.state / "index"

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader of the index for this block alone; readers are kept, since each holds room for a search."""
        from trace_core.store.reader import Reader  # numba with it, which most processes never need

        try:
            reader = self.idle.pop()
        except IndexError:  # none is left, or another thread took the last one just now
            reader = Reader(self.engine, self.snapshots)
        try:
            yield reader
        finally:
            reader.close()
            self.idle.append(reader)

    def migrated(self) -> bool:
        """Whether the database is at the newest migration. Errors: a `Fault` where it does not answer."""
        return _migrated(self.engine)

    @contextmanager
    def view(self, as_known_at: datetime | None = None) -> Iterator[StoreView]:
        """The documents that count now, or counted as known then, in one database snapshot."""
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            yield StoreView(connection, as_known_at=as_known_at, waiting_about=partial(quarantine.waiting_about, connection))


@contextmanager
def opened(site: Site) -> Iterator[House]:
    """The site's house. The embedded database is started when it does not run, and stopped again by its last user.

    Errors: `Unreachable` when the database does not answer.
    """
    if site.database is not None:
        with _engine(site.database) as engine:
            yield _house(site, engine)
    else:
        with EmbeddedPostgres(site.state).used() as url, _engine(url) as engine:
            yield _house(site, engine)


def _house(site: Site, engine: Engine) -> House:
    def told() -> datetime | None:
        try:
            with engine.connect() as connection:
                return connection.execute(text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]
        except DBAPIError:
            return None

    return House(site, engine, SteadyClock(told, machine=clock))


CANNOT = frozenset({"08", "53", "57", "58"})
"""Classes of SQLSTATE with which a server says that it cannot work now: no connection, no room, being shut down, a fault of its system."""


def _cannot(fault: OperationalError) -> bool:
    return str(getattr(fault.orig, "sqlstate", None) or "")[:2] in CANNOT


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address, pool_size=5, pool_pre_ping=True, hide_parameters=True)  # they may be secret, and errors are logged
    try:
        migrate(engine)
        yield engine
    except OperationalError as fault:
        if fault.connection_invalidated or "connect" in str(fault.orig).lower() or _cannot(fault):
            shown = engine.url.render_as_string(hide_password=True)
            raise Unreachable(f"the database {shown} does not answer: {str(fault.orig).splitlines()[0]}", code="database") from fault
        raise
    finally:
        engine.dispose()


def migrations() -> Config:
    """Alembic's configuration, made here so that there is no second file of settings."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def newest() -> str:
    """The number of the newest migration, which its file's name begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def migrate(engine: Engine) -> None:
    """Bring the database to the newest migration; one process at a time, nothing when it is there already.

    Alembic takes longer to import than most questions to answer, so it is loaded only where there is something to migrate.
    """
    if _migrated(engine):
        return
    from alembic import command

    config = migrations()
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('lotweave:migrate', 0))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _migrated(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest()]


def connector(connection: Connection, site: Site) -> Connector:
    """A connector for a connection of the site. Errors: `Misconfigured` for wrong settings or a secret that is not there."""
    man, zone = manifest(connection.system), site.plants[connection.plant].zone.key
    return open_system(man, resolved(connection, site.folder), connection=connection.name, zone=zone, shared=shared_of(site))
