"""The WebAPI of U9: login, token, envelope, and data that may be a text within a text.

Source: WebAPI manual V6.0; row and data shapes as observed on live sites. All replies have HTTP status 200; the truth is in `ResCode`,
and behind ResCode 0 each row has a result of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit import exact_json
from connectors.kit.gate import Gate
from connectors.kit.http import Answer, HttpSession, Patience
from connectors.yonyou.faults import LOGIN_AGAIN, OK, RowResult, of_rescode, of_row, row_result
from connectors.yonyou.settings import U9Settings
from trace_core.errors import Misconfigured, Unreachable, Verdict

_NOISE = frozenset({"$id", "$ref", "sysState", "m_sysState"})

BAD_REQUEST = 400
"""The first status that is an error."""


class WebApi:
    """Calls to `{base}/webapi/…` on behalf of one organisation at a time."""

    def __init__(self, settings: U9Settings, gate: Gate | None = None, patience: Patience | None = None) -> None:
        self.settings = settings
        patience = patience or Patience(read=float(settings.read_timeout))
        self.http = HttpSession(patience=patience, verify=settings.verify, gate=gate)

    def token(self, organisation: str, *, refused: str = "") -> str:
        """The token of one organisation, which all workers share, or that of a new login: a second login would kill the older token.

        Errors: `Misconfigured` for what U9 does not know. Source: WebAPI manual V6.0, life of tokens.
        """
        max_age = self.settings.token_minutes * 60.0
        return self.http.gate.sessions.take(organisation, lambda: self._login(organisation), max_age=max_age, refused=refused)

    def call(self, organisation: str, operation: str, body: Any, *, writes: bool = False) -> Any:
        """`Data` of one operation such as `MODoc/Query`, parsed and without serializer noise.

        A token that U9 refuses (401, 402, 504) is renewed once, which is safe for writes too: a refused call did nothing.
        """
        token = self.token(organisation)
        told = self._post(operation, body, token, writes=writes)
        if _code(told) in LOGIN_AGAIN:
            told = self._post(operation, body, self.token(organisation, refused=token), writes=writes)
        if _code(told) != OK:
            raise of_rescode(_code(told), self._words(told), operation, writes=writes)
        return clean(told.get("Data"))

    def write(self, organisation: str, operation: str, rows: Sequence[Mapping[str, Any]]) -> list[RowResult | Verdict]:
        """The outcome of each row of a writing call, in order: its result, or the verdict on a row that failed behind ResCode 0.

        Never repeated here: U9 echoes `OtherID` and drops no duplicates. Without one outcome per row the call's outcome is unknown.
        """
        answer = self.call(organisation, operation, list(rows), writes=True)
        results = [row_result(row) for row in answer] if isinstance(answer, list) else []
        if len(results) != len(rows) or None in results:
            raise Unreachable(f"{operation}: U9 did not answer for every row; look the documents up first", code="rows", sent=True)
        return [r if r.ok else of_row(r, f"row {n} of {operation}") for n, r in enumerate(results, 1) if r is not None]

    def _login(self, organisation: str) -> str:
        set_up = self.settings
        asked = {
            "clientid": set_up.client_id,
            "clientsecret": set_up.client_secret,
            "entCode": set_up.enterprise,
            "userCode": set_up.user,
            "orgCode": organisation,
            "language": set_up.language,
        }
        try:
            answer = self.http.send("GET", f"{set_up.base}/OAuth2/AuthLogin", endpoint="AuthLogin", params=asked)
        except Verdict as fault:
            fault.__cause__ = fault.__context__ = None  # the cause carries the address with the secret in it
            raise
        told = self._envelope(answer, "AuthLogin")
        if _code(told) != OK:
            raise of_rescode(_code(told), self._words(told), f"the login for organisation {organisation}")
        if not isinstance(told.get("Data"), str) or not told["Data"]:
            raise Misconfigured(f"the login for organisation {organisation} brought no token", code="no_token")
        return str(told["Data"])

    def _post(self, operation: str, body: Any, token: str, *, writes: bool) -> Mapping[str, Any]:
        headers = {"token": token, "Content-Type": "application/json; charset=utf-8"}
        sent = exact_json.dumps(body)
        answer = self.http.send("POST", f"{self.settings.base}/{operation}", endpoint=operation, writes=writes, headers=headers, data=sent)
        return self._envelope(answer, operation, writes=writes)

    def _envelope(self, answer: Answer, what: str, *, writes: bool = False) -> Mapping[str, Any]:
        host = self.settings.base
        try:
            told = exact_json.loads(answer.content)
        except ValueError:
            told = None
        if isinstance(told, Mapping) and "ResCode" in told:
            return told
        if answer.status_code >= BAD_REQUEST:
            raise Misconfigured(f"{host} answered {what} with HTTP {answer.status_code}: check `url` and `path`", code="not_u9")
        raise Unreachable(f"{host} answered {what} with a page instead of U9's envelope: a proxy, or a restart", code="page", sent=writes)

    def _words(self, told: Mapping[str, Any]) -> str:
        words = str(told.get("ResMsg") or told.get("Exception") or "").strip()
        return words.replace(self.settings.client_secret, "***")[:300]

    def close(self) -> None:
        """Give the sockets back; the token stays valid for others in this process."""
        self.http.close()


def clean(value: Any) -> Any:
    """`Data` as values: a JSON text is parsed again, serializer noise (`$id`, `$ref`, `sysState`) is dropped at every level."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return _without_noise(exact_json.loads(value))
        except ValueError:
            return value
    return _without_noise(value)


def _without_noise(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_noise(inner) for name, inner in value.items() if name not in _NOISE}
    if isinstance(value, list):
        return [_without_noise(inner) for inner in value]
    return value


def _code(told: Mapping[str, Any]) -> int:
    code = str(told.get("ResCode", ""))
    return int(code) if code.lstrip("-").isdigit() else -1
