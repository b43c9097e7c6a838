"""What is written back: the genealogy of a lot, custom fields of the lot file, characteristics of an order.

Every call carries a `resubmitCheckKey` made of the push's idempotency key, so that the same push is the same key however often it is
tried: within an hour YonBIP answers it with the first result, later with the id or a duplicate code. What is there already is not
written. Updates carry the `pubts` that was read. Source: open platform page on idempotency; batchno/save; updateDefineCharacter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.kit.contract import PushRequest, Receipt
from connectors.yonbip.client import Gateway
from connectors.yonbip.faults import DUPLICATE
from connectors.yonbip.genealogy import Genealogy
from connectors.yonbip.kinds import KindPlan
from connectors.yonbip.rows import Row
from connectors.yonbip.settings import Settings
from trace_core.errors import Conflict, Misconfigured, Rejected

LOT, ORDER = "/yonbip/scm/batchno/save", "/yonbip/mfg/productionorder/updateDefineCharacter"
CHARACTER = "defineDts"
"""The characteristics of an order's head, as the answer of updateDefineCharacter names them."""
GENEALOGY = "genealogy"


def check_key(idempotency_key: str, part: str) -> str:
    """32 characters, the same for every attempt of one push."""
    return hashlib.sha256(f"{idempotency_key}/{part}".encode()).hexdigest()[:32]


class Writer:
    """Writes of one connection."""

    def __init__(self, gateway: Gateway, settings: Settings, plans: Mapping[str, KindPlan]) -> None:
        self._gateway, self._settings = gateway, settings
        self._genealogy = Genealogy(gateway, settings, plans["storeprorecord"])

    def genealogy_of(self, lot: Row) -> Row:
        """The lot's genealogy in the text form; nothing where the lot has none."""
        text = self._genealogy.text(lot)
        return {GENEALOGY: text} if text else {}

    def push(self, request: PushRequest, found: Row | None) -> Receipt:
        """Write the fields of one document. Errors: `Misconfigured` for a field that is not released, `Rejected` for no document."""
        self._released(request)
        if found is None:
            raise Rejected(f"YonBIP has no {request.kind} {request.key}", code="no_such_document")
        notes: list[str] = []
        write = self._order if request.kind == "productionorder" else self._lot
        number = write(request, found, notes)
        return Receipt(request.kind, request.key, number, datetime.now(UTC), tuple(notes))

    def _released(self, request: PushRequest) -> None:
        allowed = {"batchno": self._settings.lot_fields | {GENEALOGY}, "productionorder": self._settings.order_fields}.get(request.kind)
        if allowed is None:
            raise Misconfigured(
                f"{request.kind} cannot be written; YonBIP takes the trace in batchno or productionorder", code="not_writable"
            )
        if foreign := sorted(set(request.fields) - allowed):
            which = "lot_fields" if request.kind == "batchno" else "order_fields"
            raise Misconfigured(f"the outward mapping writes {', '.join(foreign)}, which `{which}` does not list", code="not_released")

    def _lot(self, request: PushRequest, lot: Row, notes: list[str]) -> str:
        number = ""
        text = request.fields.get(GENEALOGY)
        if text is not None and text != self._genealogy.text(lot):
            key = check_key(request.idempotency_key, GENEALOGY)
            number = self._once(lambda: self._genealogy.write(lot, text, key), notes)
        fields = {name: value for name, value in request.fields.items() if name != GENEALOGY and str(lot.get(name) or "") != value}
        if fields:
            told = {"id__pk": lot["id"], "product": lot.get("product_cCode"), "batchno": lot["batchno"], "pubts": lot.get("pubts")}
            told |= {name: lot[name] for name in ("producedate", "invaliddate") if lot.get(name)}
            told |= {"resubmitCheckKey": check_key(request.idempotency_key, "fields"), "_status": "Update", **fields}
            self._once(lambda: self._saved(LOT, {"key": "id__pk", "data": told}), notes)
        if not number and not fields and not notes:
            notes.append("held already, nothing was written")
        return number or f"{lot.get('product_cCode')}/{lot.get('batchno')}"

    def _order(self, request: PushRequest, order: Row, notes: list[str]) -> str:
        held = order.get(CHARACTER) or {}
        wanted = {name.removeprefix(f"{CHARACTER}."): value for name, value in request.fields.items()}
        fields = {name: value for name, value in wanted.items() if str(held.get(name) or "") != value}
        if not fields:
            notes.append("held already, nothing was written")
            return str(order.get("code", ""))
        told = {"resubmitCheckKey": check_key(request.idempotency_key, "fields"), "id": int(order["id"]), CHARACTER: fields}
        self._once(lambda: self._saved(ORDER, {"data": [told]}), notes)
        return str(order.get("code", ""))

    def _saved(self, path: str, body: Mapping[str, Any]) -> str:
        self._gateway.post(path, body, writes=True)
        return ""

    def _once(self, write: Callable[[], str], notes: list[str]) -> str:
        """The write; a duplicate means that an earlier attempt was carried out, which the read-back after a push verifies."""
        try:
            return write()
        except Conflict as fault:
            if fault.code != DUPLICATE:
                raise
            notes.append("an earlier attempt had been carried out")
            return ""
