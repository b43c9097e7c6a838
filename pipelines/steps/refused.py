"""Events that a capture left out, put into quarantine beside other refused records."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.state import quarantine
from pipelines.state.database import Transaction
from pipelines.state.quarantine import Quarantined
from trace_core.epcis.checks import Judged
from trace_core.epcis.excerpts import excerpts
from trace_core.epcis.hashes import identity
from trace_core.epcis.inward import plant_of
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.things import Ground
from trace_core.epcis.writing import event_json
from trace_core.errors import Problem
from trace_core.identifiers import ThingId

CONNECTION = "epcis"
_STAGES = {"validation": "interpret", "exists": "conflict"}
"""Code of a failure → stage. What its sender was not allowed to say is nobody's record."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an event of a document was not taken in: `event` is its place, from 0, or -1 for the master data.

    `code` is validation, security, exists or implementation.
    """

    event: int
    code: str
    message: str
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the job keeps it."""
        told = {"event": self.event, "code": self.code, "message": self.message}
        return told | {"problems": [problem.as_json() for problem in self.problems]}


def put_away(connection: Transaction, job: Any, events: Sequence[Judged], left: Sequence[Failure], ground: Ground, now: datetime) -> None:
    """Put what was left out into quarantine, each with its payload, reasons and job."""
    wanted = [
        (failure, events[failure.event])
        for failure in sorted(left, key=lambda one: one.event)
        if failure.event >= 0 and failure.code in _STAGES
    ]
    unread = [one.where for _, one in wanted if one.event is None]
    texts = excerpts(bytes(job.payload), job.media_type, unread) if unread else {}
    rows = []
    for failure, one in wanted:
        plant = plant_of(one.event, ground) if one.event else None
        problems = failure.problems or (Problem("", failure.message),)
        found = quarantined(one, plant, ground, problems, job.id, text=texts.get(one.where, b""))
        rows.append(replace(found, stage=_STAGES[failure.code]))
    quarantine.put(connection, rows, now=now)


def quarantined(one: Judged, plant: str | None, ground: Ground, problems: Sequence[Problem], job: str, *, text: bytes = b"") -> Quarantined:
    """An event that cannot be used, as quarantine keeps it; `text` is it as it came, where it could not be read."""
    payload = event_json(one.event, prefixes=one.prefixes) if one.event else text
    return Quarantined(
        connection=CONNECTION,
        plant=plant or "-",
        source_kind=one.event.type if one.event else "event",
        source_key=identity(one.event) if one.event else hashlib.sha256(payload).hexdigest(),
        stage="interpret",
        problems=tuple(problems),
        payload=payload,
        things=frozenset(_things(one.event, ground, plant)) if one.event and plant else frozenset(),
        job=job,
    )


def _things(event: EpcisEvent, ground: Ground, plant: str) -> Iterator[ThingId]:
    named = [(uri, True) for uris in event.instances.values() for uri in uris]
    named += [(one.epc_class, False) for found in event.classes.values() for one in found]
    named += [(event.parent, True)] if event.parent else []
    for uri, instance in named:
        thing = ground.thing_at(uri, plant, instance=instance)
        if thing is not None:
            yield thing


def taken(connection: Transaction, events: Collection[tuple[str, str]]) -> None:
    """Close what waited under events (type, identity of the content) that are held now."""
    quarantine.resolve_source(connection, [(CONNECTION, *one) for one in events])
