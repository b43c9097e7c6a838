"""From what NC Cloud says to a verdict: its texts, because one code stands for everything.

Source: the official page and a public client that was run. Inferred: how a duplicate of `busi_id` is worded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable, Verdict

EXPIRED = re.compile(r"access_token has expired|access_token.*(过期|失效|无效)", re.IGNORECASE)
DUPLICATE = "duplicate"


class Case(NamedTuple):
    """A pattern of the server's text, the verdict, a stable code, and what to do."""

    pattern: str
    verdict: type[Verdict]
    code: str
    hint: str


CASES = (
    Case(r"busiCenter|无效的账套编码", Misconfigured, "biz_center", "`biz_center` names no account set of this server"),
    Case(r"applications are not registered|应用.*未注册", Misconfigured, "client", "`client_id` is not registered on this server"),
    Case(
        r"Decryption error|解密失败", Misconfigured, "padding", "check `client_secret` and `pub_key`; older releases want padding = pkcs1"
    ),
    Case(r"verify signature|签名", Misconfigured, "signature", "check `pub_key`; releases before 2021.05 want salt = false"),
    Case(r"没有【.*】的权限", Misconfigured, "no_permission", "link this API to the application (关联API)"),
    Case(r"access_token", Misconfigured, "token", "every new token is refused"),
    Case(r"重复(提交|请求|校验)|repeat_check|busi_id", Conflict, DUPLICATE, "the same document was written before"),
    Case(r"锁|并发|已被他人修改", Unreachable, "locked", "somebody is working on the same document"),
    Case(r"超时|timeout", Unreachable, "timeout", "the server gave up"),
)


def verdict(code: str, words: str, what: str, *, writes: bool = False) -> Verdict:
    """The verdict for a refusal. `what` names the call, `words` are the server's."""
    said = f"NC Cloud {what}: {words or 'no reason given'} (code {code or 'none'})"
    for case in CASES:
        if re.search(case.pattern, words, re.IGNORECASE):
            if case.verdict is Unreachable:
                return Unreachable(f"{said}: {case.hint}", code=case.code, retry_after=10.0, sent=writes and case.code == "timeout")
            return case.verdict(f"{said}: {case.hint}", code=case.code)
    return Rejected(said, code="refused")
