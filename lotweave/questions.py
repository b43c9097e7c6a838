"""Questions as verbs and HTTP ask them: by the index where it can answer, else by the documents, and the answer says which it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from trace_core.documents.fields import time_text
from trace_core.graph import Graph
from trace_core.identifiers import ThingId, parse_thing
from trace_core.index.unusable import Unusable
from trace_core.reach import Reach, by_rules, roots_of
from trace_core.store.view import StoreView
from trace_core.walk import Asked
from trace_core.whereabouts import REACHABLE, Whereabouts

if TYPE_CHECKING:  # the index is loaded by whoever asks it
    from trace_core.store.reader import Reader


@dataclass(frozen=True, slots=True)
class Served:
    """A reach with what it was asked for, who answered, and, when that was not the index, why."""

    root: ThingId
    direction: str
    asked: Asked
    reach: Reach
    served_by: str
    why: str = ""

    def as_json(self, *, things: bool) -> dict[str, Any]:
        """The answer: counts by product and, with `things`, each thing."""
        products = [_product(product, count) for product, count in self.reach.counted().items()]
        query = {"direction": self.direction, "root": self.root.uri, "at": time_text(self.asked.at), "question": self.asked.question}
        told: dict[str, Any] = {"query": query, "served_by": self.served_by}
        if self.why:
            told["why"] = self.why
        if things:
            told["things"] = [{"id": uri, "depth": depth, "since": time_text(since)} for uri, depth, since in self.reach.rows()]
        return told | {"counts": {"things": len(self.reach), "products": products}}


def _product(product: str, count: int) -> dict[str, Any]:
    plant, kind, item = product.split("/")
    return {"plant": plant, "kind": kind, "item": item, "things": count}


def reach_of(documents: StoreView, reader: Reader, root: ThingId, direction: str, asked: Asked) -> Served:
    """What a question about a thing reaches. A container stands for its contents at the asked time."""
    roots = roots_of(Graph(documents), root, asked)
    if documents.as_known_at is not None:
        why = "the index knows the present state of knowledge only"
        return Served(root, direction, asked, by_rules(documents, roots, direction, asked), "documents", why)
    try:
        return Served(root, direction, asked, reader.reach(roots, direction, asked), "index")
    except Unusable as fault:
        return Served(root, direction, asked, by_rules(documents, roots, direction, asked), "documents", str(fault))


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How many units a recall of a lot would reach, as of a snapshot; `states` where it was asked whether the lot still exists."""

    lot: ThingId
    units: int
    states: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the verb shows it."""
        return {"id": self.lot.uri, "units": self.units} | ({"states": list(self.states)} if self.states else {})


def what_if(home: Path, *, plant: str = "", item: str = "") -> tuple[Iterator[WhatIf], int]:
    """All lots by the units that their recall would reach, most first, and the weaving up to which that is known.

    Errors: `Unusable` when there is no snapshot, or none with closures.
    """
    from trace_core.index.closures import load_closures
    from trace_core.index.snapshot import current, load

    base = load(home)
    closures, names = load_closures(current(home)), base.names
    wanted = np.array([_fits(product, plant, item) for product in names.products], bool)
    ranked = closures.largest(len(closures.sources), wanted[names.label])
    return (WhatIf(thing, units) for number, units in ranked if (thing := parse_thing(names.of(number)))), base.weaving


def living(documents: StoreView, ranked: Iterable[WhatIf], now: datetime) -> Iterator[WhatIf]:
    """Those lots of which something is in stock or in process, walked by the documents some at a time."""
    ranked = iter(ranked)
    while piece := list(islice(ranked, LOOKED_AT)):
        graph = Graph(documents)
        graph.reach([one.lot for one in piece])
        whereabouts = Whereabouts(graph, Asked(now))
        whereabouts.look_up([one.lot for one in piece])
        for one in piece:
            states = tuple(place.state for place in whereabouts.of(one.lot))
            if REACHABLE & set(states):
                yield replace(one, states=states)


LOOKED_AT = 10
"""Lots whose whereabouts are looked at together."""


def _fits(product: str, plant: str, item: str) -> bool:
    parts = product.split("/")
    if len(parts) != 3:  # noqa: PLR2004 - PLANT/kind/ITEM; the thing without a number is nobody's
        return False
    return (not plant or parts[0] == quote(plant, safe="-._~")) and (not item or parts[2] == quote(item, safe="-._~"))
