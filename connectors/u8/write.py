"""A new document in U8, written once: looked up by its number first, sent under a key of ours, and asked for until it is there.

Fields are U8's own names; those of a line are `entry.N.name`. All values are texts. Source: `biz_id` is bound to U8's key for good; an
answer to a write may come before it is done, and public clients ask up to 20 times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from connectors.kit.contract import PushRequest, Receipt
from connectors.kit.flat import Row, differing, nested
from connectors.kit.waiting import asked_until
from connectors.u8.kinds import KindPlan
from connectors.u8.settings import Settings
from trace_core.errors import Conflict, Misconfigured, Unreachable

LINES = "entry"
WRITABLE = frozenset({"materialout", "productin"})


class Way(Protocol):
    """What both ways to U8 can do."""

    def get(self, plan: KindPlan, key: str) -> Row | None:
        """One document by its number."""

    def add(self, plan: KindPlan, key: str, document: Row) -> str:
        """Create a document; its number, empty when U8 has not finished."""


def written(way: Way, plan: KindPlan, request: PushRequest, settings: Settings) -> Receipt:
    """Create the document of a request. Errors: `Conflict` when U8 holds another one of that number, `Rejected` for a bad name."""
    if plan.name not in WRITABLE:
        raise Misconfigured(f"{plan.name} cannot be written; U8 takes {' and '.join(sorted(WRITABLE))}", code="not_writable")
    document = nested({**request.fields, "code": request.key}, LINES)
    held = way.get(plan, request.key)
    if held is not None:
        _same(held, document, request)
        return Receipt(plan.name, request.key, request.key, datetime.now(UTC), ("held already, nothing was written",))
    number = way.add(plan, request.key, document)
    found = asked_until(lambda: way.get(plan, number or request.key), times=settings.polls, seconds=float(settings.poll_seconds))
    if found is None:
        said = f"U8 took {plan.name} {request.key}, but has not made it after {settings.polls} askings"
        raise Unreachable(said, code="unfinished", retry_after=60.0, sent=True)
    _same(found, document, request)
    return Receipt(plan.name, request.key, number or request.key, datetime.now(UTC))


def _same(held: Row, document: Row, request: PushRequest) -> None:
    if wrong := differing(held, document, LINES, besides={"code"}):
        said = f"U8 holds {request.kind} {request.key} with other values: {', '.join(wrong[:10])}"
        raise Conflict(f"{said}; compare the two and change or delete the one in U8", code="other_content")
