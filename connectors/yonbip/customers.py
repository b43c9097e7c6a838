"""Codes of customers: deliveries name a customer by YonBIP's id alone, the list of customers says the code.

Source: API page of merchant/newlistrange (id, code; 500 rows a page by default, 5000 at most).
"""

from __future__ import annotations

from typing import Any

from connectors.yonbip.client import Gateway
from connectors.yonbip.kinds import KindPlan
from connectors.yonbip.pages import sheets
from connectors.yonbip.rows import Row

SIZE = 500
"""Customers asked for at once."""


class Customers:
    """Codes by id, kept as long as the connector: all of them read when the first is asked for, newer ones one by one."""

    def __init__(self, gateway: Gateway, plan: KindPlan) -> None:
        self._gateway, self._plan = gateway, plan
        self._codes: dict[str, str] | None = None

    def added(self, document: Row) -> Row:
        """The document with `cust_code`, where it has a customer whose code it does not say and YonBIP knows. Errors: the gateway's."""
        key = str(document.get("cust") or "")
        if not key or document.get("cust_code"):
            return document
        code = self._code(key)
        return document | {"cust_code": code} if code else document

    def _code(self, key: str) -> str:
        if self._codes is None:
            self._codes = self._read({})
        if key not in self._codes:
            self._codes[key] = (self._read({"id": int(key)}) if key.isdecimal() else {}).get(key, "")
        return self._codes[key]

    def _read(self, asked: dict[str, Any]) -> dict[str, str]:
        pages = sheets(self._gateway, self._plan, asked, size=SIZE)
        return {str(row.get("id")): str(row.get("code") or "") for sheet in pages for row in sheet.rows}
