"""What was committed after a snapshot, read in the question's own database snapshot, so that no answer is ever stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core.derive import of_document, parse_origin
from trace_core.identifiers import parse_thing
from trace_core.index.build import NEVER
from trace_core.index.columns import Events, read_events
from trace_core.index.laid import BASE
from trace_core.index.overlay import Overlay
from trace_core.ports import Documents
from trace_core.store.export import copied
from trace_core.store.link_sets import derived, stale
from trace_core.store.postings import FOUND, key_hash
from trace_core.touches import by_thing

Column = Any


def catch_up(connection: Connection, documents: Documents, overlay: Overlay) -> int:
    """Bring an overlay up to the newest weaving that the connection's database snapshot sees; how many weavings that were.

    `documents` reads within the same database snapshot.
    """
    rows = connection.execute(
        text("SELECT id, events, earliest, latest, stale FROM weaving WHERE id > :after ORDER BY id"), {"after": overlay.weaving}
    ).all()
    if not rows:
        return 0
    origins = {origin: row.id for row in rows for origin in row.stale}
    replaced = {parse_origin(origin).document for origin in origins if origin.startswith("E:")}
    plain = [id_ for row in rows for id_ in row.events if id_ not in replaced]
    if replaced:
        overlay.drop(replaced)
    if plain:
        spans = [row for row in rows if row.events]
        told = {"ids": plain, "earliest": min(row.earliest for row in spans), "latest": max(row.latest for row in spans)}
        overlay.add(links_of(read_events(copied(connection, _PLAIN, told))))
    sets = _sets(connection, documents, origins)
    for origin, links in sets.items():
        overlay.replace(origin, links)
    for thing, links in _into(connection, documents, overlay, _ends(connection, sets)).items():
        overlay.rewire(thing, links)
    overlay.weaving = rows[-1].id
    return len(rows)


_PLAIN = (
    "SELECT document_id, at, inputs, outputs, lots FROM event WHERE document_id = ANY(%(ids)s) AND at BETWEEN %(earliest)s AND %(latest)s"
)
"""The span of times spares the other months."""


def links_of(events: Events) -> Column:
    """Every input to every output, every output to its lot, as rows (start, end, at, until, document)."""
    made = np.diff(events.output_ends, prepend=0)
    used = np.diff(events.input_ends, prepend=0)
    per = np.repeat(np.arange(len(events)), made * used)
    nth = np.arange(len(per)) - np.repeat(np.cumsum(made * used) - made * used, made * used)
    starts = events.inputs[(events.input_ends - used)[per] + nth // np.maximum(made[per], 1)]
    ends = events.outputs[(events.output_ends - made)[per] + nth % np.maximum(made[per], 1)]
    belong = np.flatnonzero(events.lots)
    of = np.searchsorted(events.lot_ends, belong, side="right")
    members = events.outputs[(events.output_ends - made)[of] + belong - (events.lot_ends[of] - np.diff(events.lot_ends, prepend=0)[of])]
    which = np.concatenate([per, of])
    rows = np.empty((len(which), 5), np.int64, order="F")
    rows[:, 0], rows[:, 1] = np.concatenate([starts, members]), np.concatenate([ends, events.lots[belong]])
    rows[:, 2], rows[:, 3], rows[:, 4] = events.at[which], NEVER, events.documents[which]
    return rows


def _sets(connection: Connection, documents: Documents, origins: Mapping[str, int]) -> dict[str, Column]:
    """Links of the origins: as stored where that is recent enough, else derived here."""
    if not origins:
        return {}
    statement = text("SELECT origin, weaving, starts, ends, at, until FROM link_set WHERE origin = ANY(:origins)").bindparams(
        bindparam("origins", type_=ARRAY(Text))
    )
    rows = connection.execute(statement, {"origins": list(origins)})
    found = {row.origin: _table(row.starts, row.ends, row.at, row.until) for row in rows if row.weaving >= origins[row.origin]}
    missing = {origin: number for origin, number in origins.items() if origin not in found}
    for one in derived(connection, documents, missing):
        found[one.origin] = _table(one.links.starts, one.links.ends, one.links.at, one.links.until)
    return found


def _table(*columns: Iterable[int]) -> Column:
    return np.array([list(column) for column in columns], np.int64).reshape(4, -1).T


def _ends(connection: Connection, sets: Mapping[str, Column]) -> set[int]:
    """Things that a document derived anew leads to, or led to as long as it was plain."""
    own = {parse_origin(origin).document: links for origin, links in sets.items() if origin.startswith("E:")}
    found = list(connection.execute(_OF_DOCUMENTS, {"ids": list(own)})) if own else []
    things = {thing for row in found for thing in (*row.outputs, *row.lots) if thing}
    return things | {int(end) for links in own.values() for end in links[:, 1]}


_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_OF_DOCUMENTS = text("SELECT document_id, outputs, lots FROM event WHERE document_id = ANY(:ids)").bindparams(_IDS)
_NAMES = text("SELECT id, uri FROM thing WHERE id = ANY(:ids)").bindparams(_IDS)
_NAMING = text(FOUND).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
_STILL_PLAIN = (
    "SELECT document_id, at, inputs, outputs, lots FROM event e WHERE document_id = ANY(%(ids)s) AND plain"
    " AND NOT EXISTS (SELECT FROM link_set l WHERE l.document_id = e.document_id)"
)
_DERIVED = text("SELECT starts, ends, at, until FROM link_set WHERE document_id = ANY(:ids)").bindparams(_IDS)


def _into(connection: Connection, documents: Documents, overlay: Overlay, things: set[int]) -> dict[int, Column]:
    """All links into the things but those that the overlay has already: of other documents, and out of pools and journeys."""
    if not things:
        return {}
    named = [parse_thing(row.uri) for row in connection.execute(_NAMES, {"ids": list(things)})]
    keys = [key_hash(by_thing(thing)) for thing in named if thing]
    known = {parse_origin(origin).document for origin in overlay.sets if origin.startswith("E:")} | set(overlay.events[:, 4].tolist())
    others = [row.id for row in connection.execute(_NAMING, {"keys": keys}) if row.id not in known]
    anew = derived(connection, documents, stale(connection, [of_document(id_) for id_ in others]))
    done = {parse_origin(one.origin).document for one in anew}
    others = [id_ for id_ in others if id_ not in done]
    tables = [links_of(read_events(copied(connection, _STILL_PLAIN, {"ids": others})))[:, :4]]
    tables += [_table(*row) for row in connection.execute(_DERIVED, {"ids": others})]
    tables += [_table(one.links.starts, one.links.ends, one.links.at, one.links.until) for one in anew]
    rows = np.concatenate(tables)
    return {thing: np.concatenate([rows[rows[:, 1] == thing], _out_of_inner(overlay, thing)]) for thing in things}


def _out_of_inner(overlay: Overlay, thing: int) -> Column:
    """Links of the snapshot into a thing out of pools and journeys."""
    graph = overlay.base.graph
    if thing >= graph.things:
        return np.empty((0, 4), np.int64)
    here = slice(int(graph.into.starts[thing]), int(graph.into.starts[thing + 1]))
    nodes, at = graph.into.links[here, 0].astype(np.int64), graph.times[-graph.into.links[here, 1]]
    inner = (nodes >= graph.things) & (nodes < graph.things + len(graph.inner))
    rows = np.empty((int(inner.sum()), 4), np.int64)
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = BASE + nodes[inner], thing, at[inner], NEVER
    return rows
