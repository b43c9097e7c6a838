"""A new document in U8, written once: looked up by its number first, sent under a key of ours, and asked for until it is there.

Fields are U8's own names; those of a line are `entry.N.name`. All values are texts. Source: `biz_id` is bound to U8's key for good; an
answer to a write may come before it is done, and public clients ask up to 20 times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from connectors.kit.contract import PushRequest, Receipt
from connectors.kit.waiting import asked_until
from connectors.u8.kinds import KindPlan
from connectors.u8.settings import Settings
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable

Row = dict[str, Any]
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
    document = nested({**request.fields, "code": request.key})
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


def nested(fields: Mapping[str, str]) -> Row:
    """A document from flat names."""
    document: Row = {}
    lines: dict[int, Row] = {}
    for name, value in fields.items():
        head, _, rest = name.partition(".")
        place, _, inner = rest.partition(".")
        if not rest:
            document[name] = value
        elif head == "entry" and place.isdecimal() and inner:
            lines.setdefault(int(place), {})[inner] = value
        else:
            raise Rejected(f"{name!r} is neither a field of the head nor entry.N.name", code="field")
    return document | {"entry": [lines[at] for at in sorted(lines)]}


def _same(held: Row, document: Row, request: PushRequest) -> None:
    wrong = [name for name, value in document.items() if name not in {"entry", "code"} and not _equal(held.get(name), value)]
    rows = list(held.get("entry") or ())
    if len(rows) != len(document["entry"]):
        wrong.append(f"{len(rows)} lines instead of {len(document['entry'])}")
    for at, (have, want) in enumerate(zip(rows, document["entry"], strict=False)):
        wrong += [f"entry.{at}.{name}" for name, value in want.items() if not _equal(have.get(name), value)]
    if wrong:
        said = f"U8 holds {request.kind} {request.key} with other values: {', '.join(wrong[:10])}"
        raise Conflict(f"{said}; compare the two and change or delete the one in U8", code="other_content")


def _equal(held: Any, sent: str) -> bool:
    """As text, or as numbers: U8 fills up decimals."""
    if str(held if held is not None else "") == sent:
        return True
    try:
        return Decimal(str(held)) == Decimal(sent)
    except InvalidOperation:
        return False
