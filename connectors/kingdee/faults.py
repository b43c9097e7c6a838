"""From what the server says to a verdict and a sentence: one table.

Source: MsgCode table of the WebAPI manual V6.0; texts as captured by public clients. Older servers send MsgCode 0 for every business
failure, so the text counts as much as the code.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from connectors.kit.exact_json import loads
from trace_core.errors import Misconfigured, Problem, Rejected, Unreachable, Verdict

PREFIX = "response_error:"
LOST_CODE, PERMISSION, BUSY_CODES, QUOTA, ADMIN = 1, 2, frozenset({13}), 14, 15


class SessionLost(Exception):
    """The session is gone: log in once more and repeat. Never leaves the client."""


class Case(NamedTuple):
    """A pattern of the server's text, the verdict, a stable code, and what to do."""

    pattern: str
    verdict: type[Verdict]
    code: str
    hint: str


CASES = (
    Case(r"签名|验签", Misconfigured, "bad_signature", "the app secret is wrong, or the machine's clock is off by minutes"),
    Case(r"时间戳", Misconfigured, "clock", "the machine's clock differs from the server's by minutes: set it by NTP"),
    Case(
        r"不允许用户.*登录", Misconfigured, "user_not_allowed", "add the user to the app's allowed users in third-party login authorisation"
    ),
    Case(r"用户名或密码|密码错误|应用密钥错误", Misconfigured, "password", "the user, password or app secret is wrong"),
    Case(
        r"密码.*(过期|策略)|CheckPasswordPolicy",
        Misconfigured,
        "password_expired",
        "the integration user's password has expired: change it",
    ),
    Case(r"未注册", Misconfigured, "unknown_app", "the app id is not known to this data centre"),
    Case(r"数据中心.*不存在|账套.*不存在", Misconfigured, "unknown_account", "acct_id names no data centre of this server"),
    Case(r"没有.*权限", Misconfigured, "no_permission", "give the integration user the right for this form"),
    Case(
        r"元数据中标识为(\S+?)的字段不存在",
        Misconfigured,
        "unknown_field",
        "the form has no such field here: correct it in the connection's settings",
    ),
    Case(
        r"业务对象.*不存在",
        Misconfigured,
        "unknown_form",
        "this edition does not have the form: leave the kind out in the connection's `kinds`",
    ),
    Case(
        r"拦截规则|可疑数据",
        Misconfigured,
        "waf",
        "a firewall in front of the server refuses the filter: have the integration's address allowed",
    ),
    Case(r"冲突，请稍候|网络控制", Unreachable, "locked", "somebody is working on the same document"),
    Case(r"未将对象引用|超时|timeout", Unreachable, "server_fault", "the server failed inside"),
)


def decode(body: bytes, *, sent: bool = False) -> Any:
    """The JSON of a reply. Errors: `SessionLost`, or the verdict for what the reply says; `sent` marks a write of unknown outcome."""
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff").strip()
    if text.startswith(PREFIX):
        raise verdict(_message(text.removeprefix(PREFIX)), 0, sent=sent)
    try:
        told = loads(text)
    except ValueError as fault:
        said = "the server answered a web page instead of JSON: is `url` the address that ends in /k3cloud/?"
        if text.startswith("<"):
            raise Unreachable(said, code="html", sent=sent) from fault
        raise Unreachable(f"the server's answer cannot be read: {text[:80]!r}", code="unreadable", sent=sent) from fault
    check(told)
    return told


def check(told: Any) -> None:
    """Raise what a reply of any envelope says is wrong; return when it is good."""
    inner = told
    for _ in range(2):
        inner = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
    if not isinstance(inner, dict):
        return
    if inner.get("actionname") == "showConfirm":
        raise verdict(" ".join(str(one.get("msg", "")) for one in inner.get("params", ())), 0)
    result = inner.get("Result")
    status = result.get("ResponseStatus") if isinstance(result, dict) else None
    if isinstance(status, dict) and status.get("IsSuccess") is False:
        errors = status.get("Errors") or []
        messages = [str(one.get("Message", "")) for one in errors] or [str((result or {}).get("Message") or "")]
        raise verdict("; ".join(messages), int(status.get("MsgCode") or 0), errors=errors)


def verdict(message: str, code: int, *, errors: Any = (), sent: bool = False) -> Exception:
    """The verdict for a text and MsgCode."""
    if code == LOST_CODE or "会话信息已丢失" in message:
        return SessionLost(message)
    for case in CASES:
        if re.search(case.pattern, message):
            return _made(case, message, sent=sent)
    if code == PERMISSION:
        return Misconfigured(f"Kingdee refuses: {message}; give the integration user the right", code="no_permission")
    if code == ADMIN:
        return Misconfigured(f"Kingdee refuses: {message}; use a user that is no administrator", code="administrator")
    if code in BUSY_CODES or code == QUOTA:
        return Unreachable(f"Kingdee is busy: {message}", code="busy", retry_after=8)
    problems = [Problem(str(one.get("FieldName") or ""), str(one.get("Message", ""))) for one in errors]
    return Rejected(f"Kingdee refuses: {message}", code="refused", problems=problems)


def _made(case: Case, message: str, *, sent: bool) -> Verdict:
    said = f"Kingdee says: {message} - {case.hint}"
    if case.verdict is Unreachable:
        return Unreachable(said, code=case.code, retry_after=8 if case.code == "locked" else None, sent=sent and case.code != "locked")
    return case.verdict(said, code=case.code)


def _message(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return text[:200]
    return str(told.get("Message", text[:200])) if isinstance(told, dict) else text[:200]
