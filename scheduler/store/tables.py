"""Tables of the scheduler."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Table, Text

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

schedule_mark = Table(
    "schedule_mark",
    metadata,
    Column("schedule", Text, primary_key=True, comment="connection and interval of the schedule"),
    Column("last_nominal", DateTime(timezone=True), nullable=False),
)
"""The newest nominal time of each schedule that has become runs."""
