"""What connections gave, where they are, and how their runs went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "checkpoint",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cursor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="the system's own name of the object"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="SHA-256 of the payload"),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="as the system gave it, byte for byte"),
        sa.Column(
            "revision", sa.BigInteger(), nullable=False, comment="change time in Unix ms, raised when the content changed without it"
        ),
        sa.Column("stamp", sa.BigInteger(), nullable=True, comment="change time in Unix ms as the system says"),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("latest", sa.Boolean(), nullable=False, comment="what the system holds now, as far as we know"),
        sa.Column(
            "quarantined",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="it could not be interpreted when it last was",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index("uq_inbox_latest", "inbox", ["connection", "kind", "key"], unique=True, postgresql_where=sa.text("latest"))
    op.create_index(
        "uq_inbox_former", "inbox", ["connection", "kind", "key", "content"], unique=True, postgresql_where=sa.text("NOT latest")
    )
    op.create_index("ix_inbox_quarantined", "inbox", ["run_id"], unique=False, postgresql_where=sa.text("quarantined"))
    op.create_table(
        "uninterpreted",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False, comment="of the inbox"),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("plant", "lane", "id", name=op.f("pk_uninterpreted")),
    )
    op.create_index("ix_uninterpreted_run_id", "uninterpreted", ["run_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nominal_at", sa.DateTime(timezone=True), nullable=False, comment="the time it was due at; part of its identity"),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False, comment="order within a sync: masters first"),
        sa.Column("schedule", sa.Text(), nullable=True, comment="name of the schedule that made it; none when a person asked for a sync"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True, comment="of a backfill in windows: it reads what changed from here"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="to before here"),
        sa.Column("reconcile", sa.Boolean(), nullable=False, comment="it compares and mends what differs, and pulls nothing"),
        sa.Column("state", sa.Text(), nullable=False, comment="due, running, pulled, done, failed or stopped"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False, comment="how often it was taken; fences off an earlier holder"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="that failed"),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what its mapping expects of a run and it did not meet",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trace", sa.Text(), nullable=True, comment="W3C traceparent of what made it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(
        "ix_run_open", "run", ["next_attempt_at"], unique=False, postgresql_where=sa.text("state IN ('due', 'running', 'pulled')")
    )
    op.create_index(
        "uq_run_due", "run", ["connection", "nominal_at", "kind", "since", "reconcile"], unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_index("ix_run_schedule", "run", ["schedule", "nominal_at"], unique=False)
    op.create_table(
        "run_count",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="raw, rejected, held, documents or filled"),
        sa.Column("of", sa.Text(), nullable=False, comment="a kind of canonical document, or one of its fields"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "subject", "of", name="pk_run_count"),
    )
    op.create_table(
        "tally",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fetched", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "done",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="runs that ended so; failed and stopped likewise",
        ),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stopped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True, comment="when a run was last done"),
        sa.PrimaryKeyConstraint("connection", "kind", name=op.f("pk_tally")),
    )
    op.create_table(
        "pulse",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="when it was first asked"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="when it was last asked"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="when a worker last answered"),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_pulse")),
    )
    op.create_table(
        "schedule_mark",
        sa.Column("schedule", sa.Text(), nullable=False, comment="name of the schedule"),
        sa.Column("last_nominal", sa.DateTime(timezone=True), nullable=True, comment="nominal times up to here are dealt with"),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True, comment="as the person who paused it said"),
        sa.PrimaryKeyConstraint("schedule", name=op.f("pk_schedule_mark")),
    )
