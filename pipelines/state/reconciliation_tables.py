"""Tables of reconciliation: what a system was found to hold, where that differs from what is held here, and which periods are proven."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Identity, Index, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("deep", Boolean, nullable=False, comment="contents were compared, and not change times alone"),
    Column("since", BigInteger, comment="of a period: change times in Unix ms from here"),
    Column("until", BigInteger, comment="to before here"),
    Column("counts", JSONB, comment="here, there, and of each sort of difference"),
    Column("fault", JSONB, comment="why it proves nothing"),
    Index("ix_reconciliation_kind", "connection", "kind", "id"),
)
"""The last comparison of each kind of a connection."""

surveyed = Table(
    "surveyed",
    metadata,
    Column("reconciliation_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("stamp", BigInteger, comment="change time in Unix ms"),
    Column("content", Text, comment="SHA-256 of the payload, where it was read"),
    Index("ix_surveyed_reconciliation", "reconciliation_id"),
    prefixes=["UNLOGGED"],
)
"""What a system holds, while it is being compared; nothing of it outlives a crash, and nothing needs to."""

stocked = Table(
    "stocked",
    metadata,
    Column("reconciliation_id", BigInteger, nullable=False),
    Column("item", Text, nullable=False),
    Column("lot", Text, nullable=False, comment="empty where it is kept without"),
    Column("uom", Text, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Index("ix_stocked_reconciliation", "reconciliation_id"),
    prefixes=["UNLOGGED"],
)
"""What a system has in stock, while it is being compared."""

difference = Table(
    "difference",
    metadata,
    Column("reconciliation_id", BigInteger, ForeignKey("reconciliation.id", ondelete="CASCADE"), primary_key=True),
    Column("sort", Text, primary_key=True, comment="missing_here, missing_there, different, deleted_there, waiting or quarantined"),
    Column("key", Text, primary_key=True),
    Column("stamp", BigInteger, comment="the system's change time in Unix ms"),
    Column("held", BigInteger, comment="the change time of what is held here"),
)
"""Every document in which both sides differ."""

proof = Table(
    "proof",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("bucket", Text, primary_key=True, comment="a month of change times such as 2026-03, none, or #N of 4,096 by the key's hash"),
    Column("here", BigInteger, nullable=False),
    Column("there", BigInteger, nullable=False),
    Column("here_hash", BigInteger, nullable=False),
    Column("there_hash", BigInteger, nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("proven_at", DateTime(timezone=True), comment="when both sides last held the same keys and change times"),
    Column("proven_deep_at", DateTime(timezone=True), comment="and the same contents"),
)
"""Counts and hashes of both sides by month and by hash, and when they last agreed."""
