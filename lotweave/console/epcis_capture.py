"""Capture over HTTP: documents as jobs, single events at once. Source: EPCIS 2.0, section 12.7."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from lotweave.console.asking import Asking
from lotweave.console.epcis_problems import EpcisException, failure
from pipelines.state import captures
from pipelines.steps.capture import take_in
from trace_core.documents.fields import time_text
from trace_core.epcis.hashes import event_hash, identity
from trace_core.epcis.reading import Read, read
from trace_core.errors import Rejected

BEHAVIOURS = ("rollback", "proceed")
AT_ONCE = 500
"""Events of a document that is taken in while its sender waits; a larger one is taken in by the next worker or whoever asks for the job."""
PER_PAGE = 30


def post_document(asking: Asking) -> Response:
    """Keep a document as a job; 202 with the job's address."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if behaviour not in BEHAVIOURS:
        raise EpcisException("ValidationException", f"GS1-Capture-Error-Behaviour must be one of {', '.join(BEHAVIOURS)}")
    payload, media_type, found = _payload(asking)
    job = _keep(asking, payload, media_type, behaviour)
    if len(found.events) <= AT_ONCE:
        take_in(job, begin=asking.house.begin, now=asking.house.now, ground=asking.house.site.epcis.ground)
    answer = Response(status=202, headers=_limits(asking) | {"Location": f"/epcis/captureJobs/{job}"})
    answer.headers["GS1-Capture-Error-Behaviour"] = behaviour
    return answer


def post_event(asking: Asking) -> Response:
    """Take in one event at once; 201 with its address, 409 when it is held already."""
    payload, media_type, found = _payload(asking)
    event = found.events[0].event if len(found.events) == 1 else None
    if event is None:
        problems = [problem.as_json() for problem in found.all_problems()]
        raise EpcisException("ValidationException", "send exactly one valid event", problems=problems)
    with asking.house.begin() as connection:
        held = captures.held(connection, {identity(event)}, {event.event_id} if event.event_id else set())
    if any(row.declares == (event.error is not None) for row in held):
        raise EpcisException("ResourceAlreadyExistsException", f"the event is held already as {held[0].event_id}")
    job = _keep(asking, payload, media_type, "rollback")
    take_in(job, begin=asking.house.begin, now=asking.house.now, ground=asking.house.site.epcis.ground)
    with asking.house.begin() as connection:
        row = captures.read_job(connection, job)
    if row.errors:
        told = failure(row.errors[0])
        raise EpcisException(told["type"].partition(":")[2], told["detail"], problems=told.get("problems"))
    shown = event.event_id or event_hash(event)
    return Response(status=201, headers={"Location": f"/epcis/events/{quote(shown, safe='')}"})


def get_job(asking: Asking, job: str) -> Response:
    """Where a job stands. One that nobody carries on is carried on now."""
    with asking.house.begin() as connection:
        row = captures.read_job(connection, job)
    if row is not None and row.state == "due" and _may_see(row, asking):
        take_in(job, begin=asking.house.begin, now=asking.house.now, ground=asking.house.site.epcis.ground)
        with asking.house.begin() as connection:
            row = captures.read_job(connection, job)
    if row is None or not _may_see(row, asking):
        raise EpcisException("NoSuchResourceException", f"there is no capture job {job}")
    return _json(_told(row))


def get_jobs(asking: Asking) -> Response:
    """Jobs, newest first, a page at a time."""
    per_page, after = page_size(), _after(request.args.get("nextPageToken"))
    with asking.house.begin() as connection:
        rows = captures.jobs(connection, plants=asking.who.plants, after=after, limit=per_page + 1)
    answer = _json([_told(row) for row in rows[:per_page]])
    answer.headers.extend(_limits(asking))
    if len(rows) > per_page:
        last = rows[per_page - 1]
        token = quote(f"{time_text(last.received_at)}~{last.id}", safe="")
        answer.headers["Link"] = f'</epcis/captureJobs?perPage={per_page}&nextPageToken={token}>; rel="next"'
    return answer


def page_size() -> int:
    """`perPage`. Errors: `EpcisException` when it is no number from 1 to 1000."""
    text = request.args.get("perPage", str(PER_PAGE))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST):
        raise EpcisException("QueryParameterException", f"perPage must be a whole number from 1 to {_MOST}")
    return int(text)


_MOST = 1000


def _payload(asking: Asking) -> tuple[bytes, str, Read]:
    """What was sent, when the sender may send and the limits are kept."""
    if asking.who.role == "viewer":
        raise EpcisException("SecurityException", "a viewer's key cannot capture events")
    settings = asking.house.site.epcis
    request.max_content_length = settings.most_bytes
    payload, media_type = request.get_data(), request.mimetype
    found = read(payload, media_type)
    if len(found.events) > settings.most_events:
        raise EpcisException("CaptureLimitExceededException", f"a document may have {settings.most_events} events; send several documents")
    if found.problems:
        raise Rejected("the document is no valid EPCIS", problems=found.problems)
    return payload, media_type, found


def _keep(asking: Asking, payload: bytes, media_type: str, behaviour: str) -> str:
    with asking.house.begin() as connection:
        sent = {"payload": payload, "media_type": media_type, "behaviour": behaviour}
        return captures.add_job(connection, plants=asking.who.plants, now=asking.house.now(), **sent)  # type: ignore[arg-type]


def _may_see(row: Any, asking: Asking) -> bool:
    """A key sees jobs of keys that were limited as it is, or more; what a job says may name things of all its plants."""
    return not asking.who.plants or (bool(row.plants) and set(row.plants) <= set(asking.who.plants))


def _told(row: Any) -> dict[str, Any]:
    told = {
        "captureID": row.id,
        "createdAt": time_text(row.received_at),
        "finishedAt": time_text(row.finished_at) if row.finished_at else None,
        "running": row.state != "done",
        "success": row.success,
        "captureErrorBehaviour": row.behaviour,
        "errors": [failure(kept) for kept in row.errors],
    }
    return {name: value for name, value in told.items() if value is not None}


def _limits(asking: Asking) -> dict[str, str]:
    settings = asking.house.site.epcis
    limits = {"GS1-EPCIS-Capture-Limit": settings.most_events, "GS1-EPCIS-Capture-File-Size-Limit": settings.most_bytes}
    return {name: str(value) for name, value in limits.items()}


def _after(token: str | None) -> tuple[datetime, str] | None:
    if token is None:
        return None
    at, _, job = token.partition("~")
    try:
        return datetime.fromisoformat(at), job
    except ValueError as fault:
        raise EpcisException("QueryParameterException", "nextPageToken is none that this server gave out") from fault


def _json(told: Any) -> Response:
    return Response(orjson.dumps(told), content_type="application/json")
