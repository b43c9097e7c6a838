"""Which containers a thing was in, from when to when, containers around containers included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from trace_core.containment import Containment
from trace_core.documents.fields import time_text
from trace_core.identifiers import ThingId
from trace_core.links import FOR_EVER, SINCE_EVER

Span = tuple[datetime, datetime]
"""[from, until); `FOR_EVER` while it lasts."""


def history(containment: Containment, thing: ThingId, at: datetime) -> list[dict[str, str | None]]:
    """`[{"container", "from", "until"}]` as known of the instant `at`, by `from`, then container; `until` is null while the thing is in.

    Stays that touch or overlap are one. A thing is in a pallet for as long as it is in a carton that is on the pallet.
    """
    spans: dict[ThingId, list[Span]] = defaultdict(list)
    for container, span in _spans(containment, thing, (SINCE_EVER, FOR_EVER), (thing,)):
        spans[container].append(span)
    told = [(since, container, until) for container, found in spans.items() for since, until in _joined(found) if since <= at]
    return [
        {"container": container.uri, "from": time_text(since), "until": time_text(until) if until <= at else None}
        for since, container, until in sorted(told)
    ]


def _spans(containment: Containment, thing: ThingId, within: Span, inside: tuple[ThingId, ...]) -> Iterator[tuple[ThingId, Span]]:
    """Stays of a thing, cut to `within`, and those of its containers meanwhile; a circle of containers is followed once."""
    for stay in containment.stays(thing):
        span = max(stay.start, within[0]), min(stay.end or FOR_EVER, within[1])
        if span[0] < span[1] and stay.container not in inside:
            yield stay.container, span
            yield from _spans(containment, stay.container, span, (*inside, stay.container))


def _joined(spans: list[Span]) -> Iterator[Span]:
    since, until = None, SINCE_EVER
    for start, end in sorted(spans):
        if since is not None and start > until:
            yield since, until
            since = None
        since, until = start if since is None else since, max(until, end)
    if since is not None:
        yield since, until
