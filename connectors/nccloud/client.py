"""Calls to NC Cloud: token, signed headers, bodies at the level the token names.

Source: official page on OpenAPI, a public client that was run. A write carries `repeat_check: Y` and a `busi_id` made of the push's key; it
is repeated here only where the server refused the token, which did nothing.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Any

from connectors.kit import exact_json
from connectors.kit.gate import Gate
from connectors.kit.http import Answer, HttpSession, Patience
from connectors.nccloud.ciphers import hidden, opened, sealed
from connectors.nccloud.faults import EXPIRED, verdict
from connectors.nccloud.settings import Settings
from connectors.nccloud.signing import signed
from trace_core.errors import Misconfigured, Unreachable, Verdict

TOKEN = "/nccloud/opm/accesstoken"  # noqa: S105 - a path
BAD_REQUEST = 400


class NcCloud:
    """One application's calls to one account set."""

    def __init__(self, settings: Settings, gate: Gate | None = None) -> None:
        self.settings = settings
        self.http = HttpSession(patience=Patience(read=float(settings.timeout_seconds)), verify=settings.verify, gate=gate)

    def session(self, *, refused: str = "") -> str:
        """Token, level and key of bodies, as one text that all workers share.

        Errors: `Misconfigured` with the server's words and what to change.
        """
        max_age = self.settings.token_minutes * 60.0
        return self.http.gate.sessions.take("token", self._fetch, max_age=max_age, refused=refused)

    def call(self, path: str, body: Any, *, busi_id: str = "") -> Any:
        """`data` of one resource method. With `busi_id` it is a write, which the server drops when it has that id."""
        session = self.session()
        told = self._once(path, body, session, busi_id)
        if _failed(told) and EXPIRED.search(_words(told)):
            told = self._once(path, body, self.session(refused=session), busi_id)
        if _failed(told):
            raise verdict(str(told.get("code") or ""), self._safe(told), path, writes=bool(busi_id))
        return told.get("data")

    def _fetch(self) -> str:
        set_up = self.settings
        who, oaep = [set_up.client_id, set_up.client_secret], set_up.padding == "oaep"
        asked = {"grant_type": "password" if set_up.user else "client_credentials", "client_id": set_up.client_id}
        asked |= {"client_secret": hidden(set_up.client_secret, set_up.pub_key, oaep=oaep), "biz_center": set_up.biz_center}
        if set_up.user:
            asked |= {"username": set_up.user, "password": hidden(set_up.password, set_up.pub_key, oaep=oaep)}
            who += [set_up.user, set_up.password]
        asked["signature"] = signed(*who, pub_key=set_up.pub_key, salted=set_up.salt)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        told = self._envelope(self._sent(TOKEN, params=asked, headers=headers, data=b""), "token", "L0", "")
        data = told.get("data")
        if _failed(told) or not isinstance(data, Mapping) or not data.get("access_token"):
            fault = verdict(str(told.get("code") or ""), self._safe(told), "token request")
            raise fault if isinstance(fault, Unreachable | Misconfigured) else Misconfigured(fault.message, code="token")
        kept = {"token": data["access_token"], "level": data.get("security_level") or "L0", "key": data.get("security_key") or ""}
        return exact_json.dumps(kept).decode()

    def _once(self, path: str, body: Any, session: str, busi_id: str) -> Mapping[str, Any]:
        held, plain = exact_json.loads(session), exact_json.dumps(body).decode()
        headers = {
            "access_token": held["token"],
            "client_id": self.settings.client_id,
            "signature": signed(self.settings.client_id, plain, pub_key=self.settings.pub_key, salted=self.settings.salt),
            "ucg_flag": "y",
            "content-type": "application/json;charset=utf-8",
        }
        if busi_id:
            headers |= {"repeat_check": "Y", "busi_id": busi_id}
        data = sealed(plain, held["level"], held["key"]).encode()
        answer = self._sent(path, writes=bool(busi_id), headers=headers, data=data)
        return self._envelope(answer, path, held["level"], held["key"], writes=bool(busi_id))

    def _sent(self, path: str, *, writes: bool = False, **options: Any) -> Answer:
        try:
            return self.http.send("POST", self.settings.url + path, endpoint=path, writes=writes, **options)
        except Verdict as fault:
            fault.__cause__ = fault.__context__ = None  # the cause carries the address with the hidden secret in it
            raise

    def _envelope(self, answer: Answer, what: str, level: str, key: str, *, writes: bool = False) -> Mapping[str, Any]:
        for attempt in (level, "L0"):  # refusals by the filter come plain at every level
            try:
                told = exact_json.loads(opened(answer.content.decode(), attempt, key))
            except (ValueError, binascii.Error, OSError, EOFError):
                continue
            if isinstance(told, Mapping) and ("success" in told or "code" in told):
                return told
        if answer.status_code >= BAD_REQUEST:
            said = f"{self.settings.url} answered {what} with HTTP {answer.status_code}: check `url` and the resource's path"
            raise Misconfigured(said, code="http")
        raise Unreachable(f"{self.settings.url} answered {what} with nothing that can be read", code="page", sent=writes)

    def _safe(self, told: Mapping[str, Any]) -> str:
        words = _words(told)
        for secret in self.settings.secrets:
            words = words.replace(secret, "***")
        return words[:300]

    def close(self) -> None:
        """Give the sockets back; safe to call twice."""
        self.http.close()


def _failed(told: Mapping[str, Any]) -> bool:
    return str(told.get("success", "true")).lower() != "true"


def _words(told: Mapping[str, Any]) -> str:
    return str(told.get("message") or told.get("errorMsg") or "").strip()
