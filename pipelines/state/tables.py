"""Tables of the pipelines. Migrations live in `lotweave/migrations`; a test compares both."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

LANES = 8
"""Documents of a plant are interpreted side by side in so many lanes; those of one key are in one, one after the other."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="the system's own name of the object"),
    Column("key", Text, nullable=False),
    Column("content", Text, nullable=False, comment="SHA-256 of the payload"),
    Column("payload", LargeBinary, nullable=False, comment="as the system gave it, byte for byte"),
    Column("revision", BigInteger, nullable=False, comment="change time in Unix ms, raised when the content changed without it"),
    Column("stamp", BigInteger, comment="change time in Unix ms as the system says"),
    Column("deleted", Boolean, nullable=False),
    Column("fetched_at", DateTime(timezone=True), nullable=False),
    Column("run_id", BigInteger),
    Column("latest", Boolean, nullable=False, comment="what the system holds now, as far as we know"),
    Column("quarantined", Boolean, nullable=False, server_default=text("false"), comment="it could not be interpreted when it last was"),
    Index("uq_inbox_latest", "connection", "kind", "key", unique=True, postgresql_where=text("latest")),
    Index("uq_inbox_former", "connection", "kind", "key", "content", unique=True, postgresql_where=text("NOT latest")),
    Index("ix_inbox_quarantined", "run_id", postgresql_where=text("quarantined")),
)
"""Every payload received, once. A row is written once and rarely touched again: what waits is in `uninterpreted`."""

uninterpreted = Table(
    "uninterpreted",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("lane", SmallInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True, comment="of the inbox"),
    Column("run_id", BigInteger, index=True),
)
"""Which documents of the inbox wait for interpretation, in the order in which they came; the batch that interprets them drops them."""

