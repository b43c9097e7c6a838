"""One table from U9's reply to a verdict and a sentence.

Source: ResCode table of the WebAPI manual V6.0, pages 2-3; row spellings as declared by the official operation list and observed live.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zeep.exceptions import Fault

from trace_core.errors import Misconfigured, NotYet, Rejected, Unreachable, Verdict

OK = 0
LOGIN_AGAIN = frozenset({401, 402, 504})
"""Codes after which one new login may help: not authorised, token expired, token invalid (killed by another login)."""

RESCODES: Mapping[int, tuple[type[Verdict], str]] = {
    401: (Misconfigured, "is not authorised even with a new token: grant this application the operation in U9's API administration"),
    402: (Unreachable, "the token expired again at once: does another process log in with the same client and user?"),
    403: (Unreachable, "the request expired: compare the clocks of both machines"),
    404: (Misconfigured, "there is no such operation: check `path` and the U9 version"),
    405: (Unreachable, "the authorisation code expired"),
    406: (Misconfigured, "there is no such user: check `user`"),
    407: (Misconfigured, "the ClientID is not enabled: enable the application in U9's API administration"),
    408: (Misconfigured, "there is no such organisation: check `organisations`"),
    500: (Unreachable, "the server failed while it worked"),
    501: (Misconfigured, "the signature failed: check `client_secret`"),
    502: (Rejected, "a parameter is bad"),
    503: (Misconfigured, "the login failed: check `client_id`, `client_secret`, `enterprise` and `user`"),
    504: (Unreachable, "the token was killed again at once: another process logs in with the same client and user; give each its own"),
    601: (Misconfigured, "U9 does not accept calls from this IP address: add it to the application's white list"),
}

_GOOD_ROW = ("issucess", "issuccess", "issucceed", "m_issucess", "m_issuccess", "m_issucceed", "operateresult")
_ROW_TEXT = ("errormsg", "m_errormsg", "errormessage", "m_errormessage")
_CLASS_PREFIX = re.compile(r"^[A-Za-z_.]*(?:Exception|Error)\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class RowResult:
    """What U9 says of one row of a call: whether it worked, the number it has now, and U9's words if not."""

    ok: bool
    number: str
    words: str


def of_rescode(code: int, words: str, what: str, *, writes: bool = False) -> Verdict:
    """The verdict for a ResCode other than 0 of the call `what`."""
    kind, sentence = RESCODES.get(code, (Unreachable, "this code is not in the WebAPI manual"))
    said = f" ({words})" if words else ""
    message, name = f"U9 answered {what} with ResCode {code}: {sentence}{said}", f"rescode_{code}"
    if kind is Unreachable:
        return Unreachable(message, code=name, sent=writes and code not in LOGIN_AGAIN)
    return kind(message, code=name)


def row_result(row: Any) -> RowResult | None:
    """The result that a row states in any of its spellings (`IsSucess`, `IsSuccess`, `IsSucceed`, `m_isSucess`, `OperateResult`).

    None when the row states no result: then it is data.
    """
    if not isinstance(row, Mapping):
        return None
    lower = {str(name).lower(): value for name, value in row.items()}
    flag = next((lower[name] for name in _GOOD_ROW if name in lower), None)
    if flag is None:
        return None
    number = next((str(lower[name]) for name in ("code", "m_code", "itemcode", "m_itemcode", "id", "m_id") if lower.get(name)), "")
    words = next((str(lower[name]) for name in _ROW_TEXT if lower.get(name)), "")
    return RowResult(ok=str(flag).lower() in {"true", "1"}, number=number, words=words)


def of_row(result: RowResult, what: str) -> Verdict:
    """The verdict for a row that failed behind ResCode 0: U9 refused this record, the others stand."""
    if "不存在" in result.words:
        return NotYet(f"U9 refused {what}: {result.words}", awaits=result.words, code="row_missing")
    return Rejected(f"U9 refused {what}: {result.words or 'without a reason'}", code="row_failure")


def soap_words(fault: Fault) -> str:
    """U9's own sentence in a SOAP fault, without the exception class before it.

    Source: `detail/ServiceException/InnerExceptions/*/Message`, as read by a public client.
    """
    inner = [] if fault.detail is None else fault.detail.xpath(".//*[local-name()='InnerExceptions']//*[local-name()='Message']/text()")
    text = next((str(words).strip() for words in inner if str(words).strip()), str(fault.message or "").strip())
    return _CLASS_PREFIX.sub("", text) or "without a reason"


def of_soap(fault: Fault, what: str, *, writes: bool = False) -> Verdict:
    """The verdict for a SOAP fault of the call `what`."""
    words = soap_words(fault)
    raw = f"{fault.message or ''}"
    if "ServiceLostException" in raw:
        return Unreachable(f"U9 lost the service behind {what}: {words}", code="soap_lost", sent=writes)
    if "context" in words.lower() or "OrgID" in words or "UserID" in words:
        return Misconfigured(f"U9 refused the context of {what}: {words}; check `organisations` and `user`", code="soap_context")
    if "EntityNotExistException" in raw or "不存在" in words:
        return NotYet(f"U9 refused {what}: {words}", awaits=words, code="soap_missing")
    return Rejected(f"U9 refused {what}: {words}", code="soap_refused")
