"""Calls to one account set: signed headers or a session, one login at a time, one new login when the session is lost.

A write is repeated only where the server says that it did nothing (session lost, lock). Source: WebAPI manual V6.0; SDKs 8.2.0.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

from connectors.kingdee.faults import SessionLost, decode, verdict
from connectors.kingdee.signing import Credential, headers, login_sign
from connectors.kit.exact_json import dumps
from connectors.kit.gate import Gate
from connectors.kit.http import HttpSession, Patience
from trace_core.errors import Misconfigured, Unreachable

AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService"
FORM = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
GOOD_LOGIN = frozenset({1, -5})
WRITES = frozenset({"Save", "BatchSave", "Submit", "Audit", "UnAudit", "Push", "ExecuteOperation", "ExcuteOperation"})


class KingdeeClient:
    """One connection to one account set."""

    def __init__(self, settings: Mapping[str, Any], gate: Gate | None = None) -> None:
        self.mode = str(settings["mode"])
        self.base = str(settings["url"]).rstrip("/")
        if not self.base.lower().endswith("/k3cloud") and "galaxyapi" not in self.base.lower():
            self.base += "/k3cloud"
        organisation = str(settings["org_number"] or "0")
        self.credential = Credential(
            str(settings["acct_id"]),
            str(settings["user"]),
            str(settings["app_id"] or ""),
            str(settings["app_secret"] or ""),
            int(settings["lcid"]),
            organisation,
        )
        self.password = settings["password"]
        self.algorithm = str(settings["sign_algorithm"])
        patience = Patience(read=float(settings["timeout_seconds"]))
        self.http = HttpSession(patience=patience, verify=settings["ca_file"] or settings["verify_tls"], gate=gate)
        self.entered = False
        self.guard = threading.Lock()

    def call(self, method: str, told: Mapping[str, Any]) -> Any:
        """The reply of a method of the form service; `told` are its named parameters. Errors: the verdict of what the reply says."""
        try:
            return self._once(method, told)
        except SessionLost:
            self.entered = False
            self.http.session.cookies.clear()
        try:
            return self._once(method, told)
        except SessionLost as fault:
            raise Unreachable(f"Kingdee ends every new session at once: {fault}", code="session", retry_after=60) from fault

    def _once(self, method: str, told: Mapping[str, Any]) -> Any:
        if self.mode != "signed":
            self._enter()
        writes = method in WRITES
        return decode(self._post(f"{FORM}.{method}", told, writes=writes), sent=writes)

    def _enter(self) -> None:
        with self.guard:
            if not self.entered:
                self.login()
                self.entered = True

    def login(self) -> None:
        """Open a session. Errors: `Misconfigured` with the server's own words when it is refused."""
        method, told = self._login_call()
        answer = decode(self._post(f"{AUTH}.{method}", {"parameters": told}, writes=False))
        result = answer.get("LoginResultType") if isinstance(answer, dict) else None
        message = str(answer.get("Message") or "") if isinstance(answer, dict) else ""
        if result in GOOD_LOGIN and self.http.session.cookies.get("kdservice-sessionid"):
            return
        fault = verdict(message, 0)
        if isinstance(fault, (Misconfigured, Unreachable)):
            raise fault
        raise Misconfigured(f"Kingdee refuses the login (result {result}): {message or 'no reason given'}", code="login")

    def _login_call(self) -> tuple[str, list[Any]]:
        who = self.credential
        if self.mode == "password":
            return "ValidateUser", [who.acct_id, who.user, self.password, who.lcid]
        if self.mode == "sign":
            stamp = str(int(time.time()))
            return "LoginBySign", [
                who.acct_id,
                who.user,
                who.app_id,
                stamp,
                login_sign(who, stamp=stamp, algorithm=self.algorithm),
                who.lcid,
            ]
        return "LoginByAppSecret", [who.acct_id, who.user, who.app_id, who.app_secret, who.lcid]

    def _post(self, service: str, told: Mapping[str, Any], *, writes: bool) -> bytes:
        url = f"{self.base}/{service}.common.kdsvc"
        path = "/" + url.split("://", 1)[1].partition("/")[2]

        def signed() -> Mapping[str, str]:
            if self.mode != "signed":
                return {}
            return headers(self.credential, path, stamp=str(int(time.time())), nonce=uuid.uuid4().hex)

        if self.mode == "signed":
            self.http.session.cookies.clear()  # each signed call stands for itself; a stale session would only get in its way
        options: dict[str, Any] = {"headers": {"Content-Type": "application/json"}, "headers_now": signed, "data": dumps(told)}
        answer = self.http.send("POST", url, endpoint=service.rpartition(".")[2], writes=writes, **options)
        if answer.status_code >= 400:  # noqa: PLR2004 - the first status that is an error
            raise Misconfigured(f"{url} answers HTTP {answer.status_code}: `url` must be the address that ends in /k3cloud/", code="http")
        return answer.content

    def close(self) -> None:
        """Give the session back."""
        self.http.close()