pulse = Table(
    "pulse",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, comment="when it was first asked"),
    Column("asked_at", DateTime(timezone=True), nullable=False, comment="when it was last asked"),
    Column("answered_at", DateTime(timezone=True), comment="when a worker last answered"),
)
"""Whether somebody works on each queue: it is asked again and again, and a worker's answer is a time here."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("cursor", JSONB, nullable=False),
    Column("moved_at", DateTime(timezone=True), nullable=False),
)
"""From where the next pull goes on; moved in the transaction that keeps the page."""

run = Table(
    "run",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("nominal_at", DateTime(timezone=True), nullable=False, comment="the time it was due at; part of its identity"),
    Column("full", Boolean, nullable=False),
    Column("rank", Integer, nullable=False, comment="order within a sync: masters first"),
    Column("schedule", Text, comment="name of the schedule that made it; none when a person asked for a sync"),
    Column("since", DateTime(timezone=True), comment="of a backfill in windows: it reads what changed from here"),
    Column("until", DateTime(timezone=True), comment="to before here"),
    Column("reconcile", Boolean, nullable=False, comment="it compares and mends what differs, and pulls nothing"),
    Column("state", Text, nullable=False, comment="due, running, pulled, done, failed or stopped"),
    Column("lease_until", DateTime(timezone=True)),
    Column("token", Integer, nullable=False, comment="how often it was taken; fences off an earlier holder"),
    Column("attempts", Integer, nullable=False, comment="that failed"),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("fetched", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("message", Text),
    Column("verdict", Text),
    Column("findings", JSONB, comment="what its mapping expects of a run and it did not meet"),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("trace", Text, comment="W3C traceparent of what made it"),
    Index("uq_run_due", "connection", "nominal_at", "kind", "since", "reconcile", unique=True, postgresql_nulls_not_distinct=True),
    Index("ix_run_schedule", "schedule", "nominal_at"),
    Index("ix_run_open", "next_attempt_at", postgresql_where=text("state IN ('due', 'running', 'pulled')")),
)
"""One pull of one kind over one connection; red unless fetched = applied + unchanged + quarantined."""

tally = Table(
    "tally",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("fetched", BigInteger, nullable=False, server_default=text("0")),
    Column("unchanged", BigInteger, nullable=False, server_default=text("0")),
    Column("done", BigInteger, nullable=False, server_default=text("0"), comment="runs that ended so; failed and stopped likewise"),
    Column("failed", BigInteger, nullable=False, server_default=text("0")),
    Column("stopped", BigInteger, nullable=False, server_default=text("0")),
    Column("done_at", DateTime(timezone=True), comment="when a run was last done"),
)
"""What the pulls of a connection and kind came to so far, so that nobody has to count them; comparing runs are none."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("source_kind", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("stage", Text, nullable=False, comment="interpret, weave or conflict"),
    Column("document_kind", Text),
    Column("document_key", Text),
    Column("revision", BigInteger),
    Column("problems", JSONB, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("things", ARRAY(Text), nullable=False, comment="ids of the things it names, as far as it can be read"),
    Column("content", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, comment="waiting, resolved or dropped"),
    Column("job", Text, comment="the EPCIS capture that brought it last"),
    Column("cause", Text, nullable=False, comment="what its problems say without numbers and values, in 12 hexadecimal digits"),
    Column("dropped_because", Text, comment="why a person dropped it"),
    Index("ix_quarantine_cause", "cause", "id", postgresql_where=text("state = 'waiting'")),
    Index("uq_quarantine_content", "connection", "source_kind", "source_key", "content", unique=True),
    Index("ix_quarantine_things", "things", postgresql_using="gin", postgresql_where=text("state = 'waiting'")),
    Index("ix_quarantine_waiting", "plant", "stage", postgresql_where=text("state = 'waiting'")),
    Index("ix_quarantine_document", "plant", "document_kind", "document_key", postgresql_where=text("state = 'waiting'")),
)
"""Documents that could not be used, with every reason. They are never edited, only replayed or superseded."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_key", Text, nullable=False),
    Column("subjects", ARRAY(Text), nullable=False, comment="ids of the things or orders whose trace is pushed"),
    Column("state", Text, nullable=False, comment="due, sent, unknown, confirmed, changed, idle, rejected, held"),
    Column("stale", Boolean, nullable=False, comment="what it shows may have changed since its plan began"),
    Column("look", Boolean, nullable=False, comment="the document itself may have changed in the system"),
    Column("urgent", Boolean, nullable=False, comment="goes first and is held by no limit: a recall, or what a person let through"),
    Column("hold", Text, comment="why it must wait for a person, whatever its state"),
    Column("reversed", Boolean, nullable=False, comment="what stood there before is written, and no trace"),
    Column("keys", ARRAY(BigInteger), comment="hashes of the keys that its plan asked documents for; none: of any"),
    Column("fields", JSONB, comment="the plan: what is written"),
    Column("before", JSONB, comment="what the system held"),
    Column("original", JSONB, comment="what the system held before the first push"),
    Column("idempotency_key", Text),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("lease_until", DateTime(timezone=True)),
    Column("message", Text),
    Column("receipt", JSONB),
    Column("verified_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("open_since", DateTime(timezone=True), comment="since when it is to be planned or pushed; none while it is not"),
    Column("trace", Text, comment="W3C traceparent of what last wished for it"),
    Index("uq_outbox_target", "connection", "target_kind", "target_key", unique=True),
    Index("ix_outbox_open", "next_attempt_at", postgresql_where=text("stale OR state IN ('due', 'sent', 'unknown', 'changed')")),
    Index("ix_outbox_keys", "keys", postgresql_using="gin"),
    Index("ix_outbox_unplanned", "id", postgresql_where=text("keys IS NULL OR lease_until IS NOT NULL")),
    Index("ix_outbox_state", "connection", "state", postgresql_where=text("state NOT IN ('confirmed', 'idle')")),
    Index("ix_outbox_oldest", "connection", "open_since", postgresql_where=text("open_since IS NOT NULL")),
    Index("ix_outbox_hold", "connection", postgresql_where=text("hold IS NOT NULL")),
)
"""Results on their way into a system. `unknown` leaves only by look-up or an idempotent resend."""

outbox_hold = Table(
    "outbox_hold",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
"""Connections over which a person lets nothing be pushed."""

changed = Table(
    "changed",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("documents", Text, nullable=False, comment="plant, kind and key of each on a line, with tabs between"),
    Column("things", Text, nullable=False, comment="ids of things about which something waits, or waits no more, each on a line"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
"""What changed since the outbox was last looked at; taken by the refresh."""

recall_case = Table(
    "recall_case",
    metadata,
    Column("name", Text, primary_key=True),
    Column("roots", ARRAY(Text), nullable=False, comment="ids of the suspect things"),
    Column("question", Text, nullable=False, comment="contains, ever or exposed"),
    Column("conditions", ARRAY(Text), nullable=False, comment="NAME=VALUE, narrowing what left the suspects"),
    Column("things", ARRAY(Text), nullable=False, comment="ids of what was affected when it was last looked at"),
    Column("grown", ARRAY(Text), nullable=False, comment="of these, what came since a person last looked"),
    Column("result_hash", Text, nullable=False, comment="of the suspects and the affected things with their times"),
    Column("weaving", BigInteger, nullable=False, comment="up to which the genealogy was looked at"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("evaluated_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Index("ix_recall_case_open", "name", postgresql_where=text("closed_at IS NULL")),
)
"""Recalls that are under way: asked again whenever something was woven, so that late documents enlarge them and nobody overlooks it."""

capture_job = Table(
    "capture_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False, comment="due or done"),
    Column("behaviour", Text, nullable=False, comment="rollback or proceed"),
    Column("media_type", Text, nullable=False),
    Column("payload", LargeBinary, comment="as it came, byte for byte; none once it was kept long enough"),
    Column("plants", ARRAY(Text), nullable=False, comment="plants that the sender is limited to; empty: all"),
    Column("success", Boolean, nullable=False),
    Column("captured", Integer, nullable=False, comment="events taken in or held already"),
    Column("errors", JSONB, nullable=False),
    Column("lease_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),
    Index("ix_capture_job_due", "received_at", postgresql_where=text("state = 'due'")),
    Index("ix_capture_job_received", "received_at", "id"),
    Index("ix_capture_job_kept", "finished_at", postgresql_where=text("payload IS NOT NULL")),
)
"""EPCIS documents sent by others; a due one survives a killed process and is carried on by whoever comes next."""

captured_event = Table(
    "captured_event",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("identity", Text, nullable=False, comment="of the content and, for a declared error, of the declaration"),
    Column("content", Text, nullable=False, comment="identity of the content alone: an error has that of what it declares"),
    Column("declares", Boolean, nullable=False, comment="whether it declares an error"),
    Column("plant", Text, comment="none where no place says; then only keys of all plants see it"),
    Column("event_time", DateTime(timezone=True), nullable=False),
    Column("record_time", DateTime(timezone=True), nullable=False),
    Column("type", Text, nullable=False),
    Column("action", Text),
    Column("biz_step", Text),
    Column("disposition", Text),
    Column("event_id", Text, nullable=False, comment="the one shown: the first given by its text, else the hash"),
    Column("aliases", ARRAY(Text), nullable=False, comment="every eventID given, and the CBV hash"),
    Column("terms", ARRAY(Text), nullable=False, comment="things, transactions and parties with their roles"),
    Column("gtins", ARRAY(Text), nullable=False, comment="of its things and classes, in 14 digits"),
    Column("body", Text, nullable=False, comment="the event in JSON-LD with its own context"),
    Column("job", Text, nullable=False, comment="the first that brought it"),
    Index("uq_captured_event_identity", "identity", unique=True),
    Index("ix_captured_event_content", "content"),
    Index("ix_captured_event_time", "event_time", "id"),
    Index("ix_captured_event_recorded", "record_time", "id"),
    Index("ix_captured_event_aliases", "aliases", postgresql_using="gin"),
    Index("ix_captured_event_terms", "terms", postgresql_using="gin"),
    Index("ix_captured_event_gtins", "gtins", postgresql_using="gin"),
)
"""Others' events as they said them, each once; their canonical documents are in `document`."""

