"""Lots of U9: read and written over SOAP, because the WebAPI can only create and delete them.

The two services are custom ones of the usual shape (names inferred, settings `lot_query_service` and `lot_modify_service`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.http import HttpSession
from connectors.kit.soap import WsdlFiles
from connectors.yonyou.faults import of_row, row_result
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.soap import DoService, context_values
from trace_core.errors import Rejected

_FIELD = re.compile(r"^(?:m_descFlexField\.)?(?:m_p|P)(rivateDescSeg|ubDescSeg)(\d{1,2})$")


@dataclass
class LotService:
    """Both services of one connection, loaded on first use."""

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

    def modify(self, lot: Mapping[str, Any], segments: Mapping[str, str], org_id: int, user_id: int) -> str:
        """Write segments of one lot and return U9's number for it.

        All segments the lot holds are sent along, because a service may take a missing one for an empty one (inferred).
        """
        held = {name: text for name, text in (lot.get("m_descFlexField") or {}).items() if text is not None}
        row = {name: lot[name] for name in ("m_iD", "m_itemCode", "m_lotCode") if lot.get(name) is not None}
        row["m_descFlexField"] = held | dict(segments)
        what = f"lot {lot.get('m_itemCode')}/{lot.get('m_lotCode')}"
        answer = self.service(self.settings.lot_modify_service).do(self.context(org_id, user_id), [row], writes=True)
        result = row_result(answer[0]) if answer else None
        if result is not None and not result.ok:
            raise of_row(result, what)
        return result.number if result else ""


def segments_of(fields: Mapping[str, str], writable: Sequence[str]) -> dict[str, str]:
    """Push fields as names of the SOAP object: `PrivateDescSeg1` or `m_descFlexField.m_privateDescSeg1` → `m_privateDescSeg1`.

    Errors: `Rejected` naming every field that is no segment, or none of those the connection may write.
    """
    found, wrong = {}, []
    for name, text in fields.items():
        match = _FIELD.match(name)
        plain = f"P{match[1]}{match[2]}" if match else ""
        if plain in writable:
            found[f"m_p{plain[1:]}"] = text
        else:
            wrong.append(name)
    if wrong:
        allowed = ", ".join(writable)
        raise Rejected(f"lots can be written in {allowed} only, not in {', '.join(wrong)}; see `writable_segments`", code="not_writable")
    return found
