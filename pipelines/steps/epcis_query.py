"""Answering EPCIS queries: captured events and our own in one order, a page at a time, in bounded memory.

Source: EPCIS 2.0, sections 8.2.7 and 12.5 (paging).
"""

from __future__ import annotations

import heapq
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from pipelines.state import captures, epcis_log, own_hashes
from pipelines.state.database import Transaction
from pipelines.state.epcis_log import Asked, Edge
from pipelines.steps.epcis_masters import resolved
from pipelines.steps.epcis_place import Place, key_of, read_token, write_token
from trace_core import touches as key
from trace_core.documents.envelope import Document
from trace_core.epcis import keys
from trace_core.epcis.gtins import written_forms
from trace_core.epcis.hashes import digest
from trace_core.epcis.matching import Fulfils, compiled
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.offers import offered
from trace_core.epcis.outward import epcis_of
from trace_core.epcis.queries import Query
from trace_core.epcis.reading import read
from trace_core.epcis.terms import asked_ids, narrowed
from trace_core.epcis.things import Ground, gtin14
from trace_core.errors import Problem, Rejected
from trace_core.events import event_of, named_things
from trace_core.identifiers import ThingId, parse_thing
from trace_core.store.view import StoreView

_FIRST, _LAST = -1, 2**63 - 1
_OWN, _CAPTURED = 1, 0


