"""Calls to a tenant's gateway: data centre, token, envelope.

Source: open platform documentation. HTTP 200 says nothing: the truth is in `code`, a text or a number, and behind a good code rows of a
batch may have failed. A write is never repeated here except where the gateway refused its token, which did nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.kit import exact_json
from connectors.kit.gate import Gate
from connectors.kit.http import Answer, HttpSession, Patience
from connectors.yonbip.faults import BAD_TOKEN, GOOD, QUOTAS, code_of, failed_rows, verdict
from connectors.yonbip.settings import Settings
from connectors.yonbip.signing import signature
from trace_core.errors import Misconfigured, Unreachable, Verdict

NOT_FOUND = 404
LOOK_UP = "/open-auth/dataCenter/getGatewayAddress"
EARLY = 60
"""Seconds before its end at which a token is renewed."""
LONGEST = 7 * 86_400.0
HOUR = 3600.0


class Addresses(NamedTuple):
    """Where a tenant's data centre answers."""

    gateway: str
    token: str


class Token(NamedTuple):
    """A token, and Unix seconds until which it is good; as one text between workers."""

    until: int
    text: str

    @classmethod
    def of(cls, held: str) -> Token:
        """The token of a text between workers."""
        until, _, text = held.partition("|")
        return cls(int(until), text)

    def __str__(self) -> str:
        return f"{self.until}|{self.text}"


class Gateway:
    """One application at one tenant's data centre."""

    def __init__(self, settings: Settings, gate: Gate | None = None) -> None:
        self.settings = settings
        self.http = HttpSession(patience=Patience(read=float(settings.timeout_seconds)), verify=settings.verify, gate=gate)
        self._found: Addresses | None = None

    def addresses(self) -> Addresses:
        """Gateway and token service of the tenant, looked up once an hour for all workers. Errors: `Misconfigured` for no such tenant."""
        given = self.settings
        if given.gateway_url and given.token_url:
            return Addresses(given.gateway_url, given.token_url)
        found = self._found or self._looked_up()
        return Addresses(given.gateway_url or found.gateway, given.token_url or found.token)

    def token(self, *, refused: Token | None = None) -> Token:
        """The application's token, which all workers share; fetched anew a minute before its end, or when it was `refused`.

        Errors: `Misconfigured` for an application that is not known.
        """
        bad = str(refused) if refused else ""
        found = Token.of(self._session(bad))
        return found if found.until > time.time() + EARLY or bad else Token.of(self._session(str(found)))

    def _session(self, refused: str) -> str:
        return self.http.gate.sessions.take("token", lambda: str(self._fetch_token()), max_age=LONGEST, refused=refused)

    def get(self, path: str, **query: str) -> Any:
        """`data` of a reading call by GET."""
        return self._call("GET", path, query, None, writes=False)

    def post(self, path: str, body: Mapping[str, Any], *, writes: bool = False) -> Any:
        """`data` of a call by POST. Errors: those of `faults.verdict`; for a write also `Rejected` with every row that failed."""
        return self._call("POST", path, {}, exact_json.dumps(body), writes=writes)

    def _call(self, method: str, path: str, query: Mapping[str, str], body: bytes | None, *, writes: bool) -> Any:
        token = self.token()
        told = self._once(method, path, query, body, token, writes=writes)
        if code_of(told) in BAD_TOKEN:
            told = self._once(method, path, query, body, self.token(refused=token), writes=writes)
        data = self._good(told, path, writes=writes)
        if writes and (failed := failed_rows(data, path)):
            raise failed
        return data

    def _once(self, method: str, path: str, query: Mapping[str, str], body: bytes | None, token: Token, *, writes: bool) -> Any:
        headers, asked = {"Content-Type": "application/json; charset=UTF-8"}, dict(query)
        if self.settings.token_in == "header":  # noqa: S105 - the name of a place
            headers["access_token"] = token.text
        else:
            asked["access_token"] = token.text
        url = self.addresses().gateway + path
        answer = self._sent(method, url, endpoint=path, writes=writes, headers=headers, params=asked, data=body)
        return self._envelope(answer, path, writes=writes)

    def _looked_up(self) -> Addresses:
        where, gate = self.settings.url, self.http.gate
        if held := gate.shared.look(f"{gate.company}:addresses")[0]:
            self._found = Addresses(*exact_json.loads(held))
            return self._found
        told = self._envelope(self._sent("GET", where + LOOK_UP, params={"tenantId": self.settings.tenant}), "look-up of the data centre")
        data = told.get("data")
        if code_of(told) not in GOOD or not isinstance(data, Mapping) or not data.get("gatewayUrl"):
            said = f"{where} knows no data centre of tenant {self.settings.tenant!r}: {told.get('message', '')}"
            raise Misconfigured(f"{said}; check `tenant`", code="tenant")
        self._found = Addresses(str(data["gatewayUrl"]).rstrip("/"), str(data["tokenUrl"]).rstrip("/"))
        gate.shared.put(f"{gate.company}:addresses", exact_json.dumps(list(self._found)), HOUR)
        return self._found

    def _fetch_token(self) -> Token:
        given, asked = self.settings, {"timestamp": str(int(time.time() * 1000))}
        asked |= {"appKey": given.app_key} if given.app_kind == "self" else {"suiteKey": given.app_key, "tenantId": given.tenant}
        signed = asked | {"signature": signature(asked, given.app_secret)}
        told = self._envelope(self._sent("GET", self.addresses().token + given.token_path, params=signed), "the token request")
        if code_of(told) not in GOOD:
            fault = verdict(code_of(told), self._words(told), "the token request")
            if isinstance(fault, Unreachable | Misconfigured):
                raise fault
            raise Misconfigured(f"{fault.message}; check `app_key`, `app_secret` and this machine's clock", code="no_token")
        data = told.get("data")
        if not isinstance(data, Mapping) or not data.get("access_token"):
            raise Misconfigured("YonBIP answered the token request without a token; check `token_path`", code="no_token")
        return Token(int(time.time()) + int(str(data.get("expire") or 0)), str(data["access_token"]))

    def _sent(self, method: str, url: str, *, writes: bool = False, **options: Any) -> Answer:
        try:
            return self.http.send(method, url, writes=writes, **options)
        except Verdict as fault:
            fault.__cause__ = fault.__context__ = None  # the cause may carry the address with a signature or token in it
            raise

    def _envelope(self, answer: Answer, what: str, *, writes: bool = False) -> Mapping[str, Any]:
        try:
            told = exact_json.loads(answer.content)
        except ValueError:
            told = answer.content.decode("utf-8", errors="replace")
        if isinstance(told, Mapping) and "code" in told:
            return told
        if isinstance(told, str) and "非法token" in told:  # one API answers plain text
            return {"code": "310036", "message": told[:100]}
        if answer.status_code == NOT_FOUND:
            raise Misconfigured(f"there is no {what} here: check `gateway_url` and `token_url`", code="no_such_path")
        said = f"YonBIP answered {what} with HTTP {answer.status_code} and no envelope"
        raise Unreachable(said, code="page", sent=writes)

    def _good(self, told: Mapping[str, Any], what: str, *, writes: bool) -> Any:
        if code_of(told) not in GOOD:
            fault = verdict(code_of(told), self._words(told), what, writes=writes)
            if fault.code in QUOTAS:
                self.http.gate.heard(fault)
            raise fault
        return told.get("data")

    def _words(self, told: Mapping[str, Any]) -> str:
        return str(told.get("message") or "").strip().replace(self.settings.app_secret, "***")[:300]

    def close(self) -> None:
        """Give the sockets back; the token stays valid for others in this process."""
        self.http.close()
