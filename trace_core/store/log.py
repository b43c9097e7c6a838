"""The log of events: one row per woven version of an event document, its things as arrays of numbers, a partition for each month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import is_plain
from trace_core.documents.envelope import Document
from trace_core.events import Event, event_of, named_things
from trace_core.identifiers import ThingId

FIRST, LAST = 2000, 2100
"""Years that have partitions of their own; events outside them are in one partition together."""


def log_events(connection: Connection, woven: Mapping[int, Document]) -> dict[int, Event]:
    """Append the events of documents; those that were not logged before, by document."""
    events = {id_: event for id_, document in woven.items() if (event := event_of(document))}
    fresh = {id_: events[id_] for id_ in events.keys() - _logged(connection, list(events))}
    if fresh:
        numbers = number_things(connection, {thing for event in fresh.values() for thing in named_things(event)})
        partitions(connection, {event.at.astimezone(UTC) for event in fresh.values()})
        cursor = connection.connection.cursor()
        columns = "document_id, at, type, plant, order_number, shipment, plain, inputs, outputs, lots"
        with cursor.copy(f"COPY event ({columns}) FROM STDIN") as copy:
            for id_ in sorted(fresh):
                copy.write_row((id_, *row_of(fresh[id_], numbers)))
        cursor.close()
    return fresh


def row_of(event: Event, numbers: Mapping[ThingId, int]) -> tuple[object, ...]:
    """The columns of an event after its document's id; every thing that it names must have a number."""
    inputs = [numbers[flow.thing] for flow in (*event.inputs, *event.removed)]
    outputs = [numbers[flow.thing] for flow in event.outputs]
    lots = [numbers[flow.lot] if flow.lot and flow.lot != flow.thing else 0 for flow in event.outputs]
    row = (event.at, event.type, event.plant, event.order, event.shipment, is_plain(event))
    return (*row, inputs, outputs, lots if any(lots) else [])


def number_things(connection: Connection, things: Collection[ThingId]) -> dict[ThingId, int]:
    """The number of every thing, new ones included, inserted in the order of their names so that no two batches wait for each other."""
    found = numbers_of(connection, things)
    missing = sorted(thing.uri for thing in things if thing not in found)
    if missing:
        statement = text("INSERT INTO thing (uri) SELECT unnest(CAST(:uris AS text[])) ON CONFLICT (uri) DO NOTHING").bindparams(_URIS)
        connection.execute(statement, {"uris": missing})
        found |= numbers_of(connection, [thing for thing in things if thing not in found])
    return found


_URIS = bindparam("uris", type_=ARRAY(Text))
_KNOWN = text("SELECT uri, id FROM thing WHERE uri = ANY(:uris)").bindparams(_URIS)


def numbers_of(connection: Connection, things: Iterable[ThingId]) -> dict[ThingId, int]:
    """The number of every thing that has one."""
    named = {thing.uri: thing for thing in things}
    return {named[row.uri]: row.id for row in connection.execute(_KNOWN, {"uris": list(named)})} if named else {}


def _logged(connection: Connection, ids: Sequence[int]) -> set[int]:
    statement = text("SELECT document_id FROM event WHERE document_id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    return {row[0] for row in connection.execute(statement, {"ids": list(ids)})}


def partitions(connection: Connection, times: Iterable[datetime]) -> None:
    """See that the months of these times have their partitions."""
    months = sorted({(time.year, time.month) for time in times if FIRST <= time.year < LAST})
    names = [f"event_{year}_{month:02}" for year, month in months]
    known = text("SELECT relname FROM pg_class WHERE relname = ANY(:names)").bindparams(bindparam("names", type_=ARRAY(Text)))
    there = {row[0] for row in connection.execute(known, {"names": names})}
    for (year, month), name in zip(months, names, strict=True):
        if name not in there:
            _add_partition(connection, name, year, month)


def _add_partition(connection: Connection, name: str, year: int, month: int) -> None:
    """Made beside the table and then attached, which does not stop its readers and writers."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('lotweave:partition', 0))"))
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar_one() is not None:
        return
    start, end = f"{year}-{month:02}-01+00", f"{year + month // 12}-{month % 12 + 1:02}-01+00"
    connection.execute(text(f"CREATE TABLE {name} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    connection.execute(text(f"ALTER TABLE event ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"))
