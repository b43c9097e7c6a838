"""Where documents are found by what they touch: rows of (key, documents), written once a batch and read by set.

The documents of a key are ranges of ids: a batch numbers documents of one order one after the other, so that a reel which a
thousand of them use costs one range.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection

from trace_core.documents.envelope import Document
from trace_core.events import Event
from trace_core.identifiers import ThingId
from trace_core.store.batch import Batch
from trace_core.touches import PACKS, beside_things, by_naming, by_use_of_item, of_master

Column = Any
FEW = 32
"""Ids that are put into ranges one by one: making arrays of them takes longer."""
IDS = "generate_series(lower(r), upper(r) - 1)"
FOUND = f"SELECT DISTINCT {IDS} AS id FROM touch t, unnest(t.documents) r WHERE t.key = ANY(:keys)"  # noqa: S608 - of this house
"""Ids of documents that touch one of the keys; `keys` are hashes, so that very rarely one that does not is among them."""


def key_hash(key: str) -> int:
    """A key of `trace_core.touches` as a signed 64-bit number, the same on every machine."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def key_hashes(keys: Iterable[str]) -> list[int]:
    """Each key's hash, sorted, for a look-up."""
    return sorted({key_hash(key) for key in keys})


def put_postings(connection: Connection, documents: Mapping[int, Document], batch: Batch) -> None:
    """Note what new documents touch; `batch` holds their events."""
    cursor = connection.connection.cursor()
    with cursor.copy("COPY touch (key, first, documents) FROM STDIN") as copy:
        copy.write("".join(f"{key}\t{first}\t{{{ranges}}}\n" for key, first, ranges in _rows(documents, batch)))
    cursor.close()


def _rows(documents: Mapping[int, Document], batch: Batch) -> Iterator[tuple[int, int, str]]:
    """Keys with the first of their documents and the ranges of all, each key once."""
    by_key: dict[int, list[Column]] = defaultdict(list)
    by_item: dict[str, list[Column]] = defaultdict(list)
    for thing, packing, ids in _by_thing(batch):
        for key in by_naming(thing, packing=packing):
            by_key[key_hash(key)].append(ids)
        if thing.item:
            by_item[by_use_of_item(thing.plant, thing.item)].append(ids)
    for key, found in by_item.items():
        by_key[key_hash(key)] += found
    alone: dict[int, list[int]] = {}
    for key, few in _beside(documents, batch).items():
        hashed = key_hash(key)
        if hashed in by_key:
            by_key[hashed].append(np.array(few, np.int64))
        elif len(few) > FEW or hashed in alone:
            by_key[hashed] += [np.array(some, np.int64) for some in (few, alone.pop(hashed, []))]
        else:
            alone[hashed] = few
    for hashed, few in alone.items():
        yield hashed, few[0], _ranges_of_few(few)
    for hashed, found in by_key.items():
        ids = found[0] if len(found) == 1 else _together(found)
        yield hashed, int(ids[0]), ranges_of(ids)


def _together(found: list[Column]) -> Column:
    """Ascending ids out of several such lists, each once; sorting is quick where runs ascend already."""
    ids = np.sort(np.concatenate(found), kind="stable")
    return ids[np.concatenate([[True], ids[1:] != ids[:-1]])]


def _by_thing(batch: Batch) -> Iterator[tuple[ThingId, bool, Column]]:
    """Each thing that events name, apart for packing, with the ids of their documents in ascending order."""
    events = batch.occurrences()
    lots = batch.lot[batch.of] if len(batch.of) else batch.of
    things = np.concatenate([batch.thing[batch.of] if len(batch.of) else batch.of, lots[lots >= 0]])
    events = np.concatenate([events, events[lots >= 0]])
    packing = np.array([event.type in PACKS for event in batch.events], bool)
    codes = things * 2 + packing[events]
    order = np.lexsort((events, codes)) if lots.max(initial=-1) >= 0 else _stable(codes)
    groups, places = codes[order], events[order]
    again = np.concatenate([[False], (np.diff(groups) == 0) & (np.diff(places) == 0)]) if len(order) else np.zeros(0, bool)
    groups, places = groups[~again], places[~again]
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1, [len(groups)]]) if len(groups) else np.zeros(1, np.int64)
    ids = batch.ids[places]
    for start, end in pairwise(bounds.tolist()):
        place, packed = divmod(int(groups[start]), 2)
        yield batch.things[place], bool(packed), ids[start:end]


def _stable(codes: Column) -> Column:
    """The order of the codes, equal ones as they come; small numbers are sorted by counting."""
    narrow = codes.astype(np.uint16) if codes.max(initial=0) < 1 << 16 else codes
    return np.argsort(narrow, kind="stable")


def _beside(documents: Mapping[int, Document], batch: Batch) -> dict[str, list[int]]:
    """Keys that do not come from things, with ascending ids."""
    found: dict[str, list[int]] = defaultdict(list)
    stating: dict[int, Event] = dict(zip(batch.ids.tolist(), batch.events, strict=True))
    for id_ in sorted(documents):
        event = stating.get(id_)
        for key in of_master(documents[id_]) if event is None else set(beside_things(event)):
            found[key].append(id_)
    return found


def ranges_of(ids: Column) -> str:
    """Ascending ids as the inside of a PostgreSQL multirange.

    >>> ranges_of(np.array([3, 4, 5, 9]))
    '[3,6),[9,10)'
    """
    if len(ids) == 1:
        return f"[{ids[0]},{ids[0] + 1})"
    breaks = np.flatnonzero(np.diff(ids) != 1)
    firsts, lasts = ids[np.concatenate([[0], breaks + 1])].tolist(), ids[np.concatenate([breaks, [len(ids) - 1]])].tolist()
    return ",".join([f"[{first},{last + 1})" for first, last in zip(firsts, lasts, strict=True)])


def _ranges_of_few(ids: list[int]) -> str:
    """The same for so few ids that arrays would take longer."""
    if len(ids) == 1:
        return f"[{ids[0]},{ids[0] + 1})"
    ranges, first = [], 0
    for at, id_ in enumerate(ids, 1):
        if at == len(ids) or ids[at] != id_ + 1:
            ranges.append(f"[{ids[first]},{id_ + 1})")
            first = at
    return ",".join(ranges)
