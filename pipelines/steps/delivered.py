"""What became of a delivery, noted at its subscription: it arrived, it was too large, or it failed and is tried again later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pipelines.ports import Plumbing
from pipelines.state import subscriptions
from pipelines.state.subscriptions import Place
from trace_core.documents.fields import time_text
from trace_core.epcis.schedules import next_time, read_schedule
from trace_core.epcis.subscriptions import wait_after


def after(schedule: Any, *, more: bool, told: bool, now: datetime) -> dict[str, Any]:
    """When a subscription that was carried out is due again, and whether anything was told since its query time."""
    if more or schedule is None:
        return {"next_attempt_at": now, "told": told, "executed_at": now}
    return {"next_attempt_at": next_time(read_schedule(schedule), now), "told": False, "executed_at": now}


def arrived(subscription: str, delivery: str, plumbing: Plumbing) -> bool:
    """Let the subscription move on; whether more was there when the delivery was made."""
    now = plumbing.now()
    with plumbing.begin() as connection:
        row = subscriptions.sending(connection, subscription, delivery)
        if row is None:
            return False
        place = asdict(Place(*row.next_place))
        then = after(row.schedule, more=row.more, told=True, now=now)
        done = {"delivery": None, "body": None, "next_place": None, "lease_until": None, "last_notified_at": now}
        subscriptions.mark(connection, subscription, **place, **then, **done, attempts=0, failing_since=None, message=None)
    return bool(row.more)


def smaller(subscription: str, delivery: str, plumbing: Plumbing) -> bool:
    """The receiver took nothing because it was too large: send fewer events at once, under another identifier."""
    with plumbing.begin() as connection:
        row = subscriptions.sending(connection, subscription, delivery)
        if row is not None and row.most > 1:
            again = {"most": row.most // 2, "delivery": None, "body": None, "next_place": None}
            subscriptions.mark(connection, subscription, **again, lease_until=None)
            return True
    return failed(subscription, delivery, "a single event is too large for the receiver (HTTP 413)", plumbing)


def failed(subscription: str, delivery: str, said: str, plumbing: Plumbing, *, at_least: timedelta = timedelta()) -> bool:
    """Note a failure and when to try again; after long enough the subscription is suspended. Never more to do at once."""
    now = plumbing.now()
    with plumbing.begin() as connection:
        row = subscriptions.sending(connection, subscription, delivery)
        if row is None:
            return False
        attempts, since = row.attempts + 1, row.failing_since or now
        note = {"attempts": attempts, "failing_since": since, "lease_until": None}
        if now - since >= plumbing.subscribers.give_up:
            message = f"suspended: every delivery failed since {time_text(since)}; the last time: {said}"
            subscriptions.mark(connection, subscription, state="suspended", message=message, **note)
        else:
            again = now + max(wait_after(attempts), at_least)
            subscriptions.mark(connection, subscription, message=said, next_attempt_at=again, **note)
    return False
