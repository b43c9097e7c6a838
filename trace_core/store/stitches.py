"""Which transfers between plants are stitched, and which wait for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from trace_core.graph import Graph
from trace_core.journeys import Stitches
from trace_core.ports import Documents


def all_stitches(connection: Connection, documents: Documents) -> Iterator[tuple[str, Stitches]]:
    """(shipment, its stitches) for every shipment that a current transfer names."""
    statement = text(
        "SELECT DISTINCT e.shipment FROM event e JOIN document d ON d.id = e.document_id"
        " WHERE d.current AND e.type IN ('transfer_out', 'transfer_in') AND e.shipment IS NOT NULL ORDER BY e.shipment"
    )
    for row in list(connection.execute(statement)):
        graph = Graph(documents)
        graph.world.reach_shipment(row.shipment)
        yield row.shipment, graph.journeys.stitches(row.shipment)


def stitch_counts(connection: Connection, documents: Documents) -> dict[str, int]:
    """How many things are stitched by themselves, and how many wait on either side."""
    found = [stitches for _, stitches in all_stitches(connection, documents)]
    return {"automatic": sum(len(one.pairs) for one in found), "waiting": sum(len(one.waiting()) for one in found)}


def waiting_stitches(connection: Connection, documents: Documents) -> list[dict[str, Any]]:
    """What waits, in the shape of `stitch list`: a thing on one side with its candidates on the other."""
    told = []
    for shipment, one in all_stitches(connection, documents):
        for thing in one.waiting():
            side = "out" if thing in one.out.moved else "in"
            candidates = [there.uri for there in one.candidates.get(thing, ())]
            confidence = round(1 / len(candidates), 2) if candidates else 0
            base = {"id": f"{shipment}|{thing.uri}", "shipment": shipment, "out": None, "in": None, "candidates": candidates}
            told.append(
                base | {side: thing.uri, "confidence": str(confidence), "evidence": ["shipment", "item"] if candidates else ["shipment"]}
            )
    return told
