"""Alembic's entry: runs on the connection that `bootstrap.migrate` hands over."""

from __future__ import annotations

from alembic import context

from lotweave.access.tables import metadata as access
from pipelines.state.mapping_tables import metadata as mappings
from pipelines.state.reconciliation_tables import metadata as reconciliation
from pipelines.state.tables import metadata as pipelines
from scheduler.store.tables import metadata as scheduler
from trace_core.store.tables import metadata as trace_core

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[trace_core, pipelines, mappings, reconciliation, scheduler, access],
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
