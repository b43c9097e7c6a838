"""Documents, events and links: the genealogy itself, and its sealed record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="since when the fact is known"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="when it came here"),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="SHA-256 over kind, deleted and body in normal form"),
        sa.Column("body", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="woven, parked, rejected, or conflict: an equal revision holds"),
        sa.Column("current", sa.Boolean(), nullable=False, comment="the highest woven revision"),
        sa.Column("awaits", sa.Text(), nullable=True, comment="what a parked document waits for: a key of trace_core.touches"),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="why it is rejected"),
        sa.Column("connection", sa.Text(), nullable=False, comment="provenance: where it came from"),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False, comment="provenance: which mapping made it, at which version"),
        sa.Column("mapping_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(
        "ix_document_conflict", "document", ["plant", "kind", "key"], unique=False, postgresql_where=sa.text("state = 'conflict'")
    )
    op.create_index("ix_document_awaits", "document", ["awaits"], unique=False, postgresql_where=sa.text("state = 'parked'"))
    op.create_index("ix_document_source", "document", ["connection", "source_kind", "source_key"], unique=False)
    op.create_index(
        "ix_document_global_item",
        "document",
        [sa.literal_column("(body->>'global_item')")],
        unique=False,
        postgresql_where=sa.text("kind = 'item'"),
    )
    op.create_index("ix_document_recorded", "document", ["recorded_at"], unique=False, postgresql_using="brin")
    op.create_index(
        "uq_document_revision",
        "document",
        ["plant", "kind", "key", "revision"],
        unique=True,
        postgresql_where=sa.text("state <> 'conflict'"),
    )
    op.create_table(
        "event",
        sa.Column("document_id", sa.BigInteger(), nullable=False, comment="the document version that states it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False, comment="the event's own, but `emptied` for a count that found nothing"),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("shipment", sa.Text(), nullable=True),
        sa.Column("plain", sa.Boolean(), nullable=False, comment="its links are its inputs to its outputs, and its outputs to their lots"),
        sa.Column("inputs", postgresql.ARRAY(sa.Integer()), nullable=False, comment="things that went in, moved or were packed"),
        sa.Column("outputs", postgresql.ARRAY(sa.Integer()), nullable=False, comment="things that came out; the container of a packing"),
        sa.Column("lots", postgresql.ARRAY(sa.Integer()), nullable=False, comment="beside the outputs: the lot of each, or 0"),
        sa.PrimaryKeyConstraint("document_id", "at", name="pk_event"),
        postgresql_partition_by="RANGE (at)",
    )
    op.execute("CREATE TABLE event_other PARTITION OF event DEFAULT")
    op.execute("ALTER TABLE event_other ADD CHECK (at < '2000-01-01 00:00+00' OR at >= '2100-01-01 00:00+00')")
    op.create_index("ix_event_emptied", "event", ["document_id"], unique=False, postgresql_where=sa.text("type = 'emptied'"))
    op.create_index("ix_event_at", "event", ["at", "document_id"], unique=False)
    op.create_index("ix_event_issued", "event", ["plant", "order_number"], unique=False, postgresql_where=sa.text("type = 'issue'"))
    op.create_index(
        "ix_event_repaired", "event", [sa.literal_column("(outputs[1])")], unique=False, postgresql_where=sa.text("type = 'repair'")
    )
    op.create_index(
        "ix_event_shipment", "event", ["shipment"], unique=False, postgresql_where=sa.text("type IN ('transfer_out', 'transfer_in')")
    )
    op.create_table(
        "link_set",
        sa.Column("origin", sa.Text(), nullable=False, comment="an order, a shipment, or a document"),
        sa.Column("document_id", sa.BigInteger(), nullable=True, comment="the document whose plain reading it replaces"),
        sa.Column("weaving", sa.BigInteger(), nullable=False, comment="the documents up to which it was derived"),
        sa.Column("starts", postgresql.ARRAY(sa.Integer()), nullable=False, comment="things; pools and journeys of the set are -1, -2, …"),
        sa.Column("ends", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("at", postgresql.ARRAY(sa.BigInteger()), nullable=False, comment="microseconds since 1970 UTC"),
        sa.Column("until", postgresql.ARRAY(sa.BigInteger()), nullable=False, comment="when removals had taken all of it"),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_link_set")),
        sa.UniqueConstraint("document_id"),
    )
    op.create_index("ix_link_set_weaving", "link_set", ["weaving"], unique=False)
    op.create_table(
        "record_leaf",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="of the version as it was stored, RFC 9162"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_record_leaf")),
    )
    op.create_table(
        "record_head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="how many versions it seals"),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column(
            "frontier",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="roots of the perfect subtrees, from which the tree goes on",
        ),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_record_head")),
    )
    op.create_table(
        "stale",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("weaving", sa.BigInteger(), nullable=False, comment="the last that touched it"),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_stale")),
    )
    op.create_table(
        "thing",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thing")),
        sa.UniqueConstraint("uri"),
    )
    op.create_table(
        "touch",
        sa.Column("key", sa.BigInteger(), nullable=False, comment="hash of a key of trace_core.touches"),
        sa.Column("first", sa.BigInteger(), nullable=False, comment="the first of the documents"),
        sa.Column("documents", postgresql.INT8MULTIRANGE(), nullable=False, comment="ids of documents of one batch that touch the key"),
        sa.PrimaryKeyConstraint("key", "first", name="pk_touch"),
    )
    op.create_table(
        "weaving",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "events", postgresql.ARRAY(sa.BigInteger()), nullable=False, comment="documents whose events are plain and count from now on"
        ),
        sa.Column("earliest", sa.DateTime(timezone=True), nullable=True, comment="of these events"),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale", postgresql.ARRAY(sa.Text()), nullable=False, comment="origins of links that have to be derived anew"),
        sa.Column(
            "told",
            postgresql.INT8MULTIRANGE(),
            server_default="{}",
            nullable=False,
            comment="documents whose events count for the first time",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weaving")),
    )
