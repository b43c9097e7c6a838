"""From what the gateway or a business service says to a verdict: one table.

Source: the platform's page of return codes and the error tables of the API pages. The code is a text on some APIs and a number on
others. Inferred: the words of a refused optimistic lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from trace_core.errors import Conflict, Misconfigured, Problem, Rejected, Unreachable, Verdict

GOOD = frozenset({"200", "00000"})
BAD_TOKEN = frozenset({"310036"})
"""The token is refused: the call did nothing, so it may be repeated with a new one."""
DUPLICATE, MISSING, STALE = "duplicate", "no_such_document", "stale"
QUOTAS = frozenset({"quota", "circuit"})
"""Refusals that all workers keep to."""
WAIT, SOON = 60.0, 5.0
"""Seconds after which a quota, or a write in flight, is worth another try; the gateway names neither."""


class Case(NamedTuple):
    """What a code means: the verdict, a stable code of ours, what to add, seconds to wait, and whether a write may have been done."""

    verdict: type[Verdict]
    short: str
    hint: str
    wait: float | None = None
    done: bool = False


def _quota(whose: str) -> Case:
    return Case(Unreachable, "quota", f"the quota of the {whose} is used up", WAIT)


def _blocked(whose: str) -> Case:
    return Case(Misconfigured, "ip_blocked", f"allow this machine's address for the {whose}")


def _setting(hint: str) -> Case:
    return Case(Misconfigured, "gateway", hint)


_GAVE_UP = Case(Unreachable, "in_flight", "the gateway gave up waiting", SOON, done=True)
_BEHIND = Case(Unreachable, "behind", "the service behind the gateway failed", done=True)
_UNKNOWN_APP = _setting("check `app_key`: the application is not known or is disabled")
_DUPLICATE = Case(Conflict, DUPLICATE, "the same write was made before")
CASES: Mapping[str, Case] = {
    "202": Case(Unreachable, "in_flight", "it is still working on the same write", SOON, done=True),
    "1002": Case(Rejected, MISSING, "there is no such document"),
    "10004": _DUPLICATE,
    "100004": _DUPLICATE,
    "10018": _UNKNOWN_APP,
    "310001": _setting("the gateway saw no token: try the other way of `token_in`"),
    "310005": _UNKNOWN_APP,
    "310006": _UNKNOWN_APP,
    "310031": _blocked("system"),
    "310032": _quota("system"),
    "310036": Case(Misconfigured, "token", "every new token is refused; is it a token of this data centre?"),
    "310037": _setting("authorise the application for this API on the open platform"),
    "310038": _blocked("application"),
    "310039": _quota("application"),
    "310041": _blocked("product"),
    "310042": _quota("product"),
    "310043": Case(Unreachable, "circuit", "the gateway has opened the circuit of this API", WAIT),
    "310046": _quota("API"),
    "310047": _blocked("API"),
    "310071": _BEHIND,
    "310072": _BEHIND,
    "310078": _GAVE_UP,
    "310404": _setting("this data centre has no such API: check the path, its case and its prefix"),
    "310405": _setting("this API wants another HTTP method: the release differs"),
    "310504": _GAVE_UP,
}
_STALE = re.compile(r"已被.*修改|时间戳|pubts")


def code_of(told: Mapping[str, Any]) -> str:
    """The return code as text, whichever way it was sent."""
    return str(told.get("code", "")).strip()


def verdict(code: str, words: str, what: str, *, writes: bool = False) -> Verdict:
    """The verdict for a return code other than a good one. `what` names the call, `words` are the server's."""
    said = f"YonBIP {what}: {words or 'no reason given'} (code {code})"
    case = CASES.get(code)
    if case is None and _STALE.search(words):
        case = Case(Conflict, STALE, "somebody changed the document since it was read")
    if case is None:
        return Rejected(said, code="refused")
    if case.verdict is Unreachable:
        return Unreachable(f"{said}: {case.hint}", code=case.short, retry_after=case.wait, sent=case.done and writes)
    return case.verdict(f"{said}: {case.hint}", code=case.short)


def failed_rows(data: Any, what: str) -> Rejected | None:
    """The verdict on a batch that answered well although rows of it failed; None when none did."""
    if not isinstance(data, Mapping) or not data.get("failInfos"):
        return None
    problems = [Problem(str(row.get("code") or row.get("id") or "row"), str(row.get("message", ""))) for row in data["failInfos"]]
    return Rejected(f"YonBIP {what}: {len(problems)} of {data.get('count', '?')} rows failed", code="rows", problems=problems)
