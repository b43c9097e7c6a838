"""EPCIS documents that were captured, their events and master data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "capture_job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False, comment="due or done"),
        sa.Column("behaviour", sa.Text(), nullable=False, comment="rollback or proceed"),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True, comment="as it came, byte for byte; none once it was kept long enough"),
        sa.Column("plants", postgresql.ARRAY(sa.Text()), nullable=False, comment="plants that the sender is limited to; empty: all"),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("captured", sa.Integer(), nullable=False, comment="events taken in or held already"),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_job")),
    )
    op.create_index("ix_capture_job_due", "capture_job", ["received_at"], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index("ix_capture_job_kept", "capture_job", ["finished_at"], unique=False, postgresql_where=sa.text("payload IS NOT NULL"))
    op.create_index("ix_capture_job_received", "capture_job", ["received_at", "id"], unique=False)
    op.create_table(
        "captured_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False, comment="of the content and, for a declared error, of the declaration"),
        sa.Column("content", sa.Text(), nullable=False, comment="identity of the content alone: an error has that of what it declares"),
        sa.Column("declares", sa.Boolean(), nullable=False, comment="whether it declares an error"),
        sa.Column("plant", sa.Text(), nullable=True, comment="none where no place says; then only keys of all plants see it"),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("biz_step", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=False, comment="the one shown: the first given by its text, else the hash"),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False, comment="every eventID given, and the CBV hash"),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False, comment="things, transactions and parties with their roles"),
        sa.Column("gtins", postgresql.ARRAY(sa.Text()), nullable=False, comment="of its things and classes, in 14 digits"),
        sa.Column("body", sa.Text(), nullable=False, comment="the event in JSON-LD with its own context"),
        sa.Column("job", sa.Text(), nullable=False, comment="the first that brought it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captured_event")),
    )
    op.create_index("ix_captured_event_aliases", "captured_event", ["aliases"], unique=False, postgresql_using="gin")
    op.create_index("ix_captured_event_content", "captured_event", ["content"], unique=False)
    op.create_index("ix_captured_event_gtins", "captured_event", ["gtins"], unique=False, postgresql_using="gin")
    op.create_index("ix_captured_event_recorded", "captured_event", ["record_time", "id"], unique=False)
    op.create_index("ix_captured_event_terms", "captured_event", ["terms"], unique=False, postgresql_using="gin")
    op.create_index("ix_captured_event_time", "captured_event", ["event_time", "id"], unique=False)
    op.create_index("uq_captured_event_identity", "captured_event", ["identity"], unique=True)
    op.create_table(
        "captured_member",
        sa.Column("sort", sa.Text(), nullable=False, comment="epc, readPoint, bizLocation, bizStep or disposition"),
        sa.Column("id", sa.Text(collation="C"), nullable=False, comment="canonical"),
        sa.Column("plant", sa.Text(), nullable=False, comment="of the events that say it; empty where no place says"),
        sa.Column("given", sa.Text(), nullable=False, comment="as it was first written"),
        sa.PrimaryKeyConstraint("sort", "id", "plant", name=op.f("pk_captured_member")),
    )
    op.create_table(
        "vocabulary_element",
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, comment="canonical, of a place, an item, a party"),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="name to the texts it has"),
        sa.Column("children", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job", sa.Text(), nullable=False, comment="the capture that last said so"),
        sa.PrimaryKeyConstraint("vocabulary", "id", name=op.f("pk_vocabulary_element")),
    )
    op.create_index("ix_vocabulary_element_attributes", "vocabulary_element", ["attributes"], unique=False, postgresql_using="gin")
    op.create_index("ix_vocabulary_element_id", "vocabulary_element", ["id"], unique=False)
    op.create_table(
        "item_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False, comment="in 14 digits"),
        sa.Column("after", sa.BigInteger(), nullable=False, comment="captured events up to here have followed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_change")),
    )
