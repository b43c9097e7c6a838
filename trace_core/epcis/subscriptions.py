"""What a subscription to a query states, how its deliveries are signed, and how long to wait after failures.

Source: EPCIS 2.0, sections 8.2.5.2 and 12.6, and its OpenAPI; ADR 0020.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from trace_core.epcis.addresses import refusal
from trace_core.epcis.queries import Query
from trace_core.epcis.schedules import FIELDS, read_schedule
from trace_core.errors import Problem, Rejected

MEMBERS = ("dest", "signatureToken", "stream", "schedule", "reportIfEmpty", "initialRecordTime")
SOCKET_PARAMETERS = ("stream", *FIELDS, "reportIfEmpty", "initialRecordTime")
_BOOLEANS = {"true": True, "false": False}
_LONGEST = 2000
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)\Z")
_FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Controls:
    """A subscription as it was asked for. Without `schedule` it is a stream; over a WebSocket `dest` is empty.

    `initial` is the earliest record time of what is sent although it was held before.
    """

    dest: str
    token: str | None = field(repr=False)
    schedule: Mapping[str, Any] | None
    report_if_empty: bool
    initial: datetime | None

    def digest(self, epc_format: str) -> str:
        """What tells it from another subscription of the same key to the same query and receiver."""
        told = [self.schedule, epc_format, self.initial and self.initial.isoformat()]
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def read_subscription(told: Any, origins: Collection[str]) -> Controls:
    """What a body asks for; `origins` are those to which the site lets events be sent.

    Errors: `Rejected` with every problem; `code` is controls.
    """
    if not isinstance(told, Mapping):
        raise _wrong([Problem("", "must be a JSON object with dest, and stream or schedule")])
    problems = [Problem(str(name), f"is none of {', '.join(MEMBERS)}") for name in told if name not in MEMBERS]
    dest = told.get("dest")
    if (said := refusal(dest, origins)) is not None:
        problems.append(Problem("dest", said, str(dest or "")[:200]))
    token = told.get("signatureToken")
    if token is not None and not (isinstance(token, str) and 0 < len(token) <= _LONGEST):
        problems.append(Problem("signatureToken", f"must be a text of 1 to {_LONGEST} characters"))
    return _controls(told, problems, dest=str(dest), token=token)


def read_socket(told: Iterable[tuple[str, str]]) -> Controls:
    """What the parameters of a URL ask for: `stream=true` or fields of a schedule, `reportIfEmpty` and `initialRecordTime`.

    Errors: `Rejected` with every problem; `code` is controls. Source: EPCIS 2.0, its OpenAPI, `GET /queries/{queryName}/events`.
    """
    found: dict[str, Any] = {}
    problems = []
    for name, value in told:
        if name not in SOCKET_PARAMETERS:
            problems.append(Problem(name, f"is none of {', '.join(SOCKET_PARAMETERS)}", value[:50]))
        elif name in found:
            problems.append(Problem(name, "is there twice", value[:50]))
        found[name] = _BOOLEANS.get(value, value) if name in {"stream", "reportIfEmpty"} else value
    schedule = {name: found[name] for name in FIELDS if name in found}
    return _controls(found | ({"schedule": schedule} if schedule else {}), problems, dest="", token=None)


def _controls(told: Mapping[str, Any], problems: list[Problem], *, dest: str, token: str | None) -> Controls:
    """When and from where on events are told; `problems` are those found before."""
    stream, schedule = told.get("stream"), told.get("schedule")
    if (stream is not None and stream is not True) or (stream is True) == (schedule is not None):
        problems.append(Problem("stream", "must be true, or a schedule must be given, and not both", str(stream)[:50]))
    if schedule is not None:
        try:
            read_schedule(schedule)
        except Rejected as fault:
            problems += fault.problems
    empty = told.get("reportIfEmpty", False)
    if not isinstance(empty, bool):
        problems.append(Problem("reportIfEmpty", "must be true or false", str(empty)[:50]))
    initial = told.get("initialRecordTime")
    if initial is not None and not (isinstance(initial, str) and _TIME.match(initial)):
        problems.append(Problem("initialRecordTime", "must be a time with offset, such as 2026-03-01T08:00:00+08:00", str(initial)[:50]))
    if problems:
        raise _wrong(problems)
    return Controls(dest, token, schedule, bool(empty), datetime.fromisoformat(initial.upper()) if initial else None)


def check_query(query: Query) -> None:
    """See that a query can stand. Errors: `Rejected` for one that limits its answer: then events would be lost."""
    if query.limit is not None or query.most is not None:
        raise _wrong([Problem("query", "has eventCountLimit or maxEventCount, and a limited query cannot be subscribed to")])


def _wrong(problems: list[Problem]) -> Rejected:
    return Rejected(f"the subscription has {len(problems)} problem(s)", code="controls", problems=problems)


def signature(token: str, body: bytes) -> str:
    """`GS1-Signature` of a delivery: HMAC with SHA-256 over the body, with the signatureToken in UTF-8 as key."""
    return f"sha256={hmac.new(token.encode(), body, hashlib.sha256).hexdigest()}"


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures one after the other: 5 s, doubled each time up to an hour."""
    return min(_FIRST_WAIT * (1 << min(failures - 1, _DOUBLINGS)), LONGEST_WAIT)
