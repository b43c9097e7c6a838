"""Others' EPCIS events into the genealogy: each once, whichever binding and however often it comes, through the same weave as everything.

A job is one transaction. With `rollback` an error undoes all of it; with `proceed` the events that are wrong are left out and named. A
process that dies leaves the job due; doing it again comes to the same end. Source: EPCIS 2.0, section 12.7; ADR 0012.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.state import captures
from pipelines.state.captures import Row
from pipelines.state.database import Transaction
from pipelines.steps.captured import Known
from pipelines.steps.weave import Woven, weave
from trace_core.documents.envelope import read_document
from trace_core.documents.fields import time_text
from trace_core.epcis.checks import Judged
from trace_core.epcis.hashes import event_hash, identity
from trace_core.epcis.inward import Meaning, meaning
from trace_core.epcis.keys import key_of
from trace_core.epcis.matching import terms
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.reading import read
from trace_core.epcis.things import Ground, gtin14
from trace_core.epcis.writing import event_json
from trace_core.errors import Problem, Rejected
from trace_core.store.take import Provenance

CONNECTION = "epcis"
MOST_ATTEMPTS = 5
"""How often a document may end a process before it is given up."""
Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an event of a document was not taken in: `event` is its place, from 0.

    `code` is validation, security, exists or implementation.
    """

    event: int
    code: str
    message: str
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the job keeps it."""
        told = {"event": self.event, "code": self.code, "message": self.message}
        return told | {"problems": [problem.as_json() for problem in self.problems]}


@dataclass(frozen=True, slots=True)
class Taken:
    """An event on its way in: its place, its content's identity, and what it means."""

    at: int
    event: EpcisEvent
    content: str
    meaning: Meaning
    prefixes: Mapping[str, str]

    @property
    def identity(self) -> str:
        """What it is kept by: an error declaration is another event than what it declares, with the same content."""
        error = self.event.error
        if error is None:
            return self.content
        declared = time_text(error.declared_at.astimezone(UTC))
        return f"{self.content}/{declared}/{error.reason or ''}/{'|'.join(sorted(error.corrective))}"


class _Undone(Exception):
    """Leave the transaction without its work."""


def take_in(job: str, *, begin: Begin, now: Callable[[], datetime], ground: Ground) -> None:
    """Take in a job's document; nothing when it is done already or somebody else does it."""
    with begin() as connection:
        row = captures.claim_job(connection, job, now=now())
    if row is None:
        return
    if row.attempts >= MOST_ATTEMPTS:
        said = f"the server failed on this document {row.attempts} times; its operator has to look into it"
        with begin() as connection:
            captures.finish_job(connection, job, captured=0, errors=[Failure(0, "implementation", said).as_json()], now=now())
        return
    found = read(bytes(row.payload), row.media_type)
    failures = [
        Failure(at, "validation", "the event is no valid EPCIS", one.problems) for at, one in enumerate(found.events) if not one.event
    ]
    again = True
    while again:
        fresh: list[Failure] = []
        try:
            _attempt(row, found.events, failures, fresh, begin=begin, now=now(), ground=ground)
            again = False
        except _Undone:
            failures += fresh
            again = row.behaviour == "proceed"
            if not again:
                with begin() as connection:
                    captures.finish_job(connection, job, captured=0, errors=_told(failures), now=now())


def _attempt(
    job: Any,
    events: Sequence[Judged],
    failures: Sequence[Failure],
    fresh: list[Failure],
    *,
    begin: Begin,
    now: datetime,
    ground: Ground,
) -> None:
    """One transaction, without the events that failed before; undone when others fail now, or when it is all or nothing."""
    with begin() as connection:
        done = _capture(connection, job, events, {failure.event for failure in failures}, fresh, now, ground)
        if fresh or (failures and job.behaviour == "rollback"):
            raise _Undone
        captures.finish_job(connection, job.id, captured=done, errors=_told(failures), now=now)


