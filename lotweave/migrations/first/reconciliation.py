"""Comparisons with other systems, what they found, and what is proven by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deep", sa.Boolean(), nullable=False, comment="contents were compared, and not change times alone"),
        sa.Column("since", sa.BigInteger(), nullable=True, comment="of a period: change times in Unix ms from here"),
        sa.Column("until", sa.BigInteger(), nullable=True, comment="to before here"),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="here, there, and of each sort of difference"),
        sa.Column("fault", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="why it proves nothing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_kind", "reconciliation", ["connection", "kind", "id"], unique=False)
    op.create_table(
        "surveyed",
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=True, comment="change time in Unix ms"),
        sa.Column("content", sa.Text(), nullable=True, comment="SHA-256 of the payload, where it was read"),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_surveyed_reconciliation", "surveyed", ["reconciliation_id"], unique=False)
    op.create_table(
        "stocked",
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False, comment="empty where it is kept without"),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_stocked_reconciliation", "stocked", ["reconciliation_id"], unique=False)
    op.create_table(
        "difference",
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "sort",
            sa.Text(),
            nullable=False,
            comment="missing_here, missing_there, different, deleted_there, waiting or quarantined",
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=True, comment="the system's change time in Unix ms"),
        sa.Column("held", sa.BigInteger(), nullable=True, comment="the change time of what is held here"),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"], ["reconciliation.id"], name=op.f("fk_difference_reconciliation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reconciliation_id", "sort", "key", name=op.f("pk_difference")),
    )
    op.create_table(
        "proof",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "bucket", sa.Text(), nullable=False, comment="a month of change times such as 2026-03, none, or #N of 4,096 by the key's hash"
        ),
        sa.Column("here", sa.BigInteger(), nullable=False),
        sa.Column("there", sa.BigInteger(), nullable=False),
        sa.Column("here_hash", sa.BigInteger(), nullable=False),
        sa.Column("there_hash", sa.BigInteger(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "proven_at", sa.DateTime(timezone=True), nullable=True, comment="when both sides last held the same keys and change times"
        ),
        sa.Column("proven_deep_at", sa.DateTime(timezone=True), nullable=True, comment="and the same contents"),
        sa.PrimaryKeyConstraint("connection", "kind", "bucket", name=op.f("pk_proof")),
    )
