"""Results that are pushed into other systems, and what may have changed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_key", sa.Text(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Text()), nullable=False, comment="ids of the things or orders whose trace is pushed"),
        sa.Column("state", sa.Text(), nullable=False, comment="due, sent, unknown, confirmed, changed, idle, rejected, held"),
        sa.Column("stale", sa.Boolean(), nullable=False, comment="what it shows may have changed since its plan began"),
        sa.Column("look", sa.Boolean(), nullable=False, comment="the document itself may have changed in the system"),
        sa.Column(
            "urgent",
            sa.Boolean(),
            nullable=False,
            comment="goes first and is held by no limit: a recall, or what a person let through",
        ),
        sa.Column("hold", sa.Text(), nullable=True, comment="why it must wait for a person, whatever its state"),
        sa.Column("reversed", sa.Boolean(), nullable=False, comment="what stood there before is written, and no trace"),
        sa.Column(
            "keys",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=True,
            comment="hashes of the keys that its plan asked documents for; none: of any",
        ),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="the plan: what is written"),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="what the system held"),
        sa.Column("original", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="what the system held before the first push"),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "open_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it is to be planned or pushed; none while it is not",
        ),
        sa.Column("trace", sa.Text(), nullable=True, comment="W3C traceparent of what last wished for it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_state",
        "outbox",
        ["connection", "state"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('confirmed', 'idle')"),
    )
    op.create_index(
        "ix_outbox_oldest", "outbox", ["connection", "open_since"], unique=False, postgresql_where=sa.text("open_since IS NOT NULL")
    )
    op.create_index("ix_outbox_hold", "outbox", ["connection"], unique=False, postgresql_where=sa.text("hold IS NOT NULL"))
    op.create_index("ix_outbox_keys", "outbox", ["keys"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("stale OR state IN ('due', 'sent', 'unknown', 'changed')"),
    )
    op.create_index(
        "ix_outbox_unplanned", "outbox", ["id"], unique=False, postgresql_where=sa.text("keys IS NULL OR lease_until IS NOT NULL")
    )
    op.create_index("uq_outbox_target", "outbox", ["connection", "target_kind", "target_key"], unique=True)
    op.create_table(
        "outbox_hold",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_outbox_hold")),
    )
    op.create_table(
        "changed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False, comment="plant, kind and key of each on a line, with tabs between"),
        sa.Column(
            "things", sa.Text(), nullable=False, comment="ids of things about which something waits, or waits no more, each on a line"
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed")),
    )
