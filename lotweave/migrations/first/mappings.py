"""Releases of mappings, codes they did not know, and fields that sources had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "mapping_release",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False, comment="as in the provenance of documents"),
        sa.Column(
            "files",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="name → text of the mapping and of every table that it looks into",
        ),
        sa.Column("used_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mapping", "version", name="pk_mapping_release"),
    )
    op.create_table(
        "unknown_code",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False, comment="reject, hold or keep: what the mapping says"),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False, comment="of the mapping that did not know it"),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "table_name", "organisation", "code", name="pk_unknown_code"),
    )
    op.create_table(
        "unknown_code_document",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "connection", "table_name", "organisation", "code", "source_kind", "source_key", name="pk_unknown_code_document"
        ),
    )
    op.create_index("ix_unknown_code_document_source", "unknown_code_document", ["connection", "source_kind", "source_key"], unique=False)
    op.create_table(
        "source_field",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="names joined by dots, rows of lists without their number"),
        sa.Column("sort", sa.Text(), nullable=False, comment="text, number, truth, empty, or object"),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False, comment="to the hour"),
        sa.PrimaryKeyConstraint("connection", "kind", "path", "sort", name="pk_source_field"),
    )
