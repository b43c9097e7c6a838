"""Raw documents into canonical ones and on into the genealogy: mapping, schema, withdrawal of what a document no longer states.

One transaction a batch: provenance, events, quarantine, outbox wishes and the inbox's state move together or not at all.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec

from mappings.engine.apply import Mapper
from mappings.engine.plan import Mapped, Outcome
from mappings.engine.shapes import Shapes
from mappings.engine.steps import Line as MappingLine
from pipelines.ports import Line, Plumbing
from pipelines.state import mapping_releases, outbox, quarantine, run_counts, runs, source_fields, uninterpreted, unknown_codes
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from pipelines.state.unknown_codes import Noted
from pipelines.steps.finish import finish
from pipelines.steps.weave import Woven, things_named, weave
from pipelines.steps.wish import wishes
from pipelines.telling import tell
from pipelines.tracing import span, traceparent
from pipelines.turns import Pace, Turn
from pipelines.uncollected import uncollected
from trace_core.documents.envelope import Document, content_hash
from trace_core.errors import Misconfigured, Problem, Rejected
from trace_core.reading import Reader
from trace_core.store.sources import current_of_sources
from trace_core.store.take import Provenance

_JSON = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(slots=True)
class _Batch:
    woven: list[Woven] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    names: dict[tuple[str, str, str], set[tuple[str, str, str]]] = field(default_factory=dict)
    unknown: list[Noted] = field(default_factory=list)
    fields: set[tuple[str, str, str, str]] = field(default_factory=set)
    mappers: dict[tuple[str, str], Mapper] = field(default_factory=dict)
    counts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    filled: Counter[tuple[int, str, tuple[str, ...]]] = field(default_factory=Counter)


def interpret(plant: str, plumbing: Plumbing, turn: Turn | None = None) -> int:
    """Interpret what waits in a plant's inbox, batch after batch; how many raw documents were interpreted.

    When its turn is over it wakes another task for the rest.
    """
    turn, pace, done = turn or Turn(), plumbing.paces.setdefault(plant, Pace()), 0
    try:
        while not turn.over():
            begun = time.monotonic()
            with uncollected():
                count = _one_batch(plant, plumbing, pace.size)
            if not count:
                break
            pace.took(count, seconds := time.monotonic() - begun)
            tell("batch interpreted", plant=plant, documents=count, seconds=round(seconds, 3))
            done += count
        else:
            plumbing.wake("interpret", plant, plant)
    except BaseException:
        plumbing.shapes.clear()  # what was seen in a batch that did not come about is looked at again
        raise
    with plumbing.begin() as connection:
        finish(connection, plumbing)
    return done


def _one_batch(plant: str, plumbing: Plumbing, most: int) -> int:
    with plumbing.begin() as connection, ExitStack() as stack:
        rows = uninterpreted.claim(connection, plant, batch=most)
        if not rows:
            return 0
        made = runs.traces(connection, {row.run_id for row in rows if row.run_id is not None})
        stack.enter_context(span("interpret", parents=made, plant=plant, documents=len(rows)))
        now, batch = plumbing.now(), _Batch()
        in_kinds = sorted(rows, key=lambda row: (row.connection, row.kind))  # stable: a key's versions keep their order
        for (name, kind), group in groupby(in_kinds, key=lambda row: (row.connection, row.kind)):
            _interpret_kind(name, kind, list(group), plumbing, batch)
        plumbing.reached("map")
        held = current_of_sources(connection, list(batch.names))
        fresh = [one for one in batch.woven if not _as_held(one, held)]
        fresh += _withdrawals(rows, batch, held)
        quarantine.put(connection, batch.quarantined, now=now)
        quarantine.resolve_source(connection, batch.names)
        plumbing.reached("stage")
        with span("weave", documents=len(fresh)):
            outcomes = weave(connection, fresh, now=now)
        accepted = [fresh[o.at] for o in outcomes if o.at is not None and o.state == "accepted"]
        outbox.wish(connection, wishes(accepted, plumbing), now=now, trace=traceparent())
        uninterpreted.settle(connection, rows, batch.bad)
        _note(connection, rows, batch, plumbing)
        plumbing.reached("apply")
    return len(rows)


def _note(connection: Transaction, rows: Sequence[Any], batch: _Batch, plumbing: Plumbing) -> None:
    """Keep what mappings want to know of a batch: their versions, unknown codes, fields of the systems, counts."""
    now = plumbing.now()
    for mapper in batch.mappers.values():
        mapping_releases.keep(connection, mapper.name, mapper.version, mapper.files, now=now)
    unknown_codes.note(connection, {(row.connection, row.kind, row.key) for row in rows}, batch.unknown, now=now)
    source_fields.seen(connection, batch.fields, now=now)
    run_counts.add(connection, _counts(batch))


def _interpret_kind(name: str, kind: str, rows: list[Any], plumbing: Plumbing, batch: _Batch) -> None:
    """Interpret the documents of one kind of one connection together."""
    line = plumbing.lines.get(name)
    payloads, wrong = _parsed(rows)
    plumbing.reached("decode")
    try:
        mapper = _mapper(line, name, kind, plumbing)
    except Rejected as fault:
        for row in rows:
            needed = [] if row.deleted else list(fault.problems)  # what is gone needs no mapping
            _use(row, Outcome([], needed), None, line, batch, plumbing.reader)
        return
    batch.mappers[name, kind] = mapper
    shapes = plumbing.shapes.setdefault((name, kind), Shapes())
    batch.fields |= {(name, kind, *one) for payload in payloads.values() for one in shapes.new(payload)}
    plan = mapper.plan(MappingLine(line.name, line.plant, line.zone)) if line else None
    outcomes = dict(zip(payloads, plan.apply_many(list(payloads.values())) if plan else (), strict=True)) | wrong
    for row in rows:
        _use(row, outcomes.get(row.id, Outcome([])), mapper, line, batch, plumbing.reader)


def _parsed(rows: Sequence[Any]) -> tuple[dict[int, Any], dict[int, Outcome]]:
    """Payloads by the row's id, deletions left out, and what is to be said of those that are no JSON."""
    found, wrong = dict[int, Any](), dict[int, Outcome]()
    for row in (row for row in rows if not row.deleted):
        try:
            found[row.id] = _JSON.decode(bytes(row.payload))
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            wrong[row.id] = Outcome([], [Problem("", f"the payload is no JSON: {fault}")])
    return found, wrong


