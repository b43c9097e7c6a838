"""A trace into a document of a system: plan, safety check, write, receipt, read-back.

A write whose answer was lost is `unknown`; the next attempt looks the document up first and writes again only what is not there, under
the same idempotency key. Nothing foreign in the target fields is overwritten: that is a `Conflict` for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from connectors.kit.asking import read_one
from connectors.kit.contract import Connector, PushRequest, Receipt
from pipelines.ports import Plumbing
from pipelines.state import inbox, outbox
from pipelines.state.outbox_claims import claim_to_plan, claim_to_push, hold, settle_changes
from pipelines.steps.holding import holding
from pipelines.steps.plan import Plan, held_in, plan, refuse_foreign
from pipelines.telling import INFO, WARNING, tell
from pipelines.tracing import span
from pipelines.turns import Turn
from trace_core.errors import Conflict, Misconfigured, Unreachable, Verdict


def push(names: Sequence[str], plumbing: Plumbing, turn: Turn | None = None) -> int:
    """Push every row over the connections that is to be pushed, one after the other; how many were confirmed.

    Results that stand already and may be others by now are planned first: what is as it was needs no call, and what changed goes on
    unless it is too much at once. When its turn is over it wakes another task for the rest.
    """
    turn, confirmed = turn or Turn(), 0
    while not turn.over() and (rows := _claimed(claim_to_plan, names, plumbing)):
        _sift(rows, plumbing)
    _settle(names, plumbing)
    while not turn.over() and (row := _claimed(claim_to_push, names, plumbing)) is not None:
        confirmed += _tried(row, plumbing)
    if turn.over():
        for line in (plumbing.lines[name] for name in names if name in plumbing.lines):
            plumbing.wake("push", line.name, line.plant)
    return confirmed


def _claimed(claim: Callable[..., Any], names: Sequence[str], plumbing: Plumbing) -> Any:
    with plumbing.begin() as connection:
        return claim(connection, names=names, now=plumbing.now())


def _tried(row: Any, plumbing: Plumbing) -> int:
    try:
        about = {"connection": row.connection, "plant": row.plant, "kind": row.target_kind, "number": row.target_key, "outbox": row.id}
        with span("push", parents=[row.trace], **about), holding(plumbing, lambda connection, now: hold(connection, [row.id], now=now)):
            return _push_row(row, plumbing)
    except Verdict as verdict:
        _mark(row, plumbing, **_after(row, verdict, plumbing))
        return 0


def _sift(rows: Sequence[Any], plumbing: Plumbing) -> None:
    """Plan what stands, and note of all rows at once what came of it."""
    with (
        span("plan again", parents={row.trace for row in rows}, results=len(rows)),
        holding(plumbing, lambda connection, now: hold(connection, [row.id for row in rows], now=now)),
    ):
        found = [(row, _sifted(row, plumbing)) for row in rows]
        now = plumbing.now()
        with plumbing.begin() as connection:
            for row, values in found:
                outbox.mark(connection, row.id, now=now, **values)


def _sifted(row: Any, plumbing: Plumbing) -> dict[str, Any]:
    """Confirmed it stays where nothing differs, unless the document itself changed."""
    try:
        made = plan(row, plumbing)
    except Verdict as verdict:
        return _after(row, verdict, plumbing)
    if made.fields != row.fields:
        return {"state": "changed", "keys": made.keys}
    return {"state": "due", "keys": made.keys} if row.look else {"state": "confirmed", "keys": made.keys, "urgent": False}


def _settle(names: Sequence[str], plumbing: Plumbing) -> None:
    for line in (plumbing.lines[name] for name in names if name in plumbing.lines):
        with plumbing.begin() as connection:
            settle_changes(connection, line.name, limit=line.push_limit, share=line.push_share, now=plumbing.now())


def _push_row(row: Any, plumbing: Plumbing) -> int:
    with span("plan"):
        made = plan(row, plumbing)
    fields = made.fields
    plumbing.reached("push.planned")
    if not fields:
        _mark(row, plumbing, state="idle", message="nothing is known of it yet", keys=made.keys)
        return 0
    with closing(plumbing.connector(row.connection)) as connector:
        document = read_one(connector, row.target_kind, row.target_key)
        if document is None and made.back:
            _mark(row, plumbing, state="idle", message="the document is gone over there, and what stood in it", keys=made.keys)
            return 0
        held = held_in(document, fields, row)
        if held == fields:
            return _confirm(row, made, None, plumbing)
        refuse_foreign(row, held, made)
        request = PushRequest(row.target_kind, row.target_key, fields, _key(row, fields))
        kept = {"before": held, "original": held | (row.original or {})}
        _mark(row, plumbing, state="sent", fields=fields, idempotency_key=request.idempotency_key, **kept)
        plumbing.reached("push.sent")
        with span("call", number=row.target_key):
            receipt = connector.push(request)
        plumbing.reached("push.told")
        return _verify(row, made, receipt, connector, plumbing)


def _key(row: Any, fields: dict[str, str]) -> str:
    """The same for every attempt of one push, another once it was confirmed: a result may come back to what it was."""
    told = json.dumps([row.connection, row.target_kind, row.target_key, fields, str(row.verified_at)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _verify(row: Any, made: Plan, receipt: Receipt, connector: Connector, plumbing: Plumbing) -> int:
    with span("read back", number=receipt.number):
        document, fields = read_one(connector, row.target_kind, row.target_key), made.fields
    held = held_in(document, fields, row)
    if held != fields:
        wrong = ", ".join(f"{name}: sent {fields[name]!r}, reads {held[name]!r}" for name in fields if held[name] != fields[name])
        raise Conflict(f"the system took the write but holds something else ({wrong})", code="read_back")
    if document is not None:
        # our own write changed the document there: what was read back is what we hold from now on
        with plumbing.begin() as connection:
            inbox.keep(connection, [document], plant=row.plant, run_id=None, certain=True)
        plumbing.wake("interpret", row.plant, row.plant)
    return _confirm(row, made, receipt, plumbing)


def _confirm(row: Any, made: Plan, receipt: Receipt | None, plumbing: Plumbing) -> int:
    told = asdict(receipt) | {"at": receipt.at.isoformat()} if receipt else row.receipt or {"number": row.target_key, "found": True}
    now = plumbing.now()
    known = {"fields": made.fields, "keys": made.keys, "receipt": told, "verified_at": now}
    _mark(row, plumbing, state="confirmed", message=None, urgent=False, attempts=0, **known)
    _told(row, "result pushed" if receipt else "result found", number=str(told["number"]))
    plumbing.reached("push.confirmed")
    return 1


def _told(row: Any, event: str, level: int = INFO, **more: str) -> None:
    tell(event, level, connection=row.connection, plant=row.plant, kind=row.target_kind, key=row.target_key, outbox=row.id, **more)


def _after(row: Any, verdict: Verdict, plumbing: Plumbing) -> dict[str, Any]:
    """What a row is like after a verdict, which is told."""
    unknown = isinstance(verdict, Unreachable) and verdict.sent
    _told(row, "result unknown" if unknown else "result failed", WARNING, verdict=type(verdict).__name__, code=verdict.code)
    message = "; ".join([verdict.message, *map(str, verdict.problems)])
    if isinstance(verdict, Unreachable):
        state, later = "unknown" if verdict.sent else "due", plumbing.now() + _wait(row, verdict)
        return {"state": state, "message": message, "attempts": row.attempts + 1, "next_attempt_at": later}
    if isinstance(verdict, Misconfigured):
        return {"state": "due", "message": message, "next_attempt_at": plumbing.now() + outbox.RETRY_AFTER[-1]}
    return {"state": "held" if isinstance(verdict, Conflict) else "rejected", "message": message}


def _wait(row: Any, fault: Unreachable) -> timedelta:
    delays, named = outbox.RETRY_AFTER, fault.retry_after
    wait = timedelta(seconds=named) if named is not None else delays[min(row.attempts, len(delays) - 1)]
    return max(wait, outbox.LEFT_ALONE) if fault.sent else wait


def _mark(row: Any, plumbing: Plumbing, **values: Any) -> None:
    with plumbing.begin() as connection:
        outbox.mark(connection, row.id, now=plumbing.now(), **values)
