"""Others' EPCIS events into the genealogy: each once, whichever binding and however often it comes, through the same weave as everything.

A job is one transaction. With `rollback` an error undoes all of it; with `proceed` the events that are wrong are left out, named and put
into quarantine. A process that dies leaves the job due; doing it again comes to the same end. Source: EPCIS 2.0, section 12.7; ADR 0012.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.state import captures, collected, vocabularies
from pipelines.state.captures import Row
from pipelines.state.database import Transaction
from pipelines.steps import refused
from pipelines.steps.captured import Known
from pipelines.steps.refused import CONNECTION, Failure
from pipelines.steps.weave import Woven, weave
from trace_core.documents.envelope import read_document
from trace_core.documents.fields import time_text
from trace_core.epcis.checks import Judged
from trace_core.epcis.gtins import gtins_of, written_forms
from trace_core.epcis.hashes import event_hash, identity
from trace_core.epcis.inward import Meaning, meaning
from trace_core.epcis.masters import Element
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.raw import Where
from trace_core.epcis.reading import XML_TYPES, read
from trace_core.epcis.terms import named_in, terms
from trace_core.epcis.things import Ground, gtin14
from trace_core.epcis.writing import event_json
from trace_core.errors import Rejected
from trace_core.store.take import Provenance

MOST_ATTEMPTS = 5
"""How often a document may end a process before it is given up."""
Told = dict[str, Any]
Begin = Callable[[], AbstractContextManager[Transaction]]


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
    beyond = {one.where for one in found.elements if row.plants and ground.plant_at(one.id) not in {None, *row.plants}}
    failures += [Failure(-1, "security", f"{where} is of a plant that this key is not allowed") for where in sorted(beyond)]
    again = True
    while again:
        attempt = _Attempt(row, ground, now(), failures)
        attempt.elements = [one for one in found.elements if one.where not in beyond]
        try:
            attempt.run(found.events, begin)
            again = False
        except _Undone:
            failures += attempt.fresh
            again = row.behaviour == "proceed"
            if not again:
                with begin() as connection:
                    captures.finish_job(connection, job, captured=0, errors=_told(failures), now=now())


def _told(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    return [failure.as_json() for failure in sorted(failures, key=lambda one: one.event)]


class _Attempt:
    """One transaction for the events that did not fail before; undone when others fail now, or when it is all or nothing."""

    def __init__(self, job: Any, ground: Ground, now: datetime, failures: Sequence[Failure]) -> None:
        self.job = job
        self.ground = ground
        self.now = now
        self.failures = failures
        self.fresh: list[Failure] = []
        self.elements: Sequence[Element] = ()

    def run(self, events: Sequence[Judged], begin: Begin) -> None:
        """Take in the events and finish the job."""
        with begin() as connection:
            captures.one_at_a_time(connection)
            done = self._take(connection, events)
            vocabularies.put(connection, self.elements, job=self.job.id, now=self.now)
            if self.fresh or (self.failures and self.job.behaviour == "rollback"):
                raise _Undone
            refused.put_away(connection, self.job, events, self.failures, self.ground, now=self.now)
            captures.finish_job(connection, self.job.id, captured=done, errors=_told(self.failures), now=self.now)

    def _take(self, connection: Transaction, events: Sequence[Judged]) -> int:
        """How many events are held afterwards, those held before included."""
        left_out = {failure.event for failure in self.failures}
        wanted = [(at, one) for at, one in enumerate(events) if one.event is not None and at not in left_out]
        self.ground = with_items(connection, self.ground, (one.event for _, one in wanted if one.event))
        taken = [one for at, judged in wanted if (one := self._meant(at, judged))]
        contents, ids = {one.content for one in taken}, {one.event.event_id for one in taken if one.event.event_id}
        before = captures.held(connection, contents, ids)
        known = Known(before)
        others = [one for row in before if row.content not in contents for one in read(row.body.encode(), "application/ld+json").events]
        if others:
            everything = (*others, *(judged for _, judged in wanted))
            self.ground = with_items(connection, self.ground, [one.event for one in everything if one.event])
        rows: list[Row] = []
        named: list[tuple[str, str, str]] = []
        origins: list[tuple[Taken, Told]] = []
        for one in taken:
            again = known.seen(one.identity) is not None
            withdrawn = list(_withdrawn(one, known, self.ground))
            if self._allowed(one, known, withdrawn, again=again):
                origins += [(one, told) for told in (*(() if again else one.meaning.documents), *withdrawn)]
                if not again:
                    rows.append(_row(one, self.job.id, self.now))
                    named += [(sort, uri, one.meaning.plant or "") for sort, uri in named_in(one.event)]
                known.add(one.identity, one.content, one.event)
        self._weave(connection, origins)
        captures.put_events(connection, [known.named(row) for row in rows])
        collected.put(connection, named)
        captures.known_also_as(connection, known.renamed())
        refused.taken(connection, {(one.event.type, one.content) for one in taken})
        return len(taken)

    def _meant(self, at: int, judged: Judged) -> Taken | None:
        if judged.event is None:
            return None
        try:
            found = meaning(judged.event, self.ground)
        except Rejected as fault:
            where = Where(judged.where, xml=self.job.media_type in XML_TYPES)
            problems = tuple(replace(problem, path=where.at(*_parts(problem.path))) for problem in fault.problems)
            self.fresh.append(Failure(at, "validation", fault.message, problems))
            return None
        if self.job.plants and found.plant not in self.job.plants:
            said = f"this key is limited to {', '.join(self.job.plants)}; the event is of {found.plant or 'no plant'}"
            self.fresh.append(Failure(at, "security", said))
            return None
        return Taken(at, judged.event, identity(judged.event), found, judged.prefixes)

    def _allowed(self, one: Taken, known: Known, withdrawn: Sequence[Told], *, again: bool) -> bool:
        """Whether the eventID is free for this content, and what it takes back is of plants that the sender may tell of."""
        if not again and known.conflicts(one.content, one.event):
            self.fresh.append(Failure(one.at, "exists", f"eventID {one.event.event_id} is another event already"))
            return False
        if self.job.plants and any(told["plant"] not in self.job.plants for told in withdrawn):
            said = f"eventID {one.event.event_id} is an event of a plant that this key is not allowed"
            self.fresh.append(Failure(one.at, "security", said))
            return False
        return True

    def _weave(self, connection: Transaction, origins: Sequence[tuple[Taken, Told]]) -> None:
        woven: list[Woven] = []
        places: list[int] = []
        for one, told in origins:
            try:
                document = read_document(told)
            except Rejected as fault:
                self.fresh.append(Failure(one.at, "validation", fault.message, fault.problems))
                continue
            payload = event_json(one.event, prefixes=one.prefixes)
            woven.append(Woven(document, Provenance(CONNECTION, one.event.type, one.content), payload))
            places.append(one.at)
        self.fresh += [
            Failure(places[outcome.at], "validation", "the genealogy cannot use the event", outcome.problems)
            for outcome in weave(connection, woven, now=self.now)
            if outcome.at is not None and outcome.state == "rejected"
        ]


def _parts(path: str) -> list[str | int]:
    return [int(part) if part.isdecimal() else part for part in path.split("/")]


def _withdrawn(one: Taken, known: Known, ground: Ground) -> Iterator[dict[str, Any]]:
    """Documents taken back because of a declared error: of this event, or, by eventID alone, of the one that this declares.

    The declaration may have come before an item that gives this event another meaning, so that its own documents do not say it all.
    """
    event_id = one.event.event_id
    if one.event.error is not None and event_id is not None:
        for body in known.events_called(event_id, other_than=one.content):
            (held,) = (judged.event for judged in read(body.encode(), "application/ld+json").events)
            if held is not None:
                yield from meaning(replace(held, event_id=event_id, error=one.event.error), ground).documents
    elif one.event.error is None and (error := known.declared(event_id, one.content)) is not None:
        (declaration,) = (judged.event for judged in read(error.encode(), "application/ld+json").events)
        if declaration is not None:
            yield from meaning(replace(one.event, error=declaration.error), ground).documents


def with_items(connection: Transaction, ground: Ground, events: Iterable[EpcisEvent]) -> Ground:
    """The ground with the items that these events' GTINs are, in every plant where exactly one item has it."""
    forms = written_forms({gtin for event in events for gtin in gtins_of(event)})
    found: dict[tuple[str, str], set[str]] = {}
    for plant, item, written in captures.items_by_gtin(connection, forms):
        gtin = gtin14(written)
        if gtin is not None:
            found.setdefault((plant, gtin), set()).add(item)
    return replace(ground, items={name: next(iter(items)) for name, items in found.items() if len(items) == 1})


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
        gtins=tuple(sorted(gtins_of(event))),
        body=event_json(replace(event, event_id=None, record_time=None), prefixes=one.prefixes).decode(),
        job=job,
    )
