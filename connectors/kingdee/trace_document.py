"""A result as a document of the customer's own form: found by number, created, submitted, audited; each step can be taken up again.

The number comes from the idempotency key, so that a repeat finds what an earlier try made. Source: states and refusals by the WebAPI manual
V6.0 (Z draft, A created, B in approval, C audited, D to re-audit); the platform itself knows no idempotency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kingdee.calls import Calls
from connectors.kingdee.reading import quoted
from connectors.kit.contract import PushRequest, Receipt
from trace_core.errors import Rejected

ENOUGH: Mapping[str, str] = {"draft": "ZABCD", "save": "ABCD", "submit": "BC", "audit": "C"}
"""Setting `finish` → the states in which nothing is left to do."""
LONGEST = 30
"""Characters of a bill number that every version takes."""


class TraceDocuments:
    """Documents of one form. `settings` are typed."""

    def __init__(self, calls: Calls, settings: Mapping[str, Any]) -> None:
        self.calls = calls
        self.form = str(settings["trace_form"])
        self.number = str(settings["trace_number"])
        self.link = str(settings["trace_link"])
        self.prefix = str(settings["trace_prefix"])
        self.finish = str(settings["finish"])

    def put(self, request: PushRequest) -> Receipt:
        """Bring the document of this request to the state that `finish` names. Errors: the client's; every step is safe to repeat."""
        number = (self.prefix + request.idempotency_key)[:LONGEST]
        state = self.state(number)
        if not state:
            self._create(number, request)
            state = self.state(number)
        if state not in ENOUGH[self.finish]:
            state = self._onward(number, state)
        if state not in ENOUGH[self.finish]:
            raise Rejected(f"{self.form} {number} stays in state {state or 'none'} although Kingdee reported success", code="state")
        return Receipt(self.form, number, number, datetime.now(UTC))

    def _create(self, number: str, request: PushRequest) -> None:
        """Create it, unless another try was quicker."""
        model = {self.number: number, self.link: source(request.kind, request.key), **request.fields}
        try:
            self.calls.save(self.form, model, draft=self.finish == "draft").only()
        except Rejected:
            if not self.state(number):
                raise

    def _onward(self, number: str, state: str) -> str:
        if state == "Z":  # a draft becomes a document by being saved under its number
            self.calls.save(self.form, {"FID": self._id(number), self.number: number}, fields=[self.number]).only()
            state = "A"
        if state in "AD" and self.finish in {"submit", "audit"}:
            self.calls.submit(self.form, [number]).only()
            state = "B"
        if state == "B" and self.finish == "audit":
            self.calls.audit(self.form, [number]).only()
        return self.state(number)

    def state(self, number: str) -> str:
        """The document's state; empty when there is none of this number."""
        rows = self._rows(f"{self.number}='{quoted(number)}'", "FDocumentStatus")
        return str(rows[0][1] or "").strip() if rows else ""

    def _id(self, number: str) -> Any:
        return self._rows(f"{self.number}='{quoted(number)}'", "FDocumentStatus")[0][0]

    def held(self, kind: str, key: str, fields: tuple[str, ...]) -> dict[str, str]:
        """What the newest finished document about this one says in `fields`; empty where there is none."""
        states = ",".join(f"'{state}'" for state in ENOUGH[self.finish])
        where = f"{self.link}='{quoted(source(kind, key))}' and FDocumentStatus in ({states})"
        rows = self._rows(where, *fields)
        return {name: str(value or "").strip() for name, value in zip(fields, rows[0][1:], strict=True)} if rows else {}

    def _rows(self, where: str, *fields: str) -> list[list[Any]]:
        """The newest document of which `where` holds: its id and the fields."""
        told = {"FormId": self.form, "FieldKeys": ",".join(("FID", *fields)), "FilterString": where, "OrderString": "FID DESC"}
        found = self.calls.client.call(
            "ExecuteBillQuery", {"data": told | {"TopRowCount": 0, "StartRow": 0, "Limit": 1, "SubSystemId": ""}}
        )
        return found if isinstance(found, list) else []


def source(kind: str, key: str) -> str:
    """What the result is about, as the link field says it."""
    return f"{kind}/{key}"
