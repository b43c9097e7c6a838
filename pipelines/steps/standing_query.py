"""The next events of a standing query, behind its place in the log, as whoever subscribed may see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines.state import subscription_feed as feed
from pipelines.state.database import Transaction
from pipelines.state.subscriptions import END, MOST, Place, newest
from pipelines.steps.epcis_masters import resolved
from pipelines.steps.epcis_query import with_gtins
from trace_core.epcis.hashes import event_hash
from trace_core.epcis.matching import compiled
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.outward import epcis_of
from trace_core.epcis.queries import Query
from trace_core.epcis.reading import read
from trace_core.epcis.terms import narrowed
from trace_core.epcis.things import Ground
from trace_core.store.judge import document_of

MOST_PIECES = 20
"""Pieces that are looked through at once; then others have their turn."""
MOST_CHARACTERS = 1024 * 1024
"""Of the events of one delivery as they are kept, so that a few vast ones are not sent together."""


@dataclass(slots=True)
class Batch:
    """Events to be sent, the place once they have arrived, and whether there may be more behind it."""

    place: Place
    events: list[EpcisEvent] = field(default_factory=list)
    size: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subscription stands.

    It was told what lies before `place`. What was `known` when it was made counts from the record time `since` on alone. `most` events
    come at once.
    """

    place: Place
    known: Place
    since: datetime | None
    most: int = MOST


def next_batch(connection: Transaction, at: Standing, query: Query, *, plants: Sequence[str], ground: Ground) -> Batch:
    """The next events for a subscription, at most `at.most`; none where nothing new fulfils the query. Errors: `TooComplex`."""
    upto, query = newest(connection), resolved(connection, query)
    accept = compiled(query)
    types, by_id = query.values("eventType") or (), query.values("EQ_eventID") is not None
    wanted = feed.Wanted(plants, types, narrowed(query), at.since, at.known, by_id=by_id)
    batch = Batch(at.place)
    for place, event, aliases, size in _visible(connection, batch, wanted, upto, ground):
        if event is not None and accept(event, aliases):
            if len(batch.events) >= at.most or (batch.events and batch.size + size > MOST_CHARACTERS):
                batch.more = True
                return batch
            batch.events.append(event)
            batch.size += size
        batch.place = place
    return batch


Seen = tuple[Place, EpcisEvent | None, Sequence[str], int]
"""Where one is once an event is done with, the event, what it is known under, and its size."""


def _visible(connection: Transaction, batch: Batch, wanted: feed.Wanted, upto: Place, ground: Ground) -> Iterator[Seen]:
    """Everything that became visible, piece after piece; ends early, with `more`, after enough of them."""
    for _ in range(MOST_PIECES):
        place = batch.place
        if place.event < upto.event:
            rows = feed.captured(connection, wanted, place.event, upto.event)
            yield from ((replace(place, event=row.id), _event(row), row.aliases, len(row.body)) for row in rows)
            if len(rows) < feed.PIECE:
                yield replace(place, event=upto.event), None, (), 0
        elif (place.weaving, place.document) < (upto.weaving, END):
            found, end = feed.own(connection, wanted, place, upto.weaving)
            yield from _own(connection, found, ground, hashed=wanted.by_id)
            yield end, None, (), 0
        else:
            return
    batch.more = True


def _event(row: Any) -> EpcisEvent | None:
    (judged,) = read(row.body.encode(), "application/ld+json").events
    return judged.event and replace(judged.event, event_id=row.event_id, record_time=row.record_time)


def _own(connection: Transaction, found: Sequence[tuple[Place, Any]], ground: Ground, *, hashed: bool) -> Iterator[Seen]:
    documents = [document_of(row) for _, row in found]
    here = with_gtins(connection, ground, documents) if documents else ground
    for (place, _), document in zip(found, documents, strict=True):
        event = epcis_of(document, here)
        names = (event.event_id or "", *([event_hash(event)] if hashed else ())) if event else ()
        yield place, event, names, len(document.text)
