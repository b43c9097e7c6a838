"""What waits for a person: quarantine and recall cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def make() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False, comment="interpret, weave or conflict"),
        sa.Column("document_kind", sa.Text(), nullable=True),
        sa.Column("document_key", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("things", postgresql.ARRAY(sa.Text()), nullable=False, comment="ids of the things it names, as far as it can be read"),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, resolved or dropped"),
        sa.Column("job", sa.Text(), nullable=True, comment="the EPCIS capture that brought it last"),
        sa.Column("cause", sa.Text(), nullable=False, comment="what its problems say without numbers and values, in 12 hexadecimal digits"),
        sa.Column("dropped_because", sa.Text(), nullable=True, comment="why a person dropped it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_cause", "quarantine", ["cause", "id"], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_quarantine_waiting", "quarantine", ["plant", "stage"], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(
        "ix_quarantine_document",
        "quarantine",
        ["plant", "document_kind", "document_key"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_quarantine_things",
        "quarantine",
        ["things"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_quarantine_content", "quarantine", ["connection", "source_kind", "source_key", "content"], unique=True)
    op.create_table(
        "recall_case",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roots", postgresql.ARRAY(sa.Text()), nullable=False, comment="ids of the suspect things"),
        sa.Column("question", sa.Text(), nullable=False, comment="contains, ever or exposed"),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False, comment="NAME=VALUE, narrowing what left the suspects"),
        sa.Column("things", postgresql.ARRAY(sa.Text()), nullable=False, comment="ids of what was affected when it was last looked at"),
        sa.Column("grown", postgresql.ARRAY(sa.Text()), nullable=False, comment="of these, what came since a person last looked"),
        sa.Column("result_hash", sa.Text(), nullable=False, comment="of the suspects and the affected things with their times"),
        sa.Column("weaving", sa.BigInteger(), nullable=False, comment="up to which the genealogy was looked at"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_recall_case")),
    )
    op.create_index("ix_recall_case_open", "recall_case", ["name"], unique=False, postgresql_where=sa.text("closed_at IS NULL"))
