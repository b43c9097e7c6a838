"""The links of one origin: of an order's pools, of a shipment's journeys, or of one document.

Every link of the genealogy has exactly one origin, so that the whole is the union over all origins and a change touches few of them.
Most documents are *plain*: their links are their inputs to their outputs, whatever others say; only the rest is derived by the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

from trace_core.direct import RENAMES
from trace_core.documents.envelope import Document
from trace_core.events import Event, Flow, event_of
from trace_core.graph import Graph
from trace_core.links import Link
from trace_core.ports import Documents

DIRECT = frozenset({"operation", "repair"}) | RENAMES
ON_ORDER = frozenset({"issue", "return", "produce", "byproduct", "operation"})


def of_order(plant: str, order: str) -> str:
    """The origin of links through the pools of an order."""
    return f"O:{quote(plant, safe='')}/{quote(order, safe='')}"


def of_shipment(shipment: str) -> str:
    """The origin of links through journeys under a shipment number."""
    return f"S:{shipment}"


def of_document(id_: int) -> str:
    """The origin of the links that one document version states by itself."""
    return f"E:{id_}"


def order_links(documents: Documents, plant: str, order: str) -> list[Link]:
    """Links into and out of the pools of an order."""
    graph = Graph(documents)
    graph.world.reach_order((plant, order))
    pools = graph.pools.flow((plant, order)).entries
    return [link for pool in pools for link in (*graph.pools.into_pool(pool), *graph.pools.out_of_pool(pool))]


def shipment_links(documents: Documents, shipment: str) -> list[Link]:
    """Links into and out of the journeys under a shipment number."""
    graph = Graph(documents)
    graph.world.reach_shipment(shipment)
    stitches = graph.journeys.stitches(shipment)
    journeys = [journey for left in stitches.pairs if (journey := stitches.partner_of(left))]
    return [link for j in journeys for link in (*graph.journeys.into_journey(j), *graph.journeys.out_of_journey(j))]


def document_links(documents: Documents, document: Document) -> list[Link]:
    """Links that the document states: of its inputs to its outputs, and of outputs to their lots."""
    event = event_of(document)
    if event is None or event.type not in DIRECT:
        return []
    graph = Graph(documents)
    holders = {flow.thing for flow in event.outputs}
    graph.reach(holders)
    found = [link for holder in sorted(holders) for link in graph.direct.into(holder)]
    found += [link for holder in sorted(holders) for link in graph.direct.out_of(holder) if _joins(event, link)]
    own = {(link.start, link.end, link.at, link.designators, link.quantity): link for link in found if link.event.source == event.source}
    return list(own.values())


def _joins(event: Event, link: Link) -> bool:
    return any(flow.thing == link.start and flow.lot == link.end for flow in event.outputs)


def is_plain(event: Event) -> bool:
    """Whether the event's links are its inputs to its outputs and its outputs to their lots, as far as the event itself tells."""
    if event.type not in DIRECT or event.removed or event.reverses:
        return False
    return all(map(plain_part, event.inputs)) and bool(event.outputs) and all(map(plain_output, event.outputs))


def plain_part(flow: Flow) -> bool:
    """Whether an input is a thing itself that surely went in, into every output."""
    return not flow.thing.is_container and not flow.into and plain_output(flow)


def plain_output(flow: Flow) -> bool:
    """Whether an output surely came out."""
    return flow.quantity is None or flow.quantity > 0


def empties(event: Event) -> bool:
    """Whether the event ends what was in its thing (ADR 0015); links alone do not tell this, so an index cannot answer about it."""
    return event.empties


@dataclass(frozen=True, slots=True)
class Origin:
    """An origin read back from its text: `sort` is O, S or E."""

    sort: str
    plant: str = ""
    order: str = ""
    shipment: str = ""
    document: int = 0


def parse_origin(text: str) -> Origin:
    """What an origin's text names."""
    sort, _, rest = text.partition(":")
    if sort == "O":
        plant, _, order = rest.partition("/")
        return Origin("O", plant=unquote(plant), order=unquote(order))
    return Origin("S", shipment=rest) if sort == "S" else Origin("E", document=int(rest))