captured_member = Table(
    "captured_member",
    metadata,
    Column("sort", Text, primary_key=True, comment="epc, readPoint, bizLocation, bizStep or disposition"),
    Column("id", Text(collation="C"), primary_key=True, comment="canonical"),
    Column("plant", Text, primary_key=True, comment="of the events that say it; empty where no place says"),
    Column("given", Text, nullable=False, comment="as it was first written"),
)
"""What others' events name, once for each plant: the members of the collections."""

vocabulary_element = Table(
    "vocabulary_element",
    metadata,
    Column("vocabulary", Text, primary_key=True),
    Column("id", Text, primary_key=True, comment="canonical, of a place, an item, a party"),
    Column("attributes", JSONB, nullable=False, comment="name to the texts it has"),
    Column("children", ARRAY(Text), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("job", Text, nullable=False, comment="the capture that last said so"),
    Index("ix_vocabulary_element_id", "id"),
    Index("ix_vocabulary_element_attributes", "attributes", postgresql_using="gin"),
)
"""Others' master data, as it was last said."""

item_change = Table(
    "item_change",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("plant", Text, nullable=False),
    Column("gtin", Text, nullable=False, comment="in 14 digits"),
    Column("after", BigInteger, nullable=False, comment="captured events up to here have followed"),
)
"""GTINs whose item came, changed or went since the captured events that name them were read."""

named_query = Table(
    "named_query",
    metadata,
    Column("name", Text, primary_key=True),
    Column("query", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""EPCIS queries kept under a name; what they show is decided by the key of whoever asks."""

own_hash = Table(
    "own_hash",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="SHA-256 of the CBV event hash"),
    Column("document_id", BigInteger, primary_key=True),
    Index("ix_own_hash_document", "document_id"),
)
"""Hashes under which our own events can be asked for: made from the first time that somebody asks by hash."""

own_hash_state = Table(
    "own_hash_state",
    metadata,
    Column("base", Text, primary_key=True, comment="of the names in the events; of another base all hashes are others"),
    Column("upto", BigInteger, nullable=False, comment="every document up to this id has its hash"),
    Column("reached", BigInteger, nullable=False, comment="the highest id when it was last looked, hashed but for what came late"),
    Column("writers", ARRAY(Text), nullable=False, comment="who was adding documents then; when they ended, upto is reached"),
)
"""How far the hashes of our own events are made; no row before somebody asked."""

own_hash_item = Table(
    "own_hash_item",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("gtin", Text, nullable=False),
)
"""The GTINs by which items were named when their events were hashed."""

subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("query_name", Text, ForeignKey("named_query.name", ondelete="CASCADE"), nullable=False),
    Column("key_id", BigInteger, nullable=False, comment="the key that subscribed: what it may see is sent"),
    Column("plants", ARRAY(Text), nullable=False, comment="plants that the key is limited to; empty: all"),
    Column("dest", Text, nullable=False),
    Column("signature_token", Text, comment="signs what is sent; never shown again"),
    Column("schedule", JSONB(none_as_null=True), comment="when it is carried out; none for a stream"),
    Column("report_if_empty", Boolean, nullable=False),
    Column("epc_format", Text, nullable=False),
    Column("controls", Text, nullable=False, comment="digest of what makes it another subscription to the same query"),
    Column("initial_record_time", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, comment="active, suspended or ended"),
    Column("message", Text, comment="why it does not go on, or goes on later"),
    Column("known_event", BigInteger, nullable=False, comment="initial_record_time counts for captured events up to here"),
    Column("known_weaving", BigInteger, nullable=False, comment="and for our own up to here"),
    Column("event", BigInteger, nullable=False, comment="the last captured event that is done with"),
    Column("weaving", BigInteger, nullable=False, comment="the weaving that is being told"),
    Column("document", BigInteger, nullable=False, comment="the last document of it that is done with"),
    Column("delivery", Text, comment="what is being sent: its identifier"),
    Column("body", LargeBinary, comment="what is being sent, byte for byte"),
    Column("next_place", ARRAY(BigInteger), comment="event, weaving and document once it arrived"),
    Column("most", Integer, nullable=False, comment="events of one delivery; fewer where the receiver said it was too large"),
    Column("told", Boolean, nullable=False, comment="whether anything was sent since the last query time"),
    Column("more", Boolean, nullable=False, comment="whether more was there when the delivery was made"),
    Column("executed_at", DateTime(timezone=True)),
    Column("last_notified_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, comment="that failed one after the other"),
    Column("failing_since", DateTime(timezone=True)),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("lease_until", DateTime(timezone=True)),
    Index("ix_subscription_due", "next_attempt_at", postgresql_where=text("state = 'active'")),
    Index("ix_subscription_query", "query_name", "id"),
    Index("uq_subscription_controls", "query_name", "key_id", "dest", "controls", unique=True, postgresql_where=text("state <> 'ended'")),
)
"""Standing EPCIS queries, each with its own place in the order in which events become visible; it moves only when they have arrived."""
