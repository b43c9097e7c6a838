"""EPCIS queries, subscriptions, and the hashes of our own events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "named_query",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_named_query")),
    )
    op.create_table(
        "own_hash",
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the CBV event hash"),
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "document_id", name=op.f("pk_own_hash")),
    )
    op.create_index("ix_own_hash_document", "own_hash", ["document_id"], unique=False)
    op.create_table(
        "own_hash_state",
        sa.Column("base", sa.Text(), nullable=False, comment="of the names in the events; of another base all hashes are others"),
        sa.Column("upto", sa.BigInteger(), nullable=False, comment="every document up to this id has its hash"),
        sa.Column(
            "reached", sa.BigInteger(), nullable=False, comment="the highest id when it was last looked, hashed but for what came late"
        ),
        sa.Column(
            "writers",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="who was adding documents then; when they ended, upto is reached",
        ),
        sa.PrimaryKeyConstraint("base", name=op.f("pk_own_hash_state")),
    )
    op.create_table(
        "own_hash_item",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plant", "item", name=op.f("pk_own_hash_item")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("query_name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False, comment="the key that subscribed: what it may see is sent"),
        sa.Column("plants", postgresql.ARRAY(sa.Text()), nullable=False, comment="plants that the key is limited to; empty: all"),
        sa.Column("dest", sa.Text(), nullable=False),
        sa.Column("signature_token", sa.Text(), nullable=True, comment="signs what is sent; never shown again"),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="when it is carried out; none for a stream"),
        sa.Column("report_if_empty", sa.Boolean(), nullable=False),
        sa.Column("epc_format", sa.Text(), nullable=False),
        sa.Column("controls", sa.Text(), nullable=False, comment="digest of what makes it another subscription to the same query"),
        sa.Column("initial_record_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="active, suspended or ended"),
        sa.Column("message", sa.Text(), nullable=True, comment="why it does not go on, or goes on later"),
        sa.Column("known_event", sa.BigInteger(), nullable=False, comment="initial_record_time counts for captured events up to here"),
        sa.Column("known_weaving", sa.BigInteger(), nullable=False, comment="and for our own up to here"),
        sa.Column("event", sa.BigInteger(), nullable=False, comment="the last captured event that is done with"),
        sa.Column("weaving", sa.BigInteger(), nullable=False, comment="the weaving that is being told"),
        sa.Column("document", sa.BigInteger(), nullable=False, comment="the last document of it that is done with"),
        sa.Column("delivery", sa.Text(), nullable=True, comment="what is being sent: its identifier"),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="what is being sent, byte for byte"),
        sa.Column("next_place", postgresql.ARRAY(sa.BigInteger()), nullable=True, comment="event, weaving and document once it arrived"),
        sa.Column("most", sa.Integer(), nullable=False, comment="events of one delivery; fewer where the receiver said it was too large"),
        sa.Column("told", sa.Boolean(), nullable=False, comment="whether anything was sent since the last query time"),
        sa.Column("more", sa.Boolean(), nullable=False, comment="whether more was there when the delivery was made"),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="that failed one after the other"),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["query_name"], ["named_query.name"], name=op.f("fk_subscription_query_name"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index("ix_subscription_due", "subscription", ["next_attempt_at"], unique=False, postgresql_where=sa.text("state = 'active'"))
    op.create_index("ix_subscription_query", "subscription", ["query_name", "id"], unique=False)
    op.create_index(
        "uq_subscription_controls",
        "subscription",
        ["query_name", "key_id", "dest", "controls"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
