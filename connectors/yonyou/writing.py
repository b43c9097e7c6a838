"""Results into U9: descriptive segments of a lot or of an order, or a document of its own.

U9 knows no idempotency: the look-up before each write is what keeps a repeat from writing twice, and the one after it says whether U9 kept
what it took. The WebAPI changes neither lots nor orders, so segments go over `Do` services of the tenant's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kit import exact_json
from connectors.kit.contract import PushRequest, RawDocument, Receipt
from connectors.yonyou.bodies import Organisation
from connectors.yonyou.segments import FIELD, differing, held_in, segments_of, told
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.sql import Row
from connectors.yonyou.trace_documents import TraceDocuments
from trace_core.errors import Misconfigured, Rejected

TARGETS: Mapping[str, str] = {"lot": "LotMaster", "order": "MODoc"}
"""Setting `write_target` → the kind whose segments are written."""
MASTERS = frozenset({"Organization", "UOM", "ItemMaster", "Supplier", "Customer", "BOM", "Routing"})
"""Kinds that no result is about: their segments are their own."""
Look = Callable[[str, str], tuple[Organisation, RawDocument]]
"""Finds a document by kind and key, and whose it is. Errors: `Rejected` when there is none."""


class Writer:
    """Pushes of one connection."""

    def __init__(self, settings: U9Settings, look: Look) -> None:
        self._settings, self._look = settings, look
        self._documents = TraceDocuments(settings) if settings.write_target == "document" else None

    def push(self, request: PushRequest) -> Receipt:
        """Write the fields of a request. Errors: the client's; `Misconfigured` where setting and outward mapping do not fit."""
        segments = segments_of(request.fields, self._settings.writable_segments)
        if self._documents is not None:
            organisation, about = self._look(request.kind, request.key)
            return self._documents.put(organisation, request, f"{about.kind}/{about.key}", segments)
        wanted = TARGETS[self._settings.write_target]
        if request.kind != wanted:
            said = f"write_target = {self._settings.write_target} writes {wanted}, but the outward mapping's target is {request.kind}"
            raise Misconfigured(f"{said}: change one of the two", code="write_target")
        return self._written(request, segments)

    def shown(self, organisation: Organisation, document: RawDocument) -> RawDocument:
        """A document that was read, with the segments of the newest result about it where results are documents of their own."""
        if self._documents is None or document.kind in MASTERS:
            return document
        held = self._documents.held(organisation, f"{document.kind}/{document.key}")
        body = exact_json.loads(document.payload)
        if FIELD not in body and not any(held.values()):
            return document
        flex = dict(body.get(FIELD) or {}) | {told(name): text for name, text in held.items()}
        return document._replace(payload=exact_json.dumps(body | {FIELD: flex}))

    def _written(self, request: PushRequest, segments: Mapping[str, str]) -> Receipt:
        organisation, before = self._looked_up(request)
        number = _number(before)
        if not differing(held_in(before, segments), segments):
            return Receipt(request.kind, request.key, number, datetime.now(UTC), ("held already, nothing was written",))
        organisation.write_segments(request.kind, before, {told(name): text for name, text in segments.items()})
        _, after = self._looked_up(request)
        if cut := differing(held_in(after, segments), segments):
            said = f"U9 took the write to {request.kind} {number}, but reads back differently"
            raise Rejected(f"{said}: {', '.join(cut)}", code="read_back")
        return Receipt(request.kind, request.key, number, datetime.now(UTC))

    def _looked_up(self, request: PushRequest) -> tuple[Organisation, Row]:
        organisation, found = self._look(request.kind, request.key)
        body: dict[str, Any] = exact_json.loads(found.payload)
        if body.get("ErrorMsg"):
            raise Rejected(f"U9 will not hand over {request.kind} {request.key}: {body['ErrorMsg']}", code="refused")
        return organisation, body


def _number(document: Mapping[str, Any]) -> str:
    return str(document.get("m_docNo") or f"{document.get('m_itemCode')}/{document.get('m_lotCode')}")
