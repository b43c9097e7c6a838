"""Ways to open a session, and what an answer to one is worth.

Source: WebAPI manual V6.0 for methods and `LoginResultType`; a password that has expired for good gives an answer that looks half
successful (cookie, `MessageCode` CheckPasswordPolicy), as captured on live servers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from connectors.kingdee.faults import verdict
from connectors.kingdee.signing import Credential, login_sign
from trace_core.errors import Misconfigured, Unreachable

GOOD = frozenset({1, -5})
"""Logged in; logged in, and an administrator's form would follow in the browser."""
HALF = "CheckPasswordPolicy"
RESULTS: Mapping[int, str] = {
    0: "the user, password or app secret is wrong",
    -2: "the password does not meet the policy: change it",
    -3: "the password must be changed: log in with it once in the browser",
    -4: "the server gives a warning that only a person can confirm: log in with this user once in the browser",
    -6: "the entry of the cloud is not bound",
    -7: "the user must be activated",
}


def login_call(mode: str, who: Credential, password: str, algorithm: str) -> tuple[str, list[Any]]:
    """Method of the AuthService and its parameters by position."""
    if mode == "password":
        return "ValidateUser", [who.acct_id, who.user, password, who.lcid]
    if mode == "sign":
        stamp = str(int(time.time()))
        sign = login_sign(who, stamp=stamp, algorithm=algorithm)
        return "LoginBySign", [who.acct_id, who.user, who.app_id, stamp, sign, who.lcid]
    return "LoginByAppSecret", [who.acct_id, who.user, who.app_id, who.app_secret, who.lcid]


def judge(answer: Any, *, cookie: str | None) -> None:
    """Return when the answer opens a session. Errors: `Misconfigured` with the server's words, `Unreachable` where they name a lock."""
    told = answer if isinstance(answer, dict) else {}
    result, message = told.get("LoginResultType"), str(told.get("Message") or "")
    if told.get("MessageCode") == HALF:
        raise Misconfigured(
            f"Kingdee opens the session half: the integration user's password has expired ({message or HALF}); change it",
            code="password_expired",
        )
    if result in GOOD and (cookie or told.get("KDSVCSessionId")):
        return
    fault = verdict(message, 0)
    if isinstance(fault, (Misconfigured, Unreachable)):
        raise fault
    hint = RESULTS.get(result, "") if isinstance(result, int) else ""
    said = "; ".join(filter(None, (message, hint))) or "no reason given"
    raise Misconfigured(f"Kingdee refuses the login (result {result}): {said}", code="login")
