"""EAI of U8: XML posted to the customer's own server.

Source: public EAI clients. There is no login: the sender's code chooses the account set, so the address belongs behind a firewall. There is
no paging either: a query that gives as many documents as were asked for at most was cut, and is refused aloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.kit.gate import Gate
from connectors.kit.http import HttpSession, Patience
from connectors.u8.eai_xml import documents, items, parsed, query_request, write_request
from connectors.u8.faults import verdict
from connectors.u8.kinds import KindPlan, Sheet
from connectors.u8.settings import Settings
from trace_core.errors import Misconfigured, Unreachable

Row = dict[str, Any]


class Eai:
    """One sender's documents."""

    def __init__(self, settings: Settings, gate: Gate | None = None) -> None:
        self.settings = settings
        self.http = HttpSession(patience=Patience(read=float(settings.timeout_seconds)), verify=settings.verify, gate=gate)
        self._how: dict[str, Any] = {"sender": settings.sender, "encoding": settings.eai_encoding, "max_items": settings.max_items}

    def check(self) -> str:
        """Ask for one item that does not exist; a sentence."""
        self._query("inventory", [("cInvCode", "=", "-")])
        return f"EAI at {self.settings.url} answers sender {self.settings.sender}"

    def pages(self, plan: KindPlan, begin: str, end: str, *, first: int = 1, count: int = -1) -> Iterator[Sheet]:
        """Whole documents between two days; one answer, which is cut into pages here and always told from its start."""
        days = [(plan.eai_day, ">=", begin), (plan.eai_day, "<=", end)] if plan.dated else []
        found = self._query(self._root(plan), [*self._vouch(plan), *((n, o, v) for n, o, v in days if v)])
        size = self.settings.rows_per_page
        yield from (Sheet(found[at : at + size], at // size + 1, len(found)) for at in range(0, len(found), size))

    def get(self, plan: KindPlan, key: str) -> Row | None:
        """One document by its number; None when there is none."""
        found = self._query(self._root(plan), [*self._vouch(plan), (plan.eai_key, "=", key)])
        return next((one for one in found if str(one.get(plan.key)) == key), None)

    def add(self, plan: KindPlan, key: str, document: Row) -> str:
        """Create a document; U8's key for it. Errors: what U8 says of its item; `Unreachable(sent)` for no item."""
        told = document | ({"vouchtype": plan.vouch} if plan.vouch else {})
        root = self._post(write_request(self._root(plan), told, **self._how), writes=True)
        mine = next((item for item in items(root) if item.key in {key, ""}), None)
        if mine is None:
            raise Unreachable(f"EAI did not say what became of {key}", code="items", sent=True)
        if not mine.good:
            raise verdict("item", mine.words, f"EAI {plan.root} {key}")
        return mine.number or key

    def _query(self, root: str, conditions: list[tuple[str, str, str]]) -> list[Row]:
        answer = self._post(query_request(root, conditions, **self._how), writes=False)
        failed = next((item for item in items(answer) if not item.good), None)
        if failed is not None:
            raise verdict("item", failed.words, f"EAI query of {root}")
        found = list(documents(answer, root))
        if len(found) >= self.settings.max_items:
            said = f"EAI gave {len(found)} of {root}, as many as `max_items`: the answer was cut"
            raise Misconfigured(f"{said}; raise it, or lower `recent_days`", code="max_items")
        return found

    def _post(self, body: bytes, *, writes: bool) -> Any:
        headers = {"Content-Type": f"text/xml; charset={self.settings.eai_encoding}"}
        answer = self.http.send("POST", self.settings.url, writes=writes, headers=headers, data=body)
        try:
            root = parsed(answer.content)
        except ValueError as fault:
            raise Unreachable(f"EAI at {self.settings.url} answered no XML that can be read: {fault}", code="page", sent=writes) from fault
        if root.tag != "ufinterface":
            raise Unreachable(f"EAI at {self.settings.url} answered <{root.tag}>", code="page", sent=writes)
        return root

    def _root(self, plan: KindPlan) -> str:
        if not plan.root:
            raise Misconfigured(f"{plan.name} is not read by EAI: take route = openapi, or leave the kind out in `kinds`", code="no_eai")
        return plan.root

    def _vouch(self, plan: KindPlan) -> list[tuple[str, str, str]]:
        return [("cVouchType", "=", plan.vouch)] if plan.vouch else []

    def close(self) -> None:
        """Give the sockets back."""
        self.http.close()
