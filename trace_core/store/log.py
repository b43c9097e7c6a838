"""The log of events: one row per woven version of an event document, its things as arrays of numbers, a partition for each month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import empties, is_plain
from trace_core.events import Event
from trace_core.identifiers import ThingId
from trace_core.store.batch import Batch

Column = Any
EMPTIED = "emptied"
FIRST, LAST = 2000, 2100
"""Years that have partitions of their own; events outside them are in one partition together."""


def log_events(connection: Connection, batch: Batch, *, new: Collection[int] = ()) -> dict[int, Event]:
    """Append the events of a batch; those that were not logged before, by document. Those of `new` documents surely were not."""
    logged = _logged(connection, [id_ for id_ in batch.ids.tolist() if id_ not in new])
    fresh = {id_: event for id_, event in zip(batch.ids.tolist(), batch.events, strict=True) if id_ not in logged}
    if fresh:
        numbers, batch.unheard = number_things(connection, batch.things)
        partitions(connection, {event.at.astimezone(UTC) for event in fresh.values()})
        cursor = connection.connection.cursor()
        columns = "document_id, at, type, plant, order_number, shipment, plain, inputs, outputs, lots"
        with cursor.copy(f"COPY event ({columns}) FROM STDIN") as copy:
            copy.write("".join(_lines(batch, [numbers[thing] for thing in batch.things], logged)))
        cursor.close()
    return fresh


def _lines(batch: Batch, numbers: list[int], logged: Collection[int]) -> Iterator[str]:
    """The rows of the log as lines of a COPY."""
    of_thing = np.array([*map(str, numbers), "0"], object)
    named, lots, plain = (
        _written(batch, of_thing[batch.thing]),
        _written(batch, of_thing[batch.lot], batch.lot >= 0),
        batch.plain().tolist(),
    )
    held = zip(batch.ids.tolist(), batch.events, batch.lists.held.tolist(), plain, strict=True)
    for id_, event, (inputs, removed, outputs), is_so in held:
        if id_ in logged:
            continue
        taken = f"{named[inputs]},{named[removed]}" if named[inputs] and named[removed] else named[inputs] or named[removed]
        head = f"{id_}\t{event.at}\t{_type(event)}\t{escaped(event.plant)}\t{_or_null(event.order)}\t{_or_null(event.shipment)}"
        yield f"{head}\t{'t' if is_so else 'f'}\t{{{taken}}}\t{{{named[outputs]}}}\t{{{lots[outputs]}}}\n"


def _written(batch: Batch, of_flow: Column, asked: Column = None) -> list[str]:
    """Each list of the batch with a word for every flow; empty where none of its flows is `asked` for."""
    words, starts = of_flow[batch.lists.of].tolist(), batch.lists.starts.tolist()
    wanted = None if asked is None else asked[batch.lists.of]
    return [",".join(words[start:end]) if wanted is None or wanted[start:end].any() else "" for start, end in pairwise(starts)]


def _type(event: Event) -> str:
    """A count that found nothing has a name of its own: what it ends, links alone do not tell."""
    return EMPTIED if empties(event) else event.type


def escaped(value: str) -> str:
    """A text as a COPY wants it."""
    if "\\" in value or not value.isprintable():
        value = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return value


def _or_null(value: str | None) -> str:
    return "\\N" if value is None else escaped(value)


def row_of(event: Event, numbers: Mapping[ThingId, int]) -> tuple[object, ...]:
    """The columns of an event after its document's id; every thing that it names must have a number."""
    inputs = [numbers[flow.thing] for flow in (*event.inputs, *event.removed)]
    outputs = [numbers[flow.thing] for flow in event.outputs]
    lots = [numbers[flow.lot] if flow.lot and flow.lot != flow.thing else 0 for flow in event.outputs]
    row = (event.at, _type(event), event.plant, event.order, event.shipment, is_plain(event))
    return (*row, inputs, outputs, lots if any(lots) else [])


def number_things(connection: Connection, things: Collection[ThingId]) -> tuple[dict[ThingId, int], set[ThingId]]:
    """The number of every thing, and those that are new; inserted in the order of names so that no two batches wait for each other."""
    named = list(dict.fromkeys(things))
    ids, made = connection.execute(_NUMBERED, {"uris": "\n".join([thing.uri for thing in named])}).one()
    found = dict(zip(named, ids or (), strict=True))
    raced = [thing for thing, id_ in found.items() if id_ is None]
    return found | numbers_of(connection, raced), {thing for thing, is_new in zip(named, made or (), strict=True) if is_new}


_URIS = bindparam("uris", type_=ARRAY(Text))
_NUMBERED = text(
    r"WITH asked AS MATERIALIZED (SELECT * FROM string_to_table(:uris, E'\n') WITH ORDINALITY AS a(uri, place)),"
    " held AS MATERIALIZED (SELECT a.uri, a.place, t.id FROM asked a LEFT JOIN thing t ON t.uri = a.uri),"
    ' new AS (INSERT INTO thing (uri) SELECT uri FROM held WHERE id IS NULL ORDER BY uri COLLATE "C"'
    " ON CONFLICT (uri) DO NOTHING RETURNING uri, id)"
    " SELECT array_agg(coalesce(held.id, new.id) ORDER BY place), array_agg(new.id IS NOT NULL ORDER BY place) FROM held LEFT JOIN new"
    " ON held.id IS NULL AND new.uri = held.uri"
)
"""`uris` is one text of lines, the numbers come as one array: a tenth of the cost of single values. No encoded name holds a line's end."""
_KNOWN = text("SELECT uri, id FROM thing WHERE uri = ANY(:uris)").bindparams(_URIS)


def numbers_of(connection: Connection, things: Iterable[ThingId]) -> dict[ThingId, int]:
    """The number of every thing that has one."""
    named = {thing.uri: thing for thing in things}
    return {named[row.uri]: row.id for row in connection.execute(_KNOWN, {"uris": list(named)})} if named else {}


def _logged(connection: Connection, ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
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
