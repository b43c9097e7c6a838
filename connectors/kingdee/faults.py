"""From what the server says to a verdict and a sentence: one table.

Source: MsgCode table of the WebAPI manual V6.0; texts as captured by public clients. Older servers send MsgCode 0 for every business
failure, so the text decides and the code is a coarse hint for texts that the table does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.kit.exact_json import loads
from trace_core.errors import Misconfigured, Problem, Rejected, Unreachable, Verdict

PREFIX = "response_error:"
LOST_CODE = 1


class SessionLost(Exception):
    """The session is gone: log in once more and repeat. Never leaves the client."""


class Case(NamedTuple):
    """A pattern of the server's text, the verdict, a stable code, and what to do."""

    pattern: str
    verdict: type[Verdict]
    code: str
    hint: str


CASES = (
    Case(
        r"ByRspRetStatusCode|Unexpectable request",
        Misconfigured,
        "refused_request",
        "the integration user's password has expired or its access was taken away: log in with it once in the browser",
    ),
    Case(r"签名|验签", Misconfigured, "bad_signature", "the app secret is wrong, or the machine's clock is off by minutes"),
    Case(r"时间戳", Unreachable, "clock", "the machine's clock differs from the server's by minutes: set it by NTP"),
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
    Case(
        r"管理员.*(禁止|不允许|不能).*(登录|调用)|(禁止|不允许|不能)(系统)?管理员",
        Misconfigured,
        "administrator",
        "the WebAPI refuses administrators: use a user that is none",
    ),
    Case(r"许可|license", Misconfigured, "licence", "the integration user or the WebAPI has no licence: ask the server's administrator"),
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
    Case(r"(超过|超出|大于).*(行数|Limit|最大数量|最大限制)", Rejected, "limit", "ask for fewer rows: the setting `page_size`"),
    Case(r"冲突，请稍候|网络控制", Unreachable, "locked", "somebody is working on the same document"),
    Case(r"(调用|访问)(次数|频率).*(超|限)", Unreachable, "quota", "the server's limit of calls is reached"),
    Case(r"未将对象引用", Unreachable, "server_fault", "the server failed inside"),
    Case(r"超时|timeout|死锁|deadlock", Unreachable, "server_busy", "the server's database was too slow or locked"),
)
HINTS: Mapping[int, Case] = {
    2: Case("", Misconfigured, "no_permission", "give the integration user the right for this form"),
    4: Case("", Rejected, "exception", "the server met an exception: its log says more"),
    5: Case("", Misconfigured, "form", "the server does not take the form's id"),
    6: Case("", Unreachable, "database", "the server's database failed"),
    7: Case("", Misconfigured, "licence", "the integration user or the WebAPI has no licence"),
    13: Case("", Unreachable, "locked", "somebody is working on the same document"),
    14: Case("", Unreachable, "quota", "the server's limit of calls is reached"),
    15: Case("", Misconfigured, "administrator", "the WebAPI refuses administrators: use a user that is none"),
}
"""MsgCode → what it is taken for where no text is known. Every other code is a refusal of this document."""
LATER: Mapping[str, float] = {"locked": 8, "quota": 60, "clock": 15}
"""Code → seconds after which a repeat is worth while."""


def decode(body: bytes, *, sent: bool = False, judged: bool = True) -> Any:
    """The JSON of a reply.

    `sent` marks a write, whose outcome an unreadable answer leaves unknown; without `judged` a refusal that answers for some documents of
    a call is returned as it is. Errors: `SessionLost`, or the verdict for what the reply says.
    """
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff").strip()
    if text.startswith(PREFIX):
        raise verdict(_message(text.removeprefix(PREFIX)), 0, sent=sent)
    try:
        told = loads(text)
    except ValueError as fault:
        raise _unreadable(text, sent=sent) from fault
    check(told, sent=sent, judged=judged)
    return told


def _unreadable(text: str, *, sent: bool) -> Exception:
    if text.startswith("<"):
        said = "the server answered a web page instead of JSON: is `url` the address that ends in /k3cloud/?"
        return Unreachable(said, code="html", sent=sent)
    known = next((case for case in CASES if re.search(case.pattern, text[:500])), None)
    if known is not None:
        return _made(known, text[:200], sent=sent)
    return Unreachable(f"the server's answer cannot be read: {text[:80]!r}", code="unreadable", sent=sent)


def check(told: Any, *, sent: bool = False, judged: bool = True) -> None:
    """Raise what a reply of any envelope says is wrong; return when it is good, or when it answers for each document and is not judged."""
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
        fault = verdict("; ".join(messages), int(status.get("MsgCode") or 0), errors=errors, sent=sent)
        answered = isinstance(fault, Rejected) or bool(status.get("SuccessEntitys"))
        if judged or not answered:
            raise fault


def verdict(message: str, code: int, *, errors: Any = (), sent: bool = False) -> Exception:
    """The verdict for a text and MsgCode: the text decides, the code helps where no text is known."""
    if code == LOST_CODE or "会话信息已丢失" in message:
        return SessionLost(message)
    case = next((known for known in CASES if re.search(known.pattern, message, re.IGNORECASE)), None) or HINTS.get(code)
    if case is not None and case.verdict is not Rejected:
        return _made(case, message, sent=sent)
    problems = [Problem(str(one.get("FieldName") or ""), str(one.get("Message", ""))) for one in errors]
    hint = f" - {case.hint}" if case else ""
    return Rejected(f"Kingdee refuses: {message or 'without a reason'}{hint}", code=case.code if case else "refused", problems=problems)


def _made(case: Case, message: str, *, sent: bool) -> Verdict:
    said = f"Kingdee says: {message} - {case.hint}"
    if case.verdict is Unreachable:
        return Unreachable(said, code=case.code, retry_after=LATER.get(case.code), sent=sent and case.code not in LATER)
    return case.verdict(said, code=case.code)


def _message(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return text[:200]
    return str(told.get("Message", text[:200])) if isinstance(told, dict) else text[:200]
