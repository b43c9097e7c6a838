"""Standing EPCIS queries: leased rows with their place in the log, and the delivery that is on its way, kept until it has arrived."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.tables import named_query, subscription
from trace_core.epcis.subscriptions import Controls

LEASE = timedelta(minutes=5)
"""Longer than a delivery takes; two at once would send the same bytes under the same identifier."""
MOST = 200
"""Events of one delivery, until a receiver says that it is too large."""
END = 2**63 - 1
"""Behind every document of a weaving."""


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a subscription is done: captured events in the order of ids, and documents in the order of weavings and ids."""

    event: int
    weaving: int
    document: int


def newest(connection: Connection) -> Place:
    """The place behind everything that is committed. Both orders are those of commits, so that nothing comes before it later."""
    told = "SELECT (SELECT coalesce(max(id), 0) FROM captured_event), (SELECT coalesce(max(id), 0) FROM weaving)"
    event, weaving = connection.execute(text(told)).one()
    return Place(event, weaving, END)


def start(known: Place, initial: datetime | None, now: datetime) -> Place:
    """Where a subscription begins: at the first of all when it wants what was recorded before, else behind what is `known`."""
    return Place(0, 0, END) if initial is not None and initial < now else known


def put(
    connection: Connection, name: str, controls: Controls, *, key: int, plants: Sequence[str], epc_format: str, due: datetime, now: datetime
) -> Any:
    """Keep a subscription; its row, or None when the key has the same one already. One that was suspended goes on from its place."""
    known = newest(connection)
    place = start(known, controls.initial, now)
    values = {
        "id": secrets.token_urlsafe(16), "query_name": name, "key_id": key, "plants": sorted(plants), "dest": controls.dest,
        "signature_token": controls.token, "schedule": controls.schedule and dict(controls.schedule), "state": "active",
        "report_if_empty": controls.report_if_empty, "epc_format": epc_format, "controls": controls.digest(epc_format),
        "initial_record_time": controls.initial, "created_at": now, "known_event": known.event, "known_weaving": known.weaving,
        "event": place.event, "weaving": place.weaving, "document": place.document,
        "most": MOST, "told": False, "more": False, "attempts": 0, "next_attempt_at": due,
    }  # fmt: skip
    again = {name: values[name] for name in ("state", "attempts", "next_attempt_at", "signature_token")}
    statement = insert(subscription).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["query_name", "key_id", "dest", "controls"],
        index_where=subscription.c.state != "ended",
        set_={**again, "message": None, "failing_since": None},
        where=subscription.c.state == "suspended",
    )
    return connection.execute(statement.returning(subscription)).first()


def named(connection: Connection, name: str) -> Any:
    """The query of a name, which stays until the transaction ends; None when there is none."""
    statement = select(named_query.c.query).where(named_query.c.name == name).with_for_update(read=True, key_share=True)
    return connection.execute(statement).scalar_one_or_none()


def get(connection: Connection, name: str, id_: str) -> Any:
    """A subscription to a query, or None."""
    return connection.execute(select(subscription).where(subscription.c.query_name == name, subscription.c.id == id_)).first()


def listing(connection: Connection, name: str, *, plants: Sequence[str], after: str, limit: int) -> list[Any]:
    """Subscriptions to a query in the order of ids; for a key limited to plants those of keys limited as it is, or more."""
    statement = select(subscription).where(subscription.c.query_name == name, subscription.c.id > after)
    if plants:
        statement = statement.where(subscription.c.plants.contained_by(list(plants)), subscription.c.plants != [])
    return list(connection.execute(statement.order_by(subscription.c.id).limit(limit)))


def remove(connection: Connection, id_: str) -> None:
    """Forget a subscription and what it still had to send."""
    connection.execute(delete(subscription).where(subscription.c.id == id_))


_BEHIND = text(
    "SELECT id FROM subscription WHERE state = 'active' AND next_attempt_at <= :now AND (lease_until IS NULL OR lease_until < :now)"
    " AND (delivery IS NOT NULL OR schedule IS NOT NULL OR event < (SELECT coalesce(max(id), 0) FROM captured_event)"
    "  OR weaving < (SELECT coalesce(max(id), 0) FROM weaving) OR document < :end)"
    " ORDER BY next_attempt_at LIMIT 100"
)


def due(connection: Connection, *, now: datetime) -> list[str]:
    """Subscriptions with something to send or to look for: streams that are behind, schedules whose time has come, and what failed."""
    return list(connection.execute(_BEHIND, {"now": now, "end": END}).scalars())


def claim(connection: Connection, id_: str, *, now: datetime) -> Row[Any] | None:
    """The due subscription with its query, leased; None when it is not due, gone, or somebody else holds it."""
    own = subscription.c
    free = (own.lease_until.is_(None)) | (own.lease_until < now)
    statement = (
        select(subscription, named_query.c.query)
        .join(named_query, named_query.c.name == own.query_name)
        .where(own.id == id_, own.state == "active", own.next_attempt_at <= now, free)
        .with_for_update(of=subscription, skip_locked=True)
    )
    found = connection.execute(statement).first()
    if found is not None:
        mark(connection, id_, lease_until=now + LEASE)
    return found


def sending(connection: Connection, id_: str, delivery: str) -> Any:
    """The subscription that still sends this delivery, locked; None when it is gone or has moved on."""
    statement = select(subscription).where(subscription.c.id == id_, subscription.c.delivery == delivery)
    return connection.execute(statement.with_for_update()).first()


def mark(connection: Connection, id_: str, **values: Any) -> None:
    """Change a subscription."""
    connection.execute(update(subscription).where(subscription.c.id == id_).values(**values))
