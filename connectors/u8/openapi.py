"""The OpenAPI of U8+: a relay in the cloud that hands calls to a client on the customer's server.

Source: a public .NET client with tests, and public scripts. All scalars are texts. Lists take `date_begin` and `date_end` (the documents'
own day) and pages; there is no time of change. A write carries exactly one of `biz_id` (bound to U8's own key for good) and `tradeid`
(fetched for one write), and may be answered before it is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit import exact_json
from connectors.kit.gate import Gate
from connectors.kit.http import Answer, HttpSession, Patience
from connectors.u8.faults import GOOD, NOT_FOUND, is_dead_token, verdict
from connectors.u8.kinds import KindPlan, Sheet
from connectors.u8.settings import Settings
from trace_core.errors import Misconfigured, Unreachable, Verdict

Row = dict[str, Any]
BAD_REQUEST = 400
RESTARTS = 3
LIFE = 6900.0
"""Seconds after which a token is fetched anew: public clients do so five minutes before its two hours are over."""


class OpenApi:
    """One application's calls for one company."""

    def __init__(self, settings: Settings, gate: Gate | None = None) -> None:
        self.settings = settings
        self.http = HttpSession(patience=Patience(read=float(settings.timeout_seconds)), verify=settings.verify, gate=gate)

    def check(self) -> str:
        """Fetch a token; a sentence."""
        self.token()
        return f"the relay knows application {self.settings.app_key} of {self.settings.from_account}"

    def token(self, *, refused: str = "") -> str:
        """The application's token, which all workers share. Errors: `Misconfigured` for accounts or keys that the relay does not know."""
        return self.http.gate.sessions.take("token", self._fetch_token, max_age=LIFE, refused=refused)

    def pages(self, plan: KindPlan, begin: str, end: str, *, first: int = 1, count: int = -1) -> Iterator[Sheet]:
        """Pages of a list from `first` on; `begin` and `end` are days and may be empty.

        When the list has another `count` than an interrupted pull had seen, or than its first page said, it is read again from the start:
        rows come twice, none is lost. Errors: `Unreachable` when it will not hold still.
        """
        number, restarts = first, 0
        while True:
            asked = {"page_index": str(number), "rows_per_page": str(self.settings.rows_per_page)}
            asked |= {name: value for name, value in (("date_begin", begin), ("date_end", end)) if value and plan.dated}
            told = self._call("GET", f"api/{plan.listed}/batch_get", asked, none=True)
            rows, now = told.get(plan.listed) or [], int(str(told.get("row_count") or "0"))
            if number > 1 and count not in {-1, now}:
                number, count, restarts = 1, -1, restarts + 1
                if restarts > RESTARTS:
                    raise Unreachable(f"U8's list {plan.listed} changes faster than it is read", code="moving", retry_after=60.0)
                continue
            count = now
            yield Sheet(rows, number, now)
            if not rows or number >= int(str(told.get("page_count") or "0") or 0):
                return
            number += 1

    def get(self, plan: KindPlan, key: str) -> Row | None:
        """One document by its number; None when there is none."""
        told = self._call("GET", f"api/{plan.name}/get", {"id": key}, none=True)
        found = told.get(plan.name)
        return found[0] if isinstance(found, list) and found else found or None

    def add(self, plan: KindPlan, key: str, document: Row) -> str:
        """Create a document; U8's number for it, empty when U8 took it without having finished."""
        mine = {"biz_id": key} if self.settings.write_key == "biz_id" else {"tradeid": self._trade_id()}
        body = exact_json.dumps({plan.name: document})
        told = self._call("POST", f"api/{plan.name}/add", mine | {"sync": "1"}, body=body, writes=True)
        return str(told.get("id") or "")

    def _trade_id(self) -> str:
        told = self._call("GET", "system/tradeid", {}, company=False)
        return str((told.get("trade") or {}).get("id") or "")

    def _call(
        self, method: str, path: str, more: Mapping[str, str], *, body: bytes | None = None, writes: bool = False, none: bool = False,
        company: bool = True,
    ) -> Mapping[str, Any]:  # fmt: skip
        token = self.token()
        told = self._once(method, path, self._asked(more, token, company=company), body, writes=writes)
        if is_dead_token(_code(told), _words(told)):
            token = self.token(refused=token)
            told = self._once(method, path, self._asked(more, token, company=company), body, writes=writes)
        if _code(told) == GOOD:
            return told
        if none and _code(told) == NOT_FOUND:
            return {}
        fault = verdict(_code(told), self._safe(told), path, writes=writes)
        if fault.code in {"busy", "relay"}:
            self.http.gate.heard(fault)
        raise fault

    def _asked(self, more: Mapping[str, str], token: str, *, company: bool) -> Row:
        set_up = self.settings
        who = {"from_account": set_up.from_account, "app_key": set_up.app_key, "token": token}
        if company:
            who |= {"to_account": set_up.to_account} | ({"ds_sequence": set_up.ds_sequence} if set_up.ds_sequence else {})
        return who | dict(more)

    def _fetch_token(self) -> str:
        set_up = self.settings
        asked = {"from_account": set_up.from_account, "app_key": set_up.app_key, "app_secret": set_up.app_secret}
        told = self._once("GET", "system/token", asked, None, writes=False)
        token = told.get("token") or {}
        if _code(told) != GOOD or not token.get("id"):
            fault = verdict(_code(told), self._safe(told), "system/token")
            raise fault if isinstance(fault, Unreachable) else Misconfigured(f"{fault.message}; check accounts and keys", code="account")
        return str(token["id"])

    def _once(self, method: str, path: str, asked: Row, body: bytes | None, *, writes: bool) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/json"}
        try:
            url = f"{self.settings.url}/{path}"
            answer = self.http.send(method, url, endpoint=path, writes=writes, headers=headers, params=asked, data=body)
        except Verdict as fault:
            fault.__cause__ = fault.__context__ = None  # the cause carries the address with token or secret in it
            raise
        return _envelope(answer, path, writes=writes)

    def _safe(self, told: Mapping[str, Any]) -> str:
        return _words(told).replace(self.settings.app_secret, "***")[:300]

    def close(self) -> None:
        """Give the sockets back."""
        self.http.close()


def _envelope(answer: Answer, what: str, *, writes: bool) -> Mapping[str, Any]:
    try:
        told = exact_json.loads(answer.content)
    except ValueError:
        told = None
    if isinstance(told, Mapping) and "errcode" in told:
        return told
    if answer.status_code >= BAD_REQUEST:
        raise Misconfigured(f"U8's relay answered {what} with HTTP {answer.status_code}: check `url`", code="http")
    raise Unreachable(f"U8's relay answered {what} with no envelope of its own", code="page", sent=writes)


def _code(told: Mapping[str, Any]) -> str:
    return str(told.get("errcode", "")).strip()


def _words(told: Mapping[str, Any]) -> str:
    return str(told.get("errmsg") or "").strip()
