"""The events behind a trace as EPCIS: those whose links it follows, and those by which its things came and went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pipelines.state import captures
from pipelines.state.database import Transaction
from pipelines.steps.epcis_query import with_gtins
from trace_core.documents.envelope import Document
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.outward import epcis_of
from trace_core.epcis.reading import read
from trace_core.epcis.things import OWN_PREFIX, Ground
from trace_core.epcis.writing import document_json
from trace_core.epcis.writing_xml import document_xml
from trace_core.events import event_of
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.ports import Documents
from trace_core.reach import roots_of
from trace_core.touches import by_packing, by_thing
from trace_core.walk import Asked, backward, forward

FORMS: Mapping[str, Callable[..., bytes]] = {"epcis": document_json, "epcis-xml": document_xml}
"""Name of a form → how a document is written in it."""
WHEREABOUTS = frozenset({"receive", "transfer_out", "transfer_in", "ship", "customer_return", "add", "remove"})


def trace_document(
    documents: Documents, connection: Transaction, root: ThingId, *, direction: str, asked: Asked, ground: Ground, now: datetime, form: str
) -> bytes:
    """One EPCISDocument of the events behind the answer, in the order of their times; `form` is one of `FORMS`.

    Others' events are told as they told them.
    """
    graph = Graph(documents)
    roots = roots_of(graph, root, asked)
    walked = (forward if direction == "forward" else backward)(graph, roots, asked)
    followed = {link.event.source for link in walked.links.values()}
    things = {root, *walked.things(), *(link.event.inputs[0].thing for link in walked.links.values() if link.event.inputs)}
    behind = [
        document
        for document in _about(documents, things)
        if (stated := event_of(document)) and stated.at <= asked.at and (stated.source in followed or stated.type in WHEREABOUTS)
    ]
    theirs = _told_by_others(connection, {document.key.partition("/")[0] for document in behind})
    ground = with_gtins(connection, ground, behind)
    ours = [event for one in behind if one.key.partition("/")[0] not in theirs and (event := epcis_of(one, ground))]
    events = sorted([*theirs.values(), *ours], key=lambda event: (event.at, event.event_id or ""))
    return FORMS[form](events, created=now, prefixes=OWN_PREFIX)


def _about(documents: Documents, things: Iterable[ThingId]) -> Iterable[Document]:
    """Documents that name the things, or a container that they were ever in."""
    found = {document.name: document for document in documents.find([key(thing) for thing in things for key in (by_thing, by_packing)])}
    packs = [event for document in found.values() if document.kind == "pack" and (event := event_of(document))]
    containers = {flow.thing for pack in packs for flow in pack.outputs}
    found |= {document.name: document for document in documents.find([by_thing(container) for container in containers])}
    return found.values()


def _told_by_others(connection: Transaction, contents: set[str]) -> dict[str, EpcisEvent]:
    """Captured events by the identity of their content, which is the key of their documents."""
    found: dict[str, EpcisEvent] = {}
    for row in captures.held(connection, contents, ()):
        (judged,) = read(row.body.encode(), "application/ld+json").events
        if judged.event is not None and not row.declares:
            found[row.content] = replace(judged.event, event_id=row.event_id)
    return found
