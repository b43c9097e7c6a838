"""Where an event stands in the order of an answer, and the page tokens that hold such a place."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from trace_core.documents.fields import time_text
from trace_core.epcis.fields import typed, values
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.queries import Query
from trace_core.errors import Problem, Rejected

Key = tuple[int, Any]
_RANKS: tuple[type, ...] = (Decimal, datetime, str)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The place of an event: `key` of the extension field that orders, empty when time does; time, source and id."""

    key: tuple[()] | Key
    at: datetime
    source: int
    id: int


def key_of(event: EpcisEvent, query: Query) -> tuple[()] | Key:
    """By what an event is ordered before its time: numbers before times before texts; events without the field at the end."""
    if query.by_field is None:
        return ()
    value = next((one for told in values(event, query.by_field) if (one := typed(told)) is not None), None)
    if value is None:
        return (-1 if query.descending else len(_RANKS), "")
    return (_RANKS.index(type(value)), value)


def write_token(place: Place, taken: int) -> str:
    """A page token: the last place of a page, and how many events came up to it."""
    rank, value = place.key or (None, "")
    told = [rank, time_text(value) if isinstance(value, datetime) else str(value), time_text(place.at), place.source, place.id, taken]
    return base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def read_token(token: str | None) -> tuple[Place | None, int]:
    """The place and count of a token. Errors: `Rejected` for one that is none of ours."""
    if token is None:
        return None, 0
    told: Any = None
    with suppress(ValueError):
        told = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    with suppress(ValueError, TypeError, InvalidOperation):
        rank, text, at, source, id_, taken = told
        return Place(_key(rank, text), datetime.fromisoformat(at), int(source), int(id_)), int(taken)
    raise Rejected("no page", code="token", problems=[Problem("nextPageToken", "is none that this server gave out", token[:80])])


def _key(rank: int | None, text: str) -> tuple[()] | Key:
    if rank is None:
        return ()
    readers: dict[int, Callable[[str], Any]] = {0: Decimal, 1: datetime.fromisoformat}
    return (int(rank), readers.get(rank, str)(text))
