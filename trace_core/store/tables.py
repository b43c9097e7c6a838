"""Tables of the genealogy. Migrations live in `lotweave/migrations`; a test compares both.

Truth: `document` (every version of every canonical document), `event` (what happened, with the things that took part as arrays) and
`weaving` (which batch brought what, in the order of commits). Derived and rebuildable: `thing`, `touch`, `link_set`, `stale`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE, JSON, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("plant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, comment="since when the fact is known"),
    Column("received_at", DateTime(timezone=True), nullable=False, comment="when it came here"),
    Column("deleted", Boolean, nullable=False),
    Column("content", Text, nullable=False, comment="SHA-256 over kind, deleted and body in normal form"),
    Column("body", JSON, nullable=False),
    Column("state", Text, nullable=False, comment="woven, parked, rejected, or conflict: an equal revision holds"),
    Column("current", Boolean, nullable=False, comment="the highest woven revision"),
    Column("awaits", Text, comment="what a parked document waits for: a key of trace_core.touches"),
    Column("problems", JSONB, comment="why it is rejected"),
    Column("connection", Text, nullable=False, comment="provenance: where it came from"),
    Column("source_kind", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("mapping", Text, nullable=False, comment="provenance: which mapping made it, at which version"),
    Column("mapping_version", Text, nullable=False),
    Index("uq_document_revision", "plant", "kind", "key", "revision", unique=True, postgresql_where=text("state <> 'conflict'")),
    Index("ix_document_conflict", "plant", "kind", "key", postgresql_where=text("state = 'conflict'")),
    Index("ix_document_awaits", "awaits", postgresql_where=text("state = 'parked'")),
    Index("ix_document_source", "connection", "source_kind", "source_key"),
    Index("ix_document_recorded", "recorded_at", postgresql_using="brin"),
    Index("ix_document_global_item", text("(body->>'global_item')"), postgresql_where=text("kind = 'item'")),
)
"""One row per version of a canonical document. Rows are added, never changed, but for `state`, `current` and an earlier `recorded_at`."""

touch = Table(
    "touch",
    metadata,
    Column("key", BigInteger, nullable=False, comment="hash of a key of trace_core.touches"),
    Column("first", BigInteger, nullable=False, comment="the first of the documents"),
    Column("documents", INT8MULTIRANGE, nullable=False, comment="ids of documents of one batch that touch the key"),
    PrimaryKeyConstraint("key", "first", name="pk_touch"),
)
"""Where documents are found by what they touch: one row for each key and batch, so that a reel used a thousand times costs little."""

thing = Table(
    "thing",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("uri", Text, nullable=False, unique=True),
)
"""A dense number for every thing ever named; never changed, never used again."""

event = Table(
    "event",
    metadata,
    Column("document_id", BigInteger, nullable=False, comment="the document version that states it"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("type", Text, nullable=False, comment="the event's own, but `emptied` for a count that found nothing"),
    Column("plant", Text, nullable=False),
    Column("order_number", Text),
    Column("shipment", Text),
    Column("plain", Boolean, nullable=False, comment="its links are its inputs to its outputs, and its outputs to their lots"),
    Column("inputs", ARRAY(Integer), nullable=False, comment="things that went in, moved or were packed"),
    Column("outputs", ARRAY(Integer), nullable=False, comment="things that came out; the container of a packing"),
    Column("lots", ARRAY(Integer), nullable=False, comment="beside the outputs: the lot of each, or 0"),
    PrimaryKeyConstraint("document_id", "at", name="pk_event"),
    Index("ix_event_at", "at", "document_id"),
    Index("ix_event_issued", "plant", "order_number", postgresql_where=text("type = 'issue'")),
    Index("ix_event_repaired", text("(outputs[1])"), postgresql_where=text("type = 'repair'")),
    Index("ix_event_emptied", "document_id", postgresql_where=text("type = 'emptied'")),
    Index("ix_event_shipment", "shipment", postgresql_where=text("type IN ('transfer_out', 'transfer_in')")),
    postgresql_partition_by="RANGE (at)",
)
"""Append-only log of what happened: one row per woven version of an event document, a partition for each month.

Whether an event still counts is the document's matter.
"""

weaving = Table(
    "weaving",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("events", ARRAY(BigInteger), nullable=False, comment="documents whose events are plain and count from now on"),
    Column("earliest", DateTime(timezone=True), comment="of these events"),
    Column("latest", DateTime(timezone=True)),
    Column("stale", ARRAY(Text), nullable=False, comment="origins of links that have to be derived anew"),
    Column("told", INT8MULTIRANGE, nullable=False, server_default="{}", comment="documents whose events count for the first time"),
)
"""What each committed batch changed. Numbers are given under one lock that is held until commit: their order is the order of commits."""

stale = Table(
    "stale",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("weaving", BigInteger, nullable=False, comment="the last that touched it"),
)
"""Origins of links whose `link_set` is older than the documents."""

link_set = Table(
    "link_set",
    metadata,
    Column("origin", Text, primary_key=True, comment="an order, a shipment, or a document"),
    Column("document_id", BigInteger, unique=True, comment="the document whose plain reading it replaces"),
    Column("weaving", BigInteger, nullable=False, comment="the documents up to which it was derived"),
    Column("starts", ARRAY(Integer), nullable=False, comment="things; pools and journeys of the set are -1, -2, …"),
    Column("ends", ARRAY(Integer), nullable=False),
    Column("at", ARRAY(BigInteger), nullable=False, comment="microseconds since 1970 UTC"),
    Column("until", ARRAY(BigInteger), nullable=False, comment="when removals had taken all of it"),
    Index("ix_link_set_weaving", "weaving"),
)
"""Links that are not read straight off one event: through pools and journeys, out of containers, after reversals and removals."""

record_leaf = Table(
    "record_leaf",
    metadata,
    Column("document_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False, comment="of the version as it was stored, RFC 9162"),
)
"""A leaf of the record's Merkle tree for every sealed version, in the order of ids."""

record_head = Table(
    "record_head",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False, comment="how many versions it seals"),
    Column("last_id", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", ARRAY(LargeBinary), nullable=False, comment="roots of the perfect subtrees, from which the tree goes on"),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
)
"""Seals of the record, the greatest is the newest."""