def _told(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    return [failure.as_json() for failure in sorted(failures, key=lambda one: one.event)]


def _capture(
    connection: Transaction,
    job: Any,
    events: Sequence[Judged],
    left_out: Collection[int],
    failures: list[Failure],
    now: datetime,
    ground: Ground,
) -> int:
    """Take in the events that are right; how many of them are held afterwards. What is wrong goes to `failures`."""
    captures.one_at_a_time(connection)
    wanted = [(at, one) for at, one in enumerate(events) if one.event is not None and at not in left_out]
    ground = with_items(connection, ground, (one.event for _, one in wanted if one.event))
    taken = [one for at, judged in wanted if (one := _meant(at, judged, job.plants, ground, failures))]
    contents, ids = {one.content for one in taken}, {one.event.event_id for one in taken if one.event.event_id}
    known = Known(captures.held(connection, contents, ids))
    rows, origins = [], []
    for one in taken:
        again = known.seen(one.identity)
        if again is None and known.conflicts(one.content, one.event):
            said = f"eventID {one.event.event_id} is another event already"
            failures.append(Failure(one.at, "exists", said))
            continue
        withdrawn = list(_withdrawn(one, known, ground))
        if job.plants and any(told["plant"] not in job.plants for told in withdrawn):
            said = f"eventID {one.event.event_id} is an event of a plant that this key is not allowed"
            failures.append(Failure(one.at, "security", said))
            continue
        origins += [(one.at, told) for told in (*(one.meaning.documents if again is None else ()), *withdrawn)]
        if again is None:
            rows.append(_row(one, job.id, now))
        known.add(one.identity, one.content, one.event)
    _weave(connection, origins, taken, failures, now)
    captures.put_events(connection, [known.named(row) for row in rows])
    captures.known_also_as(connection, known.renamed())
    return len(taken)


def _meant(at: int, judged: Judged, plants: Sequence[str], ground: Ground, failures: list[Failure]) -> Taken | None:
    event = judged.event
    if event is None:
        return None
    try:
        found = meaning(event, ground)
    except Rejected as fault:
        problems = tuple(replace(problem, path=f"{judged.where}/{problem.path}") for problem in fault.problems)
        failures.append(Failure(at, "validation", fault.message, problems))
        return None
    if plants and found.plant not in plants:
        said = f"this key is limited to {', '.join(plants)}; the event is of {found.plant or 'no plant'}"
        failures.append(Failure(at, "security", said))
        return None
    return Taken(at, event, identity(event), found, judged.prefixes)


def _withdrawn(one: Taken, known: Known, ground: Ground) -> Iterator[dict[str, Any]]:
    """Documents taken back because an error was declared by eventID alone: of this event, or of the one that this declares."""
    event_id = one.event.event_id
    if event_id is None:
        return
    if one.event.error is not None:
        for body in known.events_called(event_id, other_than=one.content):
            (held,) = (judged.event for judged in read(body.encode(), "application/ld+json").events)
            if held is not None:
                yield from meaning(replace(held, event_id=event_id, error=one.event.error), ground).documents
    elif (error := known.declared(event_id)) is not None:
        (declaration,) = (judged.event for judged in read(error.encode(), "application/ld+json").events)
        if declaration is not None:
            yield from meaning(replace(one.event, error=declaration.error), ground).documents


def with_items(connection: Transaction, ground: Ground, events: Iterable[EpcisEvent]) -> Ground:
    """The ground with the items that these events' GTINs are, in every plant where exactly one item has it."""
    gtins = {key.value for event in events for uri in _ids(event) if (key := key_of(uri)) and key.ai == "01"}
    forms = {form for gtin in gtins for form in (gtin, gtin.removeprefix("0"), gtin.removeprefix("00"), gtin.removeprefix("000000"))}
    found: dict[tuple[str, str], set[str]] = {}
    for plant, item, written in captures.items_by_gtin(connection, forms):
        gtin = gtin14(written)
        if gtin is not None:
            found.setdefault((plant, gtin), set()).add(item)
    return replace(ground, items={name: next(iter(items)) for name, items in found.items() if len(items) == 1})


def _ids(event: EpcisEvent) -> Iterator[str]:
    for ids in event.instances.values():
        yield from ids
    for classes in event.classes.values():
        yield from (one.epc_class for one in classes)
    if event.parent:
        yield event.parent


def _row(one: Taken, job: str, now: datetime) -> Row:
    event, hash_ = one.event, event_hash(one.event)
    return Row(
        identity=one.identity,
        content=one.content,
        declares=event.error is not None,
        plant=one.meaning.plant,
        event_time=event.at,
        record_time=now,
        type=event.type,
        action=event.action,
        biz_step=event.biz_step,
        disposition=event.disposition,
        event_id=event.event_id or hash_,
        aliases=tuple(sorted({hash_, *([event.event_id] if event.event_id else [])})),
        terms=tuple(terms(event)),
        body=event_json(replace(event, event_id=None, record_time=None), prefixes=one.prefixes).decode(),
        job=job,
    )


def _weave(
    connection: Transaction, origins: Sequence[tuple[int, dict[str, Any]]], taken: Sequence[Taken], failures: list[Failure], now: datetime
) -> None:
    events = {one.at: one for one in taken}
    woven: list[Woven] = []
    places: list[int] = []
    for at, told in origins:
        one = events[at]
        try:
            document = read_document(told)
        except Rejected as fault:
            failures.append(Failure(at, "validation", fault.message, fault.problems))
            continue
        payload = event_json(one.event, prefixes=one.prefixes)
        woven.append(Woven(document, Provenance(CONNECTION, one.event.type, one.content), payload))
        places.append(at)
    failures += [
        Failure(places[outcome.at], "validation", "the genealogy cannot use the event", outcome.problems)
        for outcome in weave(connection, woven, now=now)
        if outcome.at is not None and outcome.state == "rejected"
    ]
