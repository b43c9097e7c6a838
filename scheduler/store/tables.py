"""Tables of the scheduler."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Table, Text

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

schedule_mark = Table(
    "schedule_mark",
    metadata,
    Column("schedule", Text, primary_key=True, comment="name of the schedule"),
    Column("last_nominal", DateTime(timezone=True), comment="nominal times up to here are dealt with"),
    Column("paused_at", DateTime(timezone=True)),
    Column("paused_because", Text, comment="as the person who paused it said"),
)
"""How far each schedule is, and whether it is paused."""
