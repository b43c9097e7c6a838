"""A result as a document of the customer's form or a miscellaneous document: looked up by number before it is created, and read back.

The number is made of the push's key, so that a repeat finds what an earlier try made: U9 echoes `OtherID` and drops no duplicates. It is
created by the WebAPI or by a `Do` service and looked up by SQL, since no Query takes a segment. Which form, service and table: settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kit.contract import PushRequest, Receipt
from connectors.yonyou.bodies import Organisation
from connectors.yonyou.segments import FIELD, column, differing, is_segment, told
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.sql import Head, quoted
from trace_core.errors import Conflict, Rejected, Unreachable

LONGEST = 30
"""Characters of a number that every document type takes (inferred)."""


class TraceDocuments:
    """Documents of one form."""

    def __init__(self, settings: U9Settings) -> None:
        self._settings = settings
        wanted = {name: column(name) for name in settings.writable_segments}
        self.head = Head(settings.document_table, number=column(settings.document_number), columns={"DocNo": "H.DocNo", **wanted})

    def put(self, organisation: Organisation, request: PushRequest, source: str, segments: Mapping[str, str]) -> Receipt:
        """Create the document of a request, unless it is there. `source` says what it is about, as KIND/ID.

        Errors: the client's; `Conflict` when the document of that number says something else.
        """
        number = (self._settings.document_prefix + request.idempotency_key)[:LONGEST]
        held = self._held(organisation, self.head.number, number)
        if held is not None:
            if wrong := differing(held, segments):
                raise Conflict(
                    f"U9 holds {held['DocNo']} with other values: {', '.join(wrong)}; compare, and correct it there", code="other_content"
                )
            return Receipt(request.kind, request.key, held["DocNo"], datetime.now(UTC), ("held already, nothing was written",))
        self._create(organisation, number, {**segments, self._settings.document_link: source})
        made = self._held(organisation, self.head.number, number)
        if made is None:
            said = f"U9 took {number}, but {self.head.table} does not show it: check `document_table` and `document_number`"
            raise Unreachable(said, code="unfinished", retry_after=60.0, sent=True)
        if cut := differing(made, segments):
            raise Rejected(f"U9 took {made['DocNo']}, but reads back differently: {', '.join(cut)}", code="read_back")
        return Receipt(request.kind, request.key, made["DocNo"], datetime.now(UTC))

    def held(self, organisation: Organisation, source: str) -> dict[str, str]:
        """What the newest document about a source says in the writable segments; empty where there is none."""
        found = self._held(organisation, column(self._settings.document_link), source) or {}
        return {name: found.get(name, "") for name in self._settings.writable_segments}

    def _held(self, organisation: Organisation, where: str, text: str) -> dict[str, str] | None:
        row = organisation.sql.newest(self.head, organisation.id, f"{where} = {quoted(text)}")
        return None if row is None else {name: str(row.get(name) or "") for name in self.head.columns}

    def _create(self, organisation: Organisation, number: str, segments: dict[str, str]) -> None:
        """Create it, unless another try was quicker."""
        set_up = self._settings
        named = {} if is_segment(set_up.document_number) else {set_up.document_number: number}
        flex = segments if named else {**segments, set_up.document_number: number}
        body = dict(set_up.document_body)
        try:
            if set_up.document_service:
                row = body | {told(name): value for name, value in named.items()} | {FIELD: _over(body, FIELD, _told(flex))}
                organisation.create_by_service(set_up.document_service, row, number)
            else:
                row = body | {"OtherID": number, **named, "DescFlexField": _over(body, "DescFlexField", flex)}
                organisation.create(set_up.document_operation, row)
        except Rejected:
            if self._held(organisation, self.head.number, number) is None:
                raise


def _over(body: Mapping[str, Any], name: str, flex: Mapping[str, str]) -> dict[str, Any]:
    return {**(body.get(name) or {}), **flex}


def _told(flex: Mapping[str, str]) -> dict[str, str]:
    return {told(name): text for name, text in flex.items()}