def _mapper(line: Line | None, name: str, kind: str, plumbing: Plumbing) -> Mapper:
    """The mapping of a kind. Errors: `Rejected` where there is none, or one that is wrong: the documents wait until it is mended."""
    if line is None:
        raise Rejected("unknown", problems=[Problem("", f"the site has no connection {name} any more", name)])
    try:
        mapper = plumbing.mapper(line, kind)
    except Misconfigured as fault:
        raise Rejected(fault.message, problems=fault.problems or [Problem("", fault.message)]) from fault
    if mapper is None:
        said = f"there is no mapping for {line.system}/{kind}; write mappings/{line.system}/{kind}.yml in the site"
        raise Rejected("no mapping", problems=[Problem("", said, kind)])
    return mapper


def _use(row: Any, outcome: Outcome, mapper: Mapper | None, line: Line | None, batch: _Batch, reader: Reader) -> None:
    """Take what a mapping made of a raw document; with any problem the raw document is put away as a whole."""
    problems, woven = list(outcome.problems), list[Woven]()
    if mapper is not None and line is not None:
        origin, payload = Provenance(row.connection, row.kind, row.key, mapper.name, mapper.version), bytes(row.payload)
        for one in outcome.documents:
            try:
                document = reader.take(one.kind, line.plant, one.key, row.revision, one.body, one.recorded_at or None)
                woven.append(Woven(document, origin, payload))
            except Rejected as fault:
                problems += [_placed(problem, one, mapper) for problem in fault.problems]
        batch.unknown += [
            Noted(
                row.connection, row.plant, one.table, one.organisation, one.code, one.policy, mapper.name, mapper.version, row.kind, row.key
            )
            for one in outcome.unknown
        ]
    holds = len(problems) == sum(one.policy == "hold" for one in outcome.unknown)
    _count(row, outcome.documents, problems, batch, held=holds)
    if problems:
        batch.quarantined.append(_put_away(row, problems, "held" if holds else "interpret"))
        batch.bad.append(row.id)
        return
    batch.names[row.connection, row.kind, row.key] = {one.document.name for one in woven}
    batch.woven += woven


def _count(row: Any, made: Sequence[Mapped], problems: Sequence[Problem], batch: _Batch, *, held: bool) -> None:
    if row.run_id is None or row.deleted:
        return
    batch.counts[row.run_id, "raw", ""] += 1
    if problems:
        batch.counts[row.run_id, "held" if held else "rejected", ""] += 1
        return
    for one in made:
        batch.filled[row.run_id, one.kind, tuple(one.body)] += 1


def _counts(batch: _Batch) -> Counter[tuple[int, str, str]]:
    """What the runs came to in a batch; documents of a kind mostly have the same fields."""
    found = Counter(batch.counts)
    for (run, kind, names), count in batch.filled.items():
        found[run, "documents", kind] += count
        for name in names:
            found[run, "filled", f"{kind}.{name}"] += count
    return found


def _placed(problem: Problem, one: Mapped, mapper: Mapper) -> Problem:
    """A schema's problem with the line of the mapping that made the field."""
    place = one.origins.place(problem.path)
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


def _put_away(row: Any, problems: Sequence[Problem], stage: str) -> Quarantined:
    try:
        told = json.loads(bytes(row.payload))
    except ValueError:
        told = {}
    return Quarantined(
        connection=row.connection,
        plant=row.plant,
        source_kind=row.kind,
        source_key=row.key,
        stage=stage,
        problems=tuple(problems),
        payload=bytes(row.payload),
        revision=row.revision,
        things=frozenset(things_named(row.kind, row.plant, told)),
    )
