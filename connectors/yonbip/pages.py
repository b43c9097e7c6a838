"""Pages of a list between two change times.

A document that changes while its list is paged leaves the window and moves the rest up, past the page that is asked for next. So the
upper bound is fixed, and when the count changes the window is read again from its first page: rows come twice, none is lost. Inferred:
that a list keeps its order between two pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.yonbip.client import Gateway
from connectors.yonbip.kinds import ITEM, SIMPLE, SINCE, TOP, KindPlan
from trace_core.errors import Unreachable

RESTARTS = 3
BEGINNING = "2000-01-01 00:00:00"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its rows, its number, how many rows the window holds, and the server's own time where it says so."""

    rows: Sequence[Mapping[str, Any]]
    number: int
    count: int
    moment: str


def sheets(gateway: Gateway, plan: KindPlan, asked: Mapping[str, Any], *, size: int, first: int = 1, count: int = -1) -> Iterator[Sheet]:
    """Pages from `first` on; `count` is what an interrupted pull had seen. Errors: `Unreachable` when the list will not hold still."""
    number, restarts = first, 0
    while True:
        told = gateway.post(plan.path, {"pageIndex": number, "pageSize": size, **asked}) or {}
        rows = told.get("recordList") or []
        now = _number(told.get("recordCount"))
        if count not in {-1, now} and number > 1:
            number, count, restarts = 1, -1, restarts + 1
            if restarts > RESTARTS:
                raise Unreachable(f"YonBIP {plan.path}: documents change faster than the list is read", code="moving", retry_after=60.0)
            continue
        count = now
        yield Sheet(rows, number, now, str(told.get("pubts") or ""))
        if not _more(told, rows, number, size):
            return
        number += 1


def between(plan: KindPlan, since: str | None, until: str) -> dict[str, Any]:
    """The filter of a window, both ends included. Times are local texts."""
    begin = since or BEGINNING
    if plan.filtered == ITEM:
        return {"beginTime": begin, "endTime": until}
    if plan.filtered == SINCE:
        return {"pubts": begin}
    bounds = {"open_pubts_begin": begin, "open_pubts_end": until}
    if plan.filtered in {TOP, SIMPLE}:
        return bounds if plan.filtered == TOP else {"simple": bounds}
    return {"simpleVOs": [{"field": "pubts", "op": "egt", "value1": begin}, {"field": "pubts", "op": "elt", "value1": until}]}


def _more(told: Mapping[str, Any], rows: Sequence[Any], number: int, size: int) -> bool:
    if not rows:
        return False
    if "haveNextPage" in told:
        return str(told["haveNextPage"]).lower() == "true"
    pages = _number(told.get("pageCount"))
    return number < pages if pages > 0 else len(rows) >= size


def _number(value: Any) -> int:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isdecimal() else -1
