"""Tables about mappings: what was used, which codes nobody knew, which fields the systems send, what runs made."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

mapping_release = Table(
    "mapping_release",
    metadata,
    Column("mapping", Text, nullable=False),
    Column("version", Text, nullable=False, comment="as in the provenance of documents"),
    Column("files", JSONB, nullable=False, comment="name → text of the mapping and of every table that it looks into"),
    Column("used_since", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("mapping", "version", name="pk_mapping_release"),
)
"""Every version of a mapping that made a document, as it was: so that a document tells how it was made for as long as it is kept."""

unknown_code = Table(
    "unknown_code",
    metadata,
    Column("connection", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("policy", Text, nullable=False, comment="reject, hold or keep: what the mapping says"),
    Column("mapping", Text, nullable=False),
    Column("version", Text, nullable=False, comment="of the mapping that did not know it"),
    Column("first_seen", DateTime(timezone=True), nullable=False),
    Column("last_seen", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("connection", "table_name", "organisation", "code", name="pk_unknown_code"),
)
"""Codes that no row of their table knows; they leave when a row is added and the documents are replayed."""

unknown_code_document = Table(
    "unknown_code_document",
    metadata,
    Column("connection", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("source_kind", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    PrimaryKeyConstraint("connection", "table_name", "organisation", "code", "source_kind", "source_key", name="pk_unknown_code_document"),
    Index("ix_unknown_code_document_source", "connection", "source_kind", "source_key"),
)
"""The raw documents in which an unknown code stands."""

source_field = Table(
    "source_field",
    metadata,
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False, comment="names joined by dots, rows of lists without their number"),
    Column("sort", Text, nullable=False, comment="text, number, truth, empty, or object"),
    Column("first_seen", DateTime(timezone=True), nullable=False),
    Column("last_seen", DateTime(timezone=True), nullable=False, comment="to the hour"),
    PrimaryKeyConstraint("connection", "kind", "path", "sort", name="pk_source_field"),
)
"""Which fields the systems send, with the sorts of their values: what a mapping does not know, misses, or finds changed."""

run_count = Table(
    "run_count",
    metadata,
    Column("run_id", BigInteger, nullable=False),
    Column("subject", Text, nullable=False, comment="raw, rejected, held, documents or filled"),
    Column("of", Text, nullable=False, comment="a kind of canonical document, or one of its fields"),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("run_id", "subject", "of", name="pk_run_count"),
)
"""What the documents of a run came to, for what its mapping expects."""
