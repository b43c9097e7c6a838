"""A trace into a document of a system: plan, safety check, write, receipt, read-back.

A write whose answer was lost is `unknown`; the next attempt looks the document up first and writes again only what is not there, under
the same idempotency key. Nothing foreign in the target fields is overwritten: that is a `Conflict` for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from connectors.kit.contract import Connector, PushRequest, RawDocument, Receipt
from mappings.engine.apply import Mapper
from pipelines.ports import Line, Plumbing
from pipelines.state import cases, inbox, outbox
from pipelines.steps.summary import summarise
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable, Verdict
from trace_core.identifiers import parse_thing

OURS = "LW-"
"""Every reference of ours begins with this; a target field that holds anything else belongs to somebody."""
MANY_TRIES = 5


def push(names: Sequence[str], plumbing: Plumbing, *, again: bool = False) -> int:
    """Push every due row over the connections, one after the other; how many were confirmed."""
    confirmed = 0
    while (row := _claimed(names, plumbing, again=again)) is not None:
        try:
            confirmed += _push_row(row, plumbing)
        except Verdict as verdict:
            _failed(row, verdict, plumbing)
    return confirmed


def _claimed(names: Sequence[str], plumbing: Plumbing, *, again: bool) -> Any:
    with plumbing.begin() as connection:
        return outbox.claim(connection, names=names, now=plumbing.now(), again=again)


def _push_row(row: Any, plumbing: Plumbing) -> int:
    line = plumbing.lines.get(row.connection)
    outward = plumbing.outward(line) if line else None
    if line is None or outward is None:
        raise Rejected(f"{row.connection} takes no results any more: it has no outward mapping")
    fields = _plan(row, line, outward, plumbing)
    if not fields:
        _mark(row, plumbing, state="idle", message="nothing is known of it yet", next_attempt_at=plumbing.now() + outbox.RETRY)
        return 0
    with closing(plumbing.connector(row.connection)) as connector:
        held = _held(connector.read(row.target_kind, row.target_key), fields, row)
        if held == fields:
            return _confirm(row, fields, held, None, plumbing)
        _safe(row, held, fields)
        request = PushRequest(row.target_kind, row.target_key, fields, _key(row, fields))
        _mark(row, plumbing, state="sent", fields=fields, before=held, idempotency_key=request.idempotency_key)
        receipt = connector.push(request)
        return _verify(row, fields, receipt, connector, plumbing)


def _plan(row: Any, line: Line, outward: Mapper, plumbing: Plumbing) -> dict[str, str]:
    """The fields to write; empty when the genealogy knows nothing of the subjects yet."""
    subjects = [thing for uri in row.subjects if (thing := parse_thing(uri))]
    with plumbing.view() as documents:
        recalls = cases.names_about(documents.connection, row.subjects)
        summary = summarise(documents, subjects, now=plumbing.now(), recalls=recalls, address=plumbing.address)
    if not summary["things"]:
        return {}
    fields, problems = outward.outward(summary, zone=line.zone, plant=line.plant, connection=line.name)
    if problems:
        raise Rejected(f"the outward mapping {outward.told.file} fails", problems=problems)
    return fields


def _held(document: RawDocument | None, fields: dict[str, str], row: Any) -> dict[str, str]:
    if document is None:
        raise Rejected(f"{row.connection} has no {row.target_kind} {row.target_key} any more")
    told = json.loads(document.payload, parse_float=Decimal)
    return {name: str(_dig(told, name) or "").strip() for name in fields}


def _dig(told: Any, path: str) -> Any:
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _safe(row: Any, held: dict[str, str], fields: dict[str, str]) -> None:
    """Refuse to overwrite what is not ours: a reference field with foreign content."""
    reference = next((name for name, value in fields.items() if value.startswith(OURS)), None)
    if reference and held[reference] and not held[reference].startswith(OURS):
        said = f"field {reference} of {row.target_kind} {row.target_key} holds {held[reference]!r}, which Lotweave did not write"
        raise Conflict(f"{said}; clear it or map the result to another field", code="foreign_content")


def _key(row: Any, fields: dict[str, str]) -> str:
    told = json.dumps([row.connection, row.target_kind, row.target_key, fields], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _verify(row: Any, fields: dict[str, str], receipt: Receipt, connector: Connector, plumbing: Plumbing) -> int:
    document = connector.read(row.target_kind, row.target_key)
    held = _held(document, fields, row)
    if held != fields:
        wrong = ", ".join(f"{name}: sent {fields[name]!r}, reads {held[name]!r}" for name in fields if held[name] != fields[name])
        raise Conflict(f"the system took the write but holds something else ({wrong})", code="read_back")
    if document is not None:
        # our own write changed the document there: what was read back is what we hold from now on
        with plumbing.begin() as connection:
            inbox.keep(connection, [document], plant=row.plant, run_id=None)
        plumbing.wake("interpret", row.plant, row.plant)
    return _confirm(row, fields, held, receipt, plumbing)


def _confirm(row: Any, fields: dict[str, str], held: dict[str, str], receipt: Receipt | None, plumbing: Plumbing) -> int:
    told = asdict(receipt) | {"at": receipt.at.isoformat()} if receipt else row.receipt or {"number": row.target_key, "found": True}
    _mark(row, plumbing, state="confirmed", fields=fields, receipt=told, verified_at=plumbing.now(), message=None)
    return int(bool(held))


def _failed(row: Any, verdict: Verdict, plumbing: Plumbing) -> None:
    message = "; ".join([verdict.message, *map(str, verdict.problems)])
    if isinstance(verdict, Unreachable):
        wait = outbox.RETRY * min(row.attempts + 1, MANY_TRIES)
        state = "unknown" if verdict.sent else "due"
        _mark(row, plumbing, state=state, message=message, next_attempt_at=plumbing.now() + wait)
    elif isinstance(verdict, Misconfigured):
        _mark(row, plumbing, state="due", message=message, next_attempt_at=plumbing.now() + outbox.RETRY * MANY_TRIES)
    else:
        _mark(row, plumbing, state="held" if isinstance(verdict, Conflict) else "rejected", message=message)


def _mark(row: Any, plumbing: Plumbing, **values: Any) -> None:
    with plumbing.begin() as connection:
        outbox.mark(connection, row.id, now=plumbing.now(), **values)
