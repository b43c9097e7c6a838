"""The migrations make exactly the tables that the rooms describe."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import MetaData, create_engine, text

from lotweave.access.tables import metadata as access
from lotweave.bootstrap import migrate, migrations, newest
from pipelines.state.mapping_tables import metadata as mappings
from pipelines.state.reconciliation_tables import metadata as reconciliation
from pipelines.state.tables import metadata as pipelines
from scheduler.store.tables import metadata as scheduler
from trace_core.store.tables import metadata as trace_core


def test_the_newest_migration_equals_the_described_tables(database_url: str) -> None:
    whole = MetaData()
    for part in (trace_core, pipelines, mappings, reconciliation, scheduler, access):
        for table in part.sorted_tables:
            table.to_metadata(whole)
    engine = create_engine(database_url)

    with engine.connect() as connection:
        options = {"include_name": lambda name, sort, _: sort != "table" or not str(name).startswith("event_")}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), whole)
    engine.dispose()

    assert [one for one in found if "alembic_version" not in str(one)] == []


def test_a_database_at_the_newest_migration_is_left_as_it_is_and_an_older_one_is_not(database_url: str) -> None:
    assert newest() == ScriptDirectory.from_config(migrations()).get_current_head()
    engine = create_engine(database_url)

    migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest()]
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        with pytest.raises(CommandError, match="older"):
            migrate(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})
        engine.dispose()
