"""Calls to one account set: signed headers or a session, one login at a time, one new login when the session is lost.

A write is repeated only where the server says that it did nothing (session lost, lock). Source: WebAPI manual V6.0; SDKs 8.2.0; that a new
session may stay dead for minutes by a note of a live installation.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from connectors.kingdee.faults import SessionLost, decode
from connectors.kingdee.login import judge, login_call
from connectors.kingdee.signing import Credential, headers
from connectors.kit.exact_json import dumps
from connectors.kit.gate import Gate
from connectors.kit.http import HttpSession, Patience
from trace_core.errors import Misconfigured, Unreachable, Verdict

AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService"
FORM = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
SPELLINGS = ("ExecuteOperation", "ExcuteOperation")
WRITES = frozenset({"Save", "Draft", "BatchSave", "Submit", "Audit", "UnAudit", "Push", *SPELLINGS})
SESSION = "kdservice-sessionid"


class KingdeeClient:
    """One connection to one account set."""

    def __init__(self, settings: Mapping[str, Any], gate: Gate | None = None) -> None:
        self.mode = str(settings["mode"])
        self.base = str(settings["url"]).rstrip("/")
        if not self.base.lower().endswith("/k3cloud") and "galaxyapi" not in self.base.lower():
            self.base += "/k3cloud"
        self.credential = Credential(
            str(settings["acct_id"]),
            str(settings["user"]),
            str(settings["app_id"] or ""),
            str(settings["app_secret"] or ""),
            int(settings["lcid"]),
            str(settings["org_number"] or "0"),
        )
        self.password = str(settings["password"] or "")
        self.algorithm = str(settings["sign_algorithm"])
        self.cooldown = float(settings["session_cooldown_seconds"])
        patience = Patience(read=float(settings["timeout_seconds"]))
        self.http = HttpSession(patience=patience, verify=settings["ca_file"] or settings["verify_tls"], gate=gate)
        self.entered = False
        self.cool_until = 0.0
        self.spelling = ""
        self.guard = threading.Lock()

    def call(self, method: str, told: Mapping[str, Any], *, judged: bool = True) -> Any:
        """The reply of a method of the form service; `told` are its named parameters.

        Without `judged` a refusal that answers for each document is returned. Errors: the verdict of what the reply says; `Unreachable`
        while the server ends every new session at once.
        """
        left = self.cool_until - time.monotonic()
        if left > 0:
            raise Unreachable("Kingdee ended two sessions in a row: waiting before the next login", code="session", retry_after=left)
        try:
            return self._once(method, told, judged=judged)
        except SessionLost:
            self._forget()
        try:
            return self._once(method, told, judged=judged)
        except SessionLost as fault:
            self._forget()
            self.cool_until = time.monotonic() + self.cooldown
            said = (
                f"Kingdee ends every new session at once: {fault}; the app's authorisation may be gone after a restore of the data centre"
            )
            raise Unreachable(said, code="session", retry_after=self.cooldown) from fault

    def operate(self, form: str, operation: str, data: Mapping[str, Any]) -> Any:
        """Carry out an operation by its number, such as `ToStart` or `Cancel`, in the spelling of the method that this server knows."""
        if not self.spelling:
            self.spelling = self._learnt()
        return self.call(self.spelling, {"formid": form, "opNumber": operation, "data": data}, judged=False)

    def _learnt(self) -> str:
        """Ask with no operation at all, which does nothing: a server that knows the method refuses, one that does not fails inside."""
        for name in SPELLINGS:
            try:
                self.call(name, {"formid": "PRD_MO", "opNumber": "", "data": {}})
            except Unreachable as fault:
                if fault.code not in {"server_fault", "unreadable", "html"}:
                    raise
            except Misconfigured as fault:
                if fault.code != "http":
                    raise
            except Verdict:
                return name
            else:
                return name
        raise Misconfigured(f"this server knows neither {' nor '.join(SPELLINGS)}", code="operations")

    def _forget(self) -> None:
        self.entered = False
        self.http.session.cookies.clear()

    def _once(self, method: str, told: Mapping[str, Any], *, judged: bool) -> Any:
        if self.mode != "signed":
            self._enter()
        writes = method in WRITES
        answer = decode(self._post(f"{FORM}.{method}", told, writes=writes), sent=writes, judged=judged)
        if method == "View" and answer == {}:
            raise SessionLost("an empty answer, as View gives it without a session")
        return answer

    def _enter(self) -> None:
        with self.guard:
            if not self.entered:
                self.login()
                self.entered = True

    def login(self) -> None:
        """Open a session. Errors: `Misconfigured` with the server's own words when it is refused."""
        method, told = login_call(self.mode, self.credential, self.password, self.algorithm)
        answer = decode(self._post(f"{AUTH}.{method}", {"parameters": told}, writes=False))
        judge(answer, cookie=self.http.session.cookies.get(SESSION))
        if isinstance(answer, dict) and not self.http.session.cookies.get(SESSION):
            self.http.session.cookies.set(SESSION, str(answer["KDSVCSessionId"]))

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
        """Give the session back; a server that does not take it lets it end by itself."""
        if self.entered:
            self.entered = False
            with suppress(Verdict):
                self._post(f"{AUTH}.Logout", {}, writes=False)
        self.http.close()
