"""Raw documents into canonical ones and on into the genealogy: mapping, schema, withdrawal of what a document no longer states.

One transaction a batch: provenance, events, quarantine, outbox wishes and the inbox's state move together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mappings.engine.apply import Mapped, Mapper
from pipelines.ports import Line, Plumbing
from pipelines.state import inbox, outbox, quarantine, runs
from pipelines.state.quarantine import Quarantined
from pipelines.steps.weave import Woven, things_named, weave
from pipelines.steps.wish import wishes
from trace_core.documents.envelope import Document, content_hash, read_document
from trace_core.errors import Misconfigured, Problem, Rejected
from trace_core.store.sources import current_of_sources
from trace_core.store.take import Provenance

BATCH = 500


@dataclass(slots=True)
class _Batch:
    woven: list[Woven] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    names: dict[tuple[str, str, str], set[tuple[str, str, str]]] = field(default_factory=dict)


def interpret(plant: str, plumbing: Plumbing) -> int:
    """Interpret what waits in a plant's inbox, batch after batch; how many raw documents were interpreted."""
    done = 0
    while count := _one_batch(plant, plumbing):
        done += count
    with plumbing.begin() as connection:
        runs.finish(connection, now=plumbing.now())
    return done


def _one_batch(plant: str, plumbing: Plumbing) -> int:
    with plumbing.begin() as connection:
        rows = inbox.claim(connection, plant, batch=BATCH)
        if not rows:
            return 0
        now, batch = plumbing.now(), _Batch()
        for row in rows:
            _interpret_row(row, plumbing, batch)
        held = current_of_sources(connection, list(batch.names))
        fresh = [one for one in batch.woven if not _as_held(one, held)]
        fresh += _withdrawals(rows, batch, held)
        quarantine.put(connection, batch.quarantined, now=now)
        quarantine.resolve_source(connection, batch.names)
        outcomes = weave(connection, fresh, now=now)
        accepted = [fresh[o.at] for o in outcomes if o.at is not None and o.state == "accepted"]
        outbox.wish(connection, wishes(accepted, plumbing), now=now)
        bad = set(batch.bad)
        inbox.settle(connection, [row.id for row in rows if row.id not in bad], batch.bad)
    return len(rows)


def _interpret_row(row: Any, plumbing: Plumbing, batch: _Batch) -> None:
    line = plumbing.lines.get(row.connection)
    source = (row.connection, row.kind, row.key)
    try:
        woven = [] if row.deleted else _documents(row, line, plumbing)
    except Rejected as fault:
        batch.quarantined.append(_put_away(row, fault))
        batch.bad.append(row.id)
        return
    batch.names[source] = {one.document.name for one in woven}
    batch.woven += woven


def _documents(row: Any, line: Line | None, plumbing: Plumbing) -> list[Woven]:
    if line is None:
        raise Rejected("unknown", problems=[Problem("", f"the site has no connection {row.connection} any more", row.connection)])
    try:
        mapper = plumbing.mapper(line, row.kind)
    except Misconfigured as fault:
        raise Rejected(fault.message, problems=fault.problems or [Problem("", fault.message)]) from fault
    if mapper is None:
        said = f"there is no mapping for {line.system}/{row.kind}; write mappings/{line.system}/{row.kind}.yml in the site"
        raise Rejected("no mapping", problems=[Problem("", said, row.kind)])
    payload = json.loads(bytes(row.payload), parse_float=Decimal)
    mapped, problems = mapper.apply(payload, zone=line.zone, plant=line.plant, connection=line.name)
    origin = Provenance(row.connection, row.kind, row.key, mapper.name, mapper.version)
    woven: list[Woven] = []
    for one in mapped:
        try:
            woven.append(Woven(_checked(one, row.revision, line), origin, bytes(row.payload)))
        except Rejected as fault:
            problems += [_placed(problem, one, mapper) for problem in fault.problems]
    if problems:
        raise Rejected(f"{len(problems)} problem(s)", problems=problems)
    return woven


def _checked(one: Mapped, revision: int, line: Line) -> Document:
    told = {"kind": one.kind, "plant": line.plant, "key": one.key, "revision": revision, "body": one.body}
    return read_document(told | ({"recorded_at": one.recorded_at} if one.recorded_at else {}))


def _placed(problem: Problem, one: Mapped, mapper: Mapper) -> Problem:
    """A schema's problem with the line of the mapping that made the field."""
    place = one.place(problem.path)
    return Problem(problem.path, problem.problem, problem.value, str(place) if place else mapper.told.file)


def _as_held(one: Woven, held: dict[tuple[str, str, str], Any]) -> bool:
    """Whether the genealogy holds exactly this already: a new stamp alone moves nothing."""
    row = held.get(one.document.name)
    return row is not None and row.content == one.document.content and not row.deleted


def _withdrawals(rows: Sequence[Any], batch: _Batch, held: dict[tuple[str, str, str], Any]) -> list[Woven]:
    """Documents that came out of a raw document before and do not any more."""
    revisions = {(row.connection, row.kind, row.key): row for row in rows}
    found = []
    for name, row in held.items():
        source = (row.connection, row.source_kind, row.source_key)
        if row.deleted or source not in batch.names or name in batch.names[source]:
            continue
        plant, kind, key = name
        raw = revisions[source]
        gone = Document(
            kind,
            plant,
            key,
            max(raw.revision, row.revision + 1),
            None,
            deleted=True,
            body={},
            content=content_hash(kind, deleted=True, body={}),
        )
        found.append(Woven(gone, Provenance(*source, row.mapping, row.mapping_version), bytes(raw.payload)))
    return found


def _put_away(row: Any, fault: Rejected) -> Quarantined:
    try:
        told = json.loads(bytes(row.payload))
    except ValueError:
        told = {}
    return Quarantined(
        connection=row.connection,
        plant=row.plant,
        source_kind=row.kind,
        source_key=row.key,
        stage="interpret",
        problems=fault.problems,
        payload=bytes(row.payload),
        revision=row.revision,
        things=frozenset(things_named(row.kind, row.plant, told)),
    )
