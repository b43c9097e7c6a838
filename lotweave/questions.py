"""Questions as verbs and HTTP ask them: by the index where it can answer, else by the documents, and the answer says which it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trace_core.documents.fields import time_text
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.index.snapshot import Unusable
from trace_core.reach import Reach, by_rules, roots_of
from trace_core.store.reader import Reader
from trace_core.store.view import StoreView
from trace_core.walk import Asked


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
