"""The tenant's `Do` services: lots read, segments of lots and orders written, results created, because the WebAPI can do none of it.

They are custom ones of the usual shape (names inferred, settings `lot_query_service`, `lot_modify_service`, `order_modify_service`,
`document_service`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.http import HttpSession
from connectors.kit.soap import WsdlFiles
from connectors.yonyou.faults import of_row, row_result
from connectors.yonyou.segments import FIELD
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.soap import DoService, context_values
from trace_core.errors import Unreachable


@dataclass
class LotService:
    """The services of one connection, loaded on first use."""

    settings: U9Settings
    http: HttpSession
    _loaded: dict[str, DoService] = field(default_factory=dict)

    def service(self, interface: str) -> DoService:
        """The service of that interface, its WSDL loaded once."""
        if interface not in self._loaded:
            set_up = self.settings
            self._loaded[interface] = DoService(set_up.services, interface, self.http, addressing=set_up.soap_addressing)
        return self._loaded[interface]

    def load(self, interface: str) -> DoService:
        """The service as its server describes it at this moment, whatever was loaded before; for the connection test."""
        set_up = self.settings
        return DoService(set_up.services, interface, self.http, addressing=set_up.soap_addressing, files=WsdlFiles())

    def context(self, org_id: int, user_id: int) -> dict[str, str | int]:
        """The context of a call for one organisation."""
        set_up = self.settings
        return context_values(org_id=org_id, user_id=user_id, enterprise=set_up.enterprise, language=set_up.language)

    def by_ids(self, ids: Sequence[int], org_id: int, user_id: int) -> list[dict[str, Any]]:
        """The lots with these IDs, as `m_` objects; one that is gone is left out."""
        keys = [{"m_iD": number} for number in ids]
        return self.service(self.settings.lot_query_service).do(self.context(org_id, user_id), keys, writes=False)

    def by_code(self, item: str, lot: str, org_id: int, user_id: int) -> list[dict[str, Any]]:
        """The lots of that item and number in the organisation: one or none."""
        keys = [{"m_itemCode": item, "m_lotCode": lot}]
        return self.service(self.settings.lot_query_service).do(self.context(org_id, user_id), keys, writes=False)

    def modify(self, kind: str, document: Mapping[str, Any], segments: Mapping[str, str], org_id: int, user_id: int) -> None:
        """Write segments of one lot or order.

        All segments that it holds are sent along, because a service may take a missing one for an empty one (inferred).
        """
        interface, names = self._modified[kind]
        held = {name: text for name, text in (document.get(FIELD) or {}).items() if text is not None}
        row = {name: document[name] for name in names if document.get(name) is not None}
        self.create(
            interface, row | {FIELD: held | dict(segments)}, f"{kind} {'/'.join(str(row.get(name)) for name in names[1:])}", org_id, user_id
        )

    def create(self, interface: str, row: Mapping[str, Any], what: str, org_id: int, user_id: int) -> None:
        """Hand one row to a writing service. Errors: U9's verdict on the row; `Unreachable` when it says nothing of it."""
        answer = self.service(interface).do(self.context(org_id, user_id), [row], writes=True)
        result = row_result(answer[0]) if answer else None
        if result is None:
            raise Unreachable(f"{interface} did not say what became of {what}; look it up first", code="rows", sent=True)
        if not result.ok:
            raise of_row(result, what)

    @property
    def _modified(self) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        """Kind → the service that writes its segments, and the names by which it knows a document."""
        return {
            "LotMaster": (self.settings.lot_modify_service, ("m_iD", "m_itemCode", "m_lotCode")),
            "MODoc": (self.settings.order_modify_service, ("m_iD", "m_docNo")),
        }
