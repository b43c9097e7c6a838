"""Calls to one account set: signed headers, or a session that all workers share; one new login when it is lost.

A write is repeated only where the server says that it did nothing (session lost). Source: WebAPI manual V6.0; SDKs 8.2.0; that a new
session may stay dead for minutes by a note of a live installation.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
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
LIFE = 1200.0
"""Seconds for which a server keeps a session that nobody uses."""
FOR_ALL = frozenset({"quota", "session"})
"""Faults in an answer that every worker should know of."""


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
        self.shelf = f"{self.mode}:{self.credential.user}"
        self.ended = ""
        self.spelling = ""

    def call(self, method: str, told: Mapping[str, Any], *, judged: bool = True) -> Any:
        """The reply of a method of the form service; `told` are its named parameters.

        Without `judged` a refusal that answers for each document is returned. Errors: the verdict of what the reply says; `Unreachable`
        while the server ends every new session at once.
        """
        try:
            return self._heard(method, told, judged=judged)
        except SessionLost:
            pass  # the server did nothing: once more with a new session
        try:
            return self._heard(method, told, judged=judged)
        except SessionLost as fault:
            said = (
                f"Kingdee ends every new session at once: {fault}; the app's authorisation may be gone after a restore of the data centre"
            )
            dead = Unreachable(said, code="session", retry_after=self.cooldown)
            self.http.gate.heard(dead)
            raise dead from fault

    def _heard(self, method: str, told: Mapping[str, Any], *, judged: bool) -> Any:
        """One call; what its answer says of the whole system is told to every worker."""
        try:
            return self._once(method, told, judged=judged)
        except Unreachable as fault:
            if fault.code in FOR_ALL:
                self.http.gate.heard(fault)
            raise

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

    def _once(self, method: str, told: Mapping[str, Any], *, judged: bool) -> Any:
        sid = "" if self.mode == "signed" else self._session()
        writes = method in WRITES
        body = self._post(f"{FORM}.{method}", told, writes=writes, sid=sid)
        try:
            return _alive(method, decode(body, sent=writes, judged=judged))
        except SessionLost:
            self.ended = sid
            raise

    def _session(self) -> str:
        """The session that all workers share, or that of a new login: a second login of the user may end the first one."""
        return self.http.gate.sessions.take(self.shelf, self.login, max_age=LIFE, refused=self.ended)

    def login(self) -> str:
        """Open a session and return its id. Errors: `Misconfigured` with the server's own words when it is refused."""
        method, told = login_call(self.mode, self.credential, self.password, self.algorithm)
        answer = decode(self._post(f"{AUTH}.{method}", {"parameters": told}, writes=False))
        cookie = self.http.session.cookies.get(SESSION)
        judge(answer, cookie=cookie)
        return str(cookie or answer["KDSVCSessionId"])

    def _post(self, service: str, told: Mapping[str, Any], *, writes: bool, sid: str = "") -> bytes:
        url = f"{self.base}/{service}.common.kdsvc"
        path = "/" + url.split("://", 1)[1].partition("/")[2]

        def signed() -> Mapping[str, str]:
            if self.mode != "signed":
                return {}
            return headers(self.credential, path, stamp=str(int(time.time())), nonce=uuid.uuid4().hex)

        self.http.session.cookies.clear()  # a call carries its own session or none: a stale one would only get in its way
        options: dict[str, Any] = {"headers": {"Content-Type": "application/json"}, "headers_now": signed, "data": dumps(told)}
        if sid:
            options["cookies"] = {SESSION: sid}
        answer = self.http.send("POST", url, endpoint=service.rpartition(".")[2], writes=writes, **options)
        if answer.status_code >= 400:  # noqa: PLR2004 - the first status that is an error
            raise Misconfigured(f"{url} answers HTTP {answer.status_code}: `url` must be the address that ends in /k3cloud/", code="http")
        return answer.content

    def close(self) -> None:
        """Close the sockets; the session stays, for other workers use it."""
        self.http.close()


def _alive(method: str, answer: Any) -> Any:
    """The answer. Errors: `SessionLost` for the empty one that View gives without a session."""
    if method == "View" and answer == {}:
        raise SessionLost("an empty answer, as View gives it without a session")
    return answer
