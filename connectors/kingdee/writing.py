"""Results into Kingdee: fields of a receipt, of a lot, of an order's row, or a document of the customer's own form.

Rows are never lost: `IsDeleteEntry` is false and only the named fields are touched. The fields of audited documents must be marked
editable after audit in the designer. Nothing is ever deleted. One writer at a time for an account set is the gate's matter (`writers` of
the manifest).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kingdee.calls import Calls
from connectors.kingdee.derived import main_row
from connectors.kingdee.fields import base
from connectors.kingdee.reading import Reader, literal
from connectors.kingdee.trace_document import TraceDocuments
from connectors.kit.contract import PushRequest, Receipt
from trace_core.errors import Misconfigured, Rejected

TARGETS: Mapping[str, str] = {"receipt": "PRD_INSTOCK", "lot": "BD_BatchMainFile", "order_row": "PRD_MO"}
"""Setting `write_target` → the form whose documents are written."""


class Writer:
    """Pushes of one connection."""

    def __init__(self, reader: Reader, settings: Mapping[str, Any]) -> None:
        self.reader = reader
        self.calls = Calls(reader.client)
        self.target = str(settings["write_target"])
        self.fields = tuple(settings["trace_fields"] or ())
        self.documents = TraceDocuments(self.calls, settings) if self.target == "document" else None

    def push(self, request: PushRequest) -> Receipt:
        """Write the fields. Errors: the client's; `Misconfigured` where settings, mapping and form do not fit."""
        self._fits(request)
        if self.documents is not None:
            return self.documents.put(request)
        model, fields = self._model(request)
        done = self.calls.save(request.kind, model, fields=fields).only()
        return Receipt(request.kind, request.key, done.number, datetime.now(UTC))

    def held(self, kind: str, key: str) -> dict[str, str]:
        """What a document of the customer's form already says about this one."""
        return self.documents.held(kind, key, self.fields) if self.documents is not None else {}

    def _fits(self, request: PushRequest) -> None:
        foreign = sorted(set(request.fields) - set(self.fields))
        if foreign:
            raise Misconfigured(f"the outward mapping writes {', '.join(foreign)}, which `trace_fields` does not list", code="trace_fields")
        wanted = TARGETS.get(self.target)
        if wanted and request.kind != wanted:
            said = f"write_target = {self.target} writes {wanted}, but the outward mapping's target is {request.kind}"
            raise Misconfigured(f"{said}: change one of the two", code="write_target")
        lacking = [name for name in self.reader.left_out.get(request.kind, ()) if base(name) in {base(one) for one in request.fields}]
        if lacking and wanted:
            raise Misconfigured(f"{request.kind} has no field {', '.join(lacking)} here: make it in the designer", code="unknown_field")

    def _model(self, request: PushRequest) -> tuple[dict[str, Any], list[str]]:
        kind = self.reader.kinds[request.kind]
        identity = int(request.key) if request.key.isdigit() else request.key
        names = sorted(request.fields)
        if self.target != "order_row":
            return {kind.pk: identity, **request.fields}, names
        found = [one for batch in self.reader.whole(kind.form, lambda told: f"{told.pk}={literal(request.key)}") for one in batch]
        if not found:
            raise Rejected(f"Kingdee has no {request.kind} {request.key} any more", code="absent")
        row = main_row(found[0][kind.entity])
        if row is None:
            raise Rejected(f"{request.kind} {request.key} has several rows that it is for: which one is meant is not known", code="rows")
        return {kind.pk: identity, kind.entity: [{"FEntryID": row["FEntryID"], **request.fields}]}, [kind.entity, *names]
