"""Subscriptions to named queries over HTTP. Source: EPCIS 2.0, section 12.6, and its OpenAPI; ADR 0020."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response, request

from lotweave.access.keys import revoked
from lotweave.console.asking import Asking
from lotweave.console.epcis_capture import page_size
from lotweave.console.epcis_problems import EpcisException
from lotweave.console.epcis_query import only_paging
from pipelines.state import subscriptions
from pipelines.state.database import Transaction
from trace_core.documents.fields import time_text
from trace_core.epcis.formats import LINKS
from trace_core.epcis.queries import from_json
from trace_core.epcis.schedules import next_time, read_schedule
from trace_core.epcis.subscriptions import check_query, read_subscription


def post_subscription(asking: Asking, name: str) -> Response:
    """Subscribe to a query: `{"dest": …, "stream": true}` or a schedule; 201 with what was kept, without its secret."""
    if asking.who.role == "viewer":
        raise EpcisException("SecurityException", "a viewer's key cannot subscribe")
    if request.mimetype not in {"application/json", "application/ld+json"}:
        raise EpcisException("UnsupportedMediaTypeException", "send the subscription as application/json")
    try:
        told = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as fault:
        raise EpcisException("SubscriptionControlsException", f"the subscription is no JSON: {fault}") from fault
    form, now = request.headers.get("GS1-EPC-Format", LINKS), asking.house.now()
    controls = read_subscription(told, asking.house.site.epcis.subscribers)
    due = next_time(read_schedule(controls.schedule), now) if controls.schedule else now
    with asking.house.begin() as connection:
        query = _query(connection, name)
        check_query(from_json(query))
        who = asking.who
        row = subscriptions.put(connection, name, controls, key=who.id, plants=who.plants, epc_format=form, due=due or now, now=now)
    if row is None:
        said = f"this key has the same subscription to {name} already; delete it first, or go on with it"
        raise EpcisException("ResourceAlreadyExistsException", said)
    answer = _json(_told(row, ended=False), status=201)
    answer.headers["Location"] = f"/epcis/queries/{name}/subscriptions/{row.id}"
    return answer


def get_subscriptions(asking: Asking, name: str) -> Response:
    """Subscriptions to a query that the key may see, a page at a time."""
    only_paging()
    size, after = page_size(), request.args.get("nextPageToken", "")
    with asking.house.begin() as connection:
        _query(connection, name)
        rows = subscriptions.listing(connection, name, plants=asking.who.plants, after=after, limit=size + 1)
        ended = revoked(connection, {row.key_id for row in rows})
    answer = _json([_told(row, ended=row.key_id in ended) for row in rows[:size]])
    if len(rows) > size:
        address = f"/epcis/queries/{name}/subscriptions?perPage={size}&nextPageToken={rows[size - 1].id}"
        answer.headers["Link"] = f'<{address}>; rel="next"'
    return answer


def get_subscription(asking: Asking, name: str, subscription: str) -> Response:
    """One subscription, and how it fares."""
    with asking.house.begin() as connection:
        row = _seen(connection, asking, name, subscription)
        ended = revoked(connection, {row.key_id})
    return _json(_told(row, ended=bool(ended)))


def delete_subscription(asking: Asking, name: str, subscription: str) -> Response:
    """Unsubscribe; what was not sent yet is not sent any more."""
    if asking.who.role == "viewer":
        raise EpcisException("SecurityException", "a viewer's key cannot unsubscribe")
    with asking.house.begin() as connection:
        subscriptions.remove(connection, _seen(connection, asking, name, subscription).id)
    return Response(status=204)


def _query(connection: Transaction, name: str) -> Any:
    query = subscriptions.named(connection, name)
    if query is None:
        raise EpcisException("NoSuchNameException", f"there is no query {name}")
    return query


def _seen(connection: Transaction, asking: Asking, name: str, subscription: str) -> Any:
    """A subscription that the key may see: one of a key that is limited as it is, or more."""
    _query(connection, name)
    row = subscriptions.get(connection, name, subscription)
    if row is None or not _within(row.plants, asking.who.plants):
        raise EpcisException("NoSuchResourceException", f"there is no subscription {subscription} to {name}")
    return row


def _within(plants: Sequence[str], seen: Sequence[str]) -> bool:
    return not seen or (bool(plants) and set(plants) <= set(seen))


def _told(row: Any, *, ended: bool) -> dict[str, Any]:
    """A subscription as it is shown; never with its secret."""
    initial = row.initial_record_time or row.created_at
    told = {
        "subscriptionID": row.id,
        "queryName": row.query_name,
        "dest": row.dest,
        "createdAt": time_text(row.created_at),
        "lastNotifiedAt": time_text(row.last_notified_at) if row.last_notified_at else None,
        "initialRecordTime": time_text(initial),
        "minRecordTime": time_text(row.executed_at or initial),
        "epcFormat": row.epc_format,
        "stream": True if row.schedule is None else None,
        "schedule": row.schedule,
        "reportIfEmpty": row.report_if_empty if row.schedule is not None else None,
        "state": "ended" if ended else row.state,
        "problem": "the key that subscribed was revoked" if ended else row.message,
        "nextAttemptAt": time_text(row.next_attempt_at) if row.state == "active" and not ended else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _json(told: Any, *, status: int = 200) -> Response:
    return Response(orjson.dumps(told), status, content_type="application/json")
