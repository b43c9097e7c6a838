"""The month into PostgreSQL: as the store keeps it, and beside it as rows of links for the peer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from bench.trace.month import Batch, Month
from trace_core.index.build import NEVER
from trace_core.store.log import partitions

Column = Any
EVENT = "COPY event (document_id, at, type, plant, order_number, shipment, plain, inputs, outputs, lots) FROM STDIN"
LINK_SET = "COPY link_set (origin, document_id, weaving, starts, ends, at, until) FROM STDIN"
ROWS = 50_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def names_of(made: Month) -> list[str]:
    """The id of every thing, by number from 1."""
    names = [""] * (made.things + 1)
    for sort in made.classes:
        numbers = made.renumbered[sort.first : sort.first + sort.count].tolist()
        for k, number in enumerate(numbers):
            names[number] = f"{sort.prefix}{k:07}"
    return names[1:]


def fill(connection: Connection, made: Month) -> None:
    """Fill the store's tables as if all documents had been woven and all links derived."""
    connection.execute(text("TRUNCATE document, event, touch, thing, weaving, stale, link_set RESTART IDENTITY"))
    _copy(connection, "COPY thing (id, uri) FROM STDIN", (f"{n}\t{name}\n" for n, name in enumerate(names_of(made), 1)))
    spans = [int(moment) for batch in made.batches if len(batch.at) for moment in (batch.at.min(), batch.at.max())]
    partitions(connection, [EPOCH + timedelta(microseconds=moment) for moment in spans])
    document = 1
    for batch in made.batches:
        _copy(connection, EVENT, _events(batch, document))
        document += len(batch.at)
        if batch.repaired is not None:
            _copy(connection, EVENT, _repairs(batch, document))
            _copy(connection, LINK_SET, _sets(batch, document - len(batch.at), document))
            document += len(batch.repaired)
    connection.execute(text("INSERT INTO weaving (at, events, stale) VALUES (now(), '{}', '{}')"))


def _copy(connection: Connection, statement: str, lines: Iterator[str]) -> None:
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        pending: list[str] = []
        for line in lines:
            pending.append(line)
            if len(pending) == ROWS:
                copy.write("".join(pending))
                pending = []
        copy.write("".join(pending))


def _moments(at: Column) -> list[str]:
    return [f"{moment}+00" for moment in np.datetime_as_string(at.astype("datetime64[us]"))]


def _array(numbers: Any) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _events(batch: Batch, document: int) -> Iterator[str]:
    plain = "f" if batch.type == "add" else "t"
    for start in range(0, len(batch.at), ROWS):
        here = slice(start, start + ROWS)
        rows = zip(_moments(batch.at[here]), batch.inputs[here].tolist(), batch.outputs[here].tolist(), strict=True)
        for k, (at, inputs, output) in enumerate(rows, document + start):
            yield f"{k}\t{at}\t{batch.type}\tA\t\\N\t\\N\t{plain}\t{_array(inputs)}\t{{{output}}}\t{{}}\n"


def _repairs(batch: Batch, document: int) -> Iterator[str]:
    for k, (event, position, at, installed) in enumerate(batch.repaired.tolist(), document):
        moment = _moments(np.array([at]))[0]
        things = _array((installed, batch.inputs[event, position]))
        yield f"{k}\t{moment}\trepair\tA\t\\N\t\\N\tf\t{things}\t{{{batch.outputs[event]}}}\t{{}}\n"


def _sets(batch: Batch, placed: int, repaired: int) -> Iterator[str]:
    """What the rules derive for boards of which a part was replaced: placement, with an end for the part, and repair."""
    for k, (event, position, at, installed) in enumerate(batch.repaired.tolist()):
        inputs, output = batch.inputs[event].tolist(), batch.outputs[event]
        until = [NEVER] * len(inputs)
        until[position] = at
        ends, times = [output] * len(inputs), [batch.at[event]] * len(inputs)
        yield f"E:{placed + event}\t{placed + event}\t1\t{_array(inputs)}\t{_array(ends)}\t{_array(times)}\t{_array(until)}\n"
        yield f"E:{repaired + k}\t{repaired + k}\t1\t{{{installed}}}\t{{{output}}}\t{{{at}}}\t{{{NEVER}}}\n"


def links_of(made: Month) -> tuple[Column, Column, Column]:
    """All links that hold at the end of the month: starts, ends, times."""
    starts, ends, times = [], [], []
    for batch in made.batches:
        if batch.type == "add":
            continue
        width = batch.inputs.shape[1]
        kept = np.ones(batch.inputs.shape, bool)
        if batch.repaired is not None:
            event, position, at, installed = batch.repaired.T
            kept[event, position] = False
            starts.append(installed)
            ends.append(batch.outputs[event])
            times.append(at)
        kept = kept.ravel()
        starts.append(batch.inputs.ravel()[kept])
        ends.append(np.repeat(batch.outputs, width)[kept])
        times.append(np.repeat(batch.at, width)[kept])
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(times)


ROW = np.dtype([("n", ">i2"), ("l1", ">i4"), ("src", ">i4"), ("l2", ">i4"), ("dst", ">i4"), ("l3", ">i4"), ("at", ">i8")])
HEAD = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8


def fill_peer(connection: Connection, made: Month) -> None:
    """A row for every link with covering indexes in both directions, as the recursive query likes it best."""
    connection.execute(text("DROP TABLE IF EXISTS peer_link, peer_unit"))
    connection.execute(text("CREATE UNLOGGED TABLE peer_link (src int NOT NULL, dst int NOT NULL, at bigint NOT NULL)"))
    starts, ends, times = links_of(made)
    with connection.connection.cursor() as cursor, cursor.copy("COPY peer_link FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEAD)
        for here in np.array_split(np.arange(len(starts)), len(starts) // 1_000_000 + 1):
            rows = np.empty(len(here), ROW)
            rows["n"], rows["l1"], rows["l2"], rows["l3"] = 3, 4, 4, 8
            rows["src"], rows["dst"], rows["at"] = starts[here], ends[here], times[here]
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
    connection.execute(text("CREATE UNLOGGED TABLE peer_unit AS SELECT id FROM thing WHERE uri LIKE 'D/serial/UNIT/%'"))
    connection.execute(text("ALTER TABLE peer_unit ADD PRIMARY KEY (id)"))
    connection.execute(text("CREATE INDEX peer_out ON peer_link (src, at) INCLUDE (dst)"))
    connection.execute(text("CREATE INDEX peer_into ON peer_link (dst, at) INCLUDE (src)"))
