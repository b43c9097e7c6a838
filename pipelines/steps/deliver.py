"""Events to subscribers: what is new is kept as a delivery, sent, and only when it has arrived the subscription moves on.

A delivery is kept, byte for byte, before it is sent. When its answer is lost, or the process dies, the same bytes go out again under the
same identifier; never other content. One batch a turn, so that a slow subscriber delays no other by more.
Source: EPCIS 2.0, section 8.2.5; ADR 0020.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, astuple
from datetime import timedelta
from typing import Any

from connectors.kit.http import HttpSession, Patience
from pipelines.ports import Plumbing
from pipelines.state import subscriptions
from pipelines.state.database import Transaction
from pipelines.state.subscriptions import END, Place
from pipelines.steps.delivered import after, arrived, failed, smaller
from pipelines.steps.epcis_masters import TooComplex
from pipelines.steps.standing_query import Standing, next_batch
from trace_core.epcis.addresses import refusal
from trace_core.epcis.formats import ids_as
from trace_core.epcis.queries import from_json
from trace_core.epcis.subscriptions import LONGEST_WAIT, signature
from trace_core.epcis.things import OWN_PREFIX
from trace_core.epcis.writing import delivery_json
from trace_core.errors import Misconfigured, Unreachable

PATIENCE = Patience(connect=5, read=15, attempts=1)
ARRIVED = range(200, 300)
TOO_LARGE = 413
MOST_SECONDS = 24 * 3600
"""The longest that a receiver may ask us to wait with `Retry-After`."""


def deliver(subscription: str, plumbing: Plumbing) -> bool:
    """Make and send one delivery of a subscription that is due; whether there is more to do at once, for which a worker is woken."""
    with plumbing.begin() as connection:
        row = subscriptions.claim(connection, subscription, now=plumbing.now())
        if row is None or (plants := _rights(connection, row, plumbing)) is None:
            return False
        sent: tuple[str, bytes] | bool
        sent = (row.delivery, bytes(row.body)) if row.delivery else _made(connection, row, plants, plumbing)
    again = sent if isinstance(sent, bool) else _send(row, sent[0], sent[1], plumbing)
    if again:
        plumbing.wake("deliver", subscription, "")
    return again


def _rights(connection: Transaction, row: Any, plumbing: Plumbing) -> Sequence[str] | None:
    """The plants that the subscriber may see (none: all).

    None when its key was revoked or the site no longer lets events be sent there; then the subscription says so and goes on no more.
    """
    plants = plumbing.subscribers.rights(connection, row.key_id)
    if plants is None:
        said = "the key that subscribed was revoked; delete this subscription and subscribe with another key"
        subscriptions.mark(connection, row.id, state="ended", message=said, lease_until=None, delivery=None, body=None)
        return None
    if (said_no := refusal(row.dest, plumbing.subscribers.origins)) is not None:
        subscriptions.mark(connection, row.id, state="suspended", message=f"dest {said_no}", lease_until=None)
        return None
    return plants


def _made(connection: Transaction, row: Any, plants: Sequence[str], plumbing: Plumbing) -> tuple[str, bytes] | bool:
    """A new delivery, kept; when there is nothing to send, whether there is more to look through."""
    now = plumbing.now()
    try:
        batch = next_batch(connection, _standing(row), from_json(row.query), plants=plants, ground=plumbing.ground)
    except TooComplex as fault:
        subscriptions.mark(connection, row.id, message=str(fault), next_attempt_at=now + LONGEST_WAIT, lease_until=None)
        return False
    silent = row.schedule is None or not row.report_if_empty or row.told or batch.more
    if silent and not batch.events:
        then = after(row.schedule, more=batch.more, told=row.told, now=now)
        subscriptions.mark(connection, row.id, lease_until=None, **asdict(batch.place), **then)
        return batch.more
    delivery = f"urn:uuid:{uuid.uuid4()}"
    body = delivery_json(
        batch.events,
        delivery=delivery,
        subscription=row.id,
        created=now,
        query=row.query_name,
        prefixes=OWN_PREFIX,
        ids=ids_as(row.epc_format, plumbing.ground.prefixes),
    )
    subscriptions.mark(connection, row.id, delivery=delivery, body=body, next_place=list(astuple(batch.place)), more=batch.more)
    return delivery, body


def _standing(row: Any) -> Standing:
    known = Place(row.known_event, row.known_weaving, END)
    return Standing(Place(row.event, row.weaving, row.document), known, row.initial_record_time, row.most)


def _send(row: Any, delivery: str, body: bytes, plumbing: Plumbing) -> bool:
    """Send a delivery and note what became of it; whether there is more to do at once."""
    headers = {"Content-Type": "application/json", "GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0", "Idempotency-Key": delivery}
    headers |= {"GS1-Signature": signature(row.signature_token, body)} if row.signature_token else {}
    try:
        with closing(HttpSession(patience=PATIENCE)) as session:
            answer = session.send("POST", row.dest, writes=True, headers=headers, data=body, allow_redirects=False, stream=True)
            answer.close()  # unread: nothing is asked of its body
    except Unreachable as fault:
        return failed(row.id, delivery, fault.message, plumbing, at_least=timedelta(seconds=min(fault.retry_after or 0, MOST_SECONDS)))
    except Misconfigured as fault:
        return failed(row.id, delivery, fault.message, plumbing)
    if answer.status_code in ARRIVED:
        return arrived(row.id, delivery, plumbing)
    if answer.status_code == TOO_LARGE:
        return smaller(row.id, delivery, plumbing)
    return failed(row.id, delivery, f"the receiver answered HTTP {answer.status_code}", plumbing)
