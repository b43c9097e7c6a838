"""From what U8 says to a verdict: codes of the OpenAPI, items of EAI.

Source: a public client with tests (errcode, 20002). Inferred: how a dead token, a relay whose client is off, and an existing number are
worded; no list of codes is public.
"""

from __future__ import annotations

import re

from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable, Verdict

GOOD, NOT_FOUND = "0", "20002"
_TOKEN = re.compile(r"token", re.IGNORECASE)
_CASES: tuple[tuple[re.Pattern[str], type[Verdict], str, str], ...] = (
    (
        re.compile(r"未登录|离线|未启动|未运行|超时|timeout", re.IGNORECASE),
        Unreachable,
        "relay",
        "is the open platform client (用友开放平台客户端) running on the customer's server?",
    ),
    (re.compile(r"频繁|限流|次数"), Unreachable, "busy", "too many calls"),
    (_TOKEN, Misconfigured, "token", "every new token is refused"),
    (
        re.compile(r"app_?key|app_?secret|授权|未开通|from_account|to_account|数据源", re.IGNORECASE),
        Misconfigured,
        "account",
        "check accounts, `app_key` and what was authorised",
    ),
    (re.compile(r"已存在|重复"), Conflict, "exists", "there is another document of that number"),
)


def is_dead_token(code: str, words: str) -> bool:
    """Whether a refusal means that the token has ended."""
    return code != GOOD and bool(_TOKEN.search(words))


def verdict(code: str, words: str, what: str, *, writes: bool = False) -> Verdict:
    """The verdict for a refusal. `what` names the call, `words` are U8's."""
    said = f"U8 {what}: {words or 'no reason given'} (errcode {code})"
    if code == NOT_FOUND:
        return Rejected(said, code="no_such_document")
    for pattern, kind, short, hint in _CASES:
        if pattern.search(words):
            if kind is Unreachable:
                return Unreachable(f"{said}: {hint}", code=short, retry_after=60.0, sent=writes and short != "busy")
            return kind(f"{said}: {hint}", code=short)
    return Rejected(said, code="refused")
