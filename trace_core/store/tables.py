"""Tables of the genealogy. Migrations live in `lotweave/migrations`; a test compares both."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("plant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, comment="since when the fact is known"),
    Column("received_at", DateTime(timezone=True), nullable=False, comment="when it came here"),
    Column("deleted", Boolean, nullable=False),
    Column("content", Text, nullable=False, comment="SHA-256 over kind, deleted and body in normal form"),
    Column("body", JSONB, nullable=False),
    Column("touches", ARRAY(Text), nullable=False, comment="keys of trace_core.touches"),
    Column("state", Text, nullable=False, comment="woven, parked, rejected, or conflict: an equal revision holds"),
    Column("current", Boolean, nullable=False, comment="the highest woven revision"),
    Column("awaits", Text, comment="what a parked document waits for: a key of trace_core.touches"),
    Column("problems", JSONB, comment="why it is rejected"),
    Column("connection", Text, nullable=False, comment="provenance: where it came from"),
    Column("source_kind", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("mapping", Text, nullable=False, comment="provenance: which mapping made it, at which version"),
    Column("mapping_version", Integer, nullable=False),
    Index("uq_document_revision", "plant", "kind", "key", "revision", unique=True, postgresql_where=text("state <> 'conflict'")),
    Index("ix_document_touches", "touches", postgresql_using="gin"),
    Index("ix_document_awaits", "awaits", postgresql_where=text("state = 'parked'")),
    Index("ix_document_source", "connection", "source_kind", "source_key"),
)
"""One row per version of a canonical document. Rows are added, never changed, but for `state`, `current` and an earlier `recorded_at`."""

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("plant", Text, nullable=False),
    Column("order_number", Text),
    Column("shipment", Text),
    Column("things", ARRAY(Text), nullable=False, comment="ids of every thing that took part"),
)
"""Append-only log of what happened: one row per woven version of an event document. Whether it still counts is the document's matter."""
