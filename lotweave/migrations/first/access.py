"""Who may ask: API keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the key; the key itself is shown once and never kept"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("plants", postgresql.ARRAY(sa.Text()), nullable=False, comment="empty: all plants"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index("uq_api_key_digest", "api_key", ["digest"], unique=True)