@dataclass(frozen=True, slots=True)
class Found:
    """An event of an answer, with its place in the order."""

    event: EpcisEvent
    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order of the query, and the token of the next page, None on the last."""

    events: tuple[EpcisEvent, ...]
    next: str | None


class TooLarge(Exception):
    """More events fulfil the query than `maxEventCount` allows."""


def page(connection: Transaction, query: Query, *, ground: Ground, plants: Sequence[str], size: int, token: str | None = None) -> Page:
    """One page of the answer, as whoever is limited to `plants` (empty: none) may see it.

    Errors: `Rejected` for a token that is none of ours; `TooLarge`, on the first page; `TooComplex`.
    """
    query, (place, taken) = resolved(connection, query), read_token(token)
    if not all(condition.values for condition in query.conditions):
        return Page((), None)
    if place is not None and bool(place.key) != (query.by_field is not None):
        raise Rejected("no page", code="token", problems=[Problem("nextPageToken", "is of a query with another orderBy")])
    if query.most is not None and token is None:
        everything = _found(connection, query, ground, plants, None)
        if sum(1 for _ in islice(everything, query.most + 1)) > query.most:
            raise TooLarge("more events fulfil the query than maxEventCount allows")
    left = size if query.limit is None else min(size, query.limit - taken)
    read_on = _found if query.by_field is None else partial(_by_field, most=left + 1)
    events = list(islice(read_on(connection, query, ground, plants, place), left + 1))
    more = len(events) > left and (query.limit is None or taken + left < query.limit)
    events = events[:left]
    return Page(tuple(one.event for one in events), write_token(events[-1].place, taken + left) if more and events else None)


def _found(connection: Transaction, query: Query, ground: Ground, plants: Sequence[str], place: Place | None) -> Iterator[Found]:
    asked, accept = _asked(connection, query, ground, plants), compiled(query)
    theirs = _captured(connection, accept, asked, _edge(place, _CAPTURED, descending=query.descending))
    ours = _own(connection, query, accept, asked, ground, _edge(place, _OWN, descending=query.descending))
    return heapq.merge(theirs, ours, key=lambda one: one.place, reverse=query.descending)


def _by_field(
    connection: Transaction, query: Query, ground: Ground, plants: Sequence[str], place: Place | None, *, most: int
) -> list[Found]:
    """The first events beyond a place in the order of an extension field: all that fulfil the query are read, and these kept."""
    everything = _found(connection, query, ground, plants, None)
    beyond = operator.lt if query.descending else operator.gt
    keyed = (replace(one, place=replace(one.place, key=key_of(one.event, query))) for one in everything)
    left = (one for one in keyed if place is None or beyond(one.place, place))
    return (heapq.nlargest if query.descending else heapq.nsmallest)(most, left, key=lambda one: one.place)


def _asked(connection: Transaction, query: Query, ground: Ground, plants: Sequence[str]) -> Asked:
    first = {name: (query.values(name) or (None,))[0] for name in ("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime")}
    return Asked(
        plants=plants,
        by_record_time=query.by_record_time,
        descending=query.descending,
        event_from=first["GE_eventTime"],
        event_to=first["LT_eventTime"],
        record_from=first["GE_recordTime"],
        record_to=first["LT_recordTime"],
        types=query.values("eventType") or (),
        actions=query.values("EQ_action") or (),
        steps=query.values("EQ_bizStep") or (),
        dispositions=query.values("EQ_disposition") or (),
        ids=query.values("EQ_eventID") or (),
        groups=narrowed(query),
        numbers=[[key.by_number(number) for uri in group for number in _numbers(uri, ground)] for group in asked_ids(query)],
        own_types=_offered(query, ground),
        own_plants=_under(query, ground, "plant", "EQ_readPoint", "WD_readPoint") or (),
        own_partners=_under(query, ground, "party", "EQ_source", "EQ_destination") or (),
        own_documents=_documents(connection, query, ground),
    )


def _offered(query: Query, ground: Ground) -> list[str]:
    """Types of our events that may fulfil the query; none where it asks for places, partners or transformations of others."""
    asked = (("plant", "EQ_readPoint", "WD_readPoint"), ("party", "EQ_source", "EQ_destination"), ("transformation", "EQ_transformationID"))
    elsewhere = any(_under(query, ground, *one) == [] for one in asked)
    return [] if elsewhere else offered(query)


def _under(query: Query, ground: Ground, sort: str, *names: str) -> list[str] | None:
    """The last parts of asked values under the base, of the first of these parameters; None when none was given."""
    given = next((values for name in names if (values := query.values(name)) is not None), None)
    if given is None:
        return None
    return [parts[-1] for uri in given if (parts := ground.own_parts(uri, sort))]


def _numbers(uri: str, ground: Ground) -> Iterator[str]:
    """Numbers of things, orders and shipments that an identifier may be in our own documents, whatever the plant."""
    if uri.startswith(f"{ground.base}thing/"):
        thing = parse_thing(uri[len(ground.base) + len("thing/") :])
        yield from [thing.number] if thing else []
        return
    gs1 = keys.key_of(uri)
    if gs1 is not None:
        yield gs1.qualifier or gs1.value
    for sort in ("order", "shipment", "transformation"):
        yield ground.number_of(uri, sort)
    thing = ground.thing_at(uri, "-", instance=True)
    yield from [thing.number] if thing else []


def _documents(connection: Transaction, query: Query, ground: Ground) -> list[int] | None:
    """Our documents that a query by eventID asks for, by their own or by their hash; None for any."""
    ids = query.values("EQ_eventID")
    if ids is None:
        return None
    parts = [ground.own_parts(uri, "event") for uri in ids]
    names = [(plant, kind, name) for one in parts if one and len(one) == _NAME_PARTS for plant, kind, name, _ in [one]]
    return sorted({*epcis_log.ids_of(connection, names), *_hashed(connection, query)})


def _hashed(connection: Transaction, query: Query) -> dict[int, set[str]]:
    """Our documents known under the hashes that a query asks for, with these."""
    asked = {hash_: one for one in query.values("EQ_eventID") or () if (hash_ := digest(one))}
    found: dict[int, set[str]] = {}
    for row in own_hashes.documents(connection, asked) if asked else ():
        found.setdefault(row.document_id, set()).add(asked[bytes(row.hash)])
    return found


_NAME_PARTS = 4


def _edge(place: Place | None, source: int, *, descending: bool) -> Edge | None:
    """Where one source goes on after an event of either: at equal times captured events come before our own."""
    if place is None:
        return None
    if place.source == source:
        return Edge(place.at, place.id)
    comes_later = (source > place.source) != descending
    return Edge(place.at, (_FIRST if comes_later else _LAST) if not descending else (_LAST if comes_later else _FIRST))


def _captured(connection: Transaction, accept: Fulfils, asked: Asked, edge: Edge | None) -> Iterator[Found]:
    for row in epcis_log.captured(connection, asked, edge):
        (judged,) = read(row.body.encode(), "application/ld+json").events
        if judged.event is None:
            raise AssertionError(f"captured event {row.id} does not read back: {judged.problems}")
        event = replace(judged.event, event_id=row.event_id, record_time=row.record_time)
        if accept(event, row.aliases):
            yield Found(event, Place((), row.at, _CAPTURED, row.id))


def _own(connection: Transaction, query: Query, accept: Fulfils, asked: Asked, ground: Ground, edge: Edge | None) -> Iterator[Found]:
    if not asked.own_types or asked.own_documents == []:
        return
    hashed = _hashed(connection, query)
    rows = epcis_log.own(connection, asked, edge)
    while piece := list(islice(rows, epcis_log.PIECE)):
        here = with_gtins(connection, ground, [document for _, _, document in piece])
        for at, id_, document in piece:
            event = epcis_of(document, here)
            if event is not None and accept(event, {event.event_id or "", *hashed.get(id_, ())}):
                yield Found(event, Place((), at, _OWN, id_))


def with_gtins(connection: Transaction, ground: Ground, documents: Sequence[Document]) -> Ground:
    """The ground with the GTINs of the items that these documents name, where no other item of the plant has the same."""
    events = [event for document in documents if (event := event_of(document))]
    return naming(connection, ground, {thing for event in events for thing in named_things(event)})


def naming(connection: Transaction, ground: Ground, things: Iterable[ThingId]) -> Ground:
    """The ground with the GTINs of the items of these things, where no other item of the plant has the same."""
    wanted = {(str(thing.plant), str(thing.item)) for thing in things if thing.item}
    masters = StoreView(connection).find([key.by_item(*name) for name in wanted])
    gtins = {
        (one.plant, str(one.body["item"])): gtin
        for one in masters
        if one.kind == "item" and "global_item" in one.body and (gtin := gtin14(str(one.body["global_item"])))
    }
    found: dict[tuple[str, str], set[str]] = {}
    for plant, item, written in captures.items_by_gtin(connection, written_forms(gtins.values())):
        found.setdefault((plant, gtin14(written) or written), set()).add(item)
    return replace(ground, gtins=gtins, items={name: next(iter(items)) for name, items in found.items() if len(items) == 1})
