"""The events of a batch of documents as columns: each flow once, and where it occurs.

A thousand boards name the same reels, and documents read together share the flows that are alike. What is asked of every flow of a batch is
therefore asked once, and the rest is arithmetic on columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from trace_core.derive import DIRECT, plain_output, plain_part
from trace_core.documents.envelope import Document
from trace_core.events import Event, Flow, event_of
from trace_core.identifiers import ThingId

Column = Any


@dataclass(slots=True)
class Lists:
    """The different lists of flows: list k is `of[starts[k]:starts[k + 1]]`; `held[e]` are inputs, removed and outputs of event e."""

    of: Column
    starts: Column
    held: Column

    def expanded(self) -> tuple[Column, Column]:
        """The flows of all events one after the other, and how many each list of each event has."""
        which = self.held.ravel()
        counts = np.diff(self.starts)[which]
        skipped = np.repeat(self.starts[which] - (np.cumsum(counts) - counts), counts)
        return self.of[np.arange(len(skipped)) + skipped], counts.reshape(-1, 3)


@dataclass(slots=True)
class Batch:
    """Events by document, in ascending order of document.

    The occurrences of event k are `of[starts[k]:starts[k + 1]]`, places in `flows`: inputs and removed parts, then from `made[k]` on
    outputs. `thing` and `lot` are, for each flow, places in `things`; -1 where an output belongs to no other lot. `unheard` are things
    that no event had named before, known once the batch is logged.
    """

    ids: Column
    events: list[Event]
    flows: list[Flow]
    lists: Lists
    of: Column
    starts: Column
    made: Column
    things: list[ThingId] = field(default_factory=list)
    unheard: set[ThingId] = field(default_factory=set)
    thing: Column = None
    lot: Column = None

    @classmethod
    def of_documents(cls, documents: Mapping[int, Document]) -> Batch:
        """The events that the documents state."""
        told = {id_: event for id_ in sorted(documents) if (event := event_of(documents[id_]))}
        events = list(told.values())
        flows, lists = _lists([part for event in events for part in (event.inputs, event.removed, event.outputs)])
        of, counts = lists.expanded()
        starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1))]).astype(np.int64)
        found = cls(np.array(list(told), np.int64), events, flows, lists, of, starts, starts[:-1] + counts[:, 0] + counts[:, 1])
        found.name_things()
        return found

    def name_things(self) -> None:
        """Give each thing its place."""
        places: dict[ThingId, int] = {}
        self.thing = np.array([places.setdefault(flow.thing, len(places)) for flow in self.flows], np.int64)
        lots = (flow.lot if flow.lot != flow.thing else None for flow in self.flows)
        self.lot = np.array([-1 if lot is None else places.setdefault(lot, len(places)) for lot in lots], np.int64)
        self.things = list(places)

    def __len__(self) -> int:
        """How many events."""
        return len(self.events)

    def occurrences(self) -> Column:
        """For every occurrence, the place of its event."""
        return np.repeat(np.arange(len(self.events)), np.diff(self.starts))

    def about(self, documents: Mapping[int, Document]) -> Batch:
        """The events of these documents; itself where it has the very same."""
        stating = {id_ for id_, document in documents.items() if event_of(document)}
        return self if stating == set(self.ids.tolist()) else Batch.of_documents(documents)

    def plain(self) -> Column:
        """Whether each event is plain, as `derive.is_plain` says of one."""
        outputs = np.arange(len(self.of)) >= np.repeat(self.made, np.diff(self.starts))
        as_part = np.array([plain_part(flow) for flow in self.flows], bool)
        as_output = np.array([plain_output(flow) for flow in self.flows], bool)
        odd = np.where(outputs, ~as_output[self.of], ~as_part[self.of]) if len(self.of) else np.zeros(0, bool)
        odds = np.concatenate([[0], np.cumsum(odd)])
        own = np.array([event.type in DIRECT and not event.removed and not event.reverses for event in self.events], bool)
        return own & (odds[self.starts[1:]] == odds[self.starts[:-1]]) & (self.made < self.starts[1:])


def _lists(parts: list[tuple[Flow, ...]]) -> tuple[list[Flow], Lists]:
    """The different flows of lists, and the different lists; what is alike is the very same object."""
    lists = {id(part): part for part in parts}
    places = dict(zip(lists, range(len(lists)), strict=True))
    held = np.fromiter((places[id(part)] for part in parts), np.int64, len(parts)).reshape(-1, 3)
    occurring = list(chain.from_iterable(lists.values()))
    flows = dict(zip(map(id, occurring), occurring, strict=True))
    numbers = dict(zip(flows, range(len(flows)), strict=True))
    of = np.fromiter((numbers[id(flow)] for flow in occurring), np.int64, len(occurring))
    starts = np.concatenate([[0], np.cumsum([len(part) for part in lists.values()])]).astype(np.int64)
    return list(flows.values()), Lists(of, starts, held)
