"""The quarantine: what could not be used, why, and about which things, so that no answer hides it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from pipelines.causes import cause_of
from pipelines.state import changes
from pipelines.state.database import among
from pipelines.state.tables import quarantine
from pipelines.telling import INFO, tell
from trace_core.errors import Problem
from trace_core.identifiers import ThingId
from trace_core.ports import Waiting


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A document that could not be used, with every problem. `payload` is what came, byte for byte."""

    connection: str
    plant: str
    source_kind: str
    source_key: str
    stage: str
    problems: tuple[Problem, ...]
    payload: bytes
    document_kind: str | None = None
    document_key: str | None = None
    revision: int | None = None
    things: frozenset[ThingId] = field(default_factory=frozenset)
    job: str | None = None


def put(connection: Connection, rows: Sequence[Quarantined], *, now: datetime) -> None:
    """Add documents to the quarantine; the same content again only renews its reasons."""
    if not rows:
        return
    unique = {_content(row): row for row in rows}
    statement = insert(quarantine)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "source_kind", "source_key", "content"],
            set_={name: statement.excluded[name] for name in ("problems", "stage", "state", "things", "job", "cause")},
        ),
        [
            {
                "connection": row.connection,
                "plant": row.plant,
                "source_kind": row.source_kind,
                "source_key": row.source_key,
                "stage": row.stage,
                "document_kind": row.document_kind,
                "document_key": row.document_key,
                "revision": row.revision,
                "problems": [problem.as_json() for problem in row.problems],
                "payload": row.payload,
                "things": sorted(thing.uri for thing in row.things),
                "content": content,
                "since": now,
                "state": "waiting",
                "job": row.job,
                "cause": cause_of(row.connection, row.source_kind, row.stage, row.problems),
            }
            for content, row in unique.items()
        ],
    )
    for row in unique.values():
        names = {"connection": row.connection, "plant": row.plant, "kind": row.source_kind, "key": row.source_key, "stage": row.stage}
        tell("document quarantined", INFO, problems=len(row.problems), **names)
    changes.note_things(connection, (thing.uri for row in unique.values() for thing in row.things))


def _content(row: Quarantined) -> str:
    told = "\0".join((row.connection, row.source_kind, row.source_key, row.stage, row.document_key or ""))
    return hashlib.sha256(told.encode() + row.payload).hexdigest()


def resolve(connection: Connection, names: Iterable[tuple[str, str, str, int]]) -> None:
    """Close what waited under documents (plant, kind, key) that have now been accepted at the same or a higher revision."""
    rows = sorted(set(names)) if _anything_waits(connection) else []
    if not rows:
        return
    plants, kinds, keys, revisions = (list(column) for column in zip(*rows, strict=True))
    closed = connection.execute(
        text(
            "UPDATE quarantine q SET state = 'resolved' FROM unnest(:plants, :kinds, :keys, CAST(:revisions AS bigint[]))"
            " AS a(plant, kind, key, revision) WHERE q.state = 'waiting' AND q.plant = a.plant AND q.document_kind = a.kind"
            " AND q.document_key = a.key AND q.stage <> 'conflict' AND COALESCE(q.revision, a.revision) <= a.revision RETURNING q.things"
        ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("plants", "kinds", "keys"))),
        {"plants": plants, "kinds": kinds, "keys": keys, "revisions": revisions},
    )
    _tell(connection, closed)


def _anything_waits(connection: Connection) -> bool:
    """Nearly always nothing does, and then there is nothing to look for."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM quarantine WHERE state = 'waiting')")).scalar_one())


def resolve_source(connection: Connection, sources: Iterable[tuple[str, str, str]]) -> None:
    """Close what waited under raw documents (connection, kind, key) that could now be interpreted as a whole."""
    rows = sorted(set(sources)) if _anything_waits(connection) else []
    if not rows:
        return
    connections, kinds, keys = (list(column) for column in zip(*rows, strict=True))
    closed = connection.execute(
        text(
            "UPDATE quarantine q SET state = 'resolved' FROM unnest(:connections, :kinds, :keys) AS a(connection, kind, key)"
            " WHERE q.state = 'waiting' AND q.stage IN ('interpret', 'held') AND q.connection = a.connection AND q.source_kind = a.kind"
            " AND q.source_key = a.key RETURNING q.things"
        ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("connections", "kinds", "keys"))),
        {"connections": connections, "kinds": kinds, "keys": keys},
    )
    _tell(connection, closed)


def waiting_of(connection: Connection, name: str, ids: Collection[int]) -> list[Any]:
    """What waits of one connection, oldest first: these ids, or all of it where none is given."""
    statement = select(quarantine).where(quarantine.c.state == "waiting", quarantine.c.connection == name).order_by(quarantine.c.id)
    return list(connection.execute(statement.where(among(quarantine.c.id, ids)) if ids else statement))


def of_stages(connection: Connection, stages: Sequence[str], ids: Collection[int]) -> list[Any]:
    """What waits in some stages, oldest first: these ids, or all of it where none is given. Without what came, which may be much."""
    columns = (quarantine.c[name] for name in ("id", "connection", "plant", "source_kind", "source_key", "problems"))
    statement = select(*columns).where(quarantine.c.state == "waiting", quarantine.c.stage.in_(list(stages))).order_by(quarantine.c.id)
    return list(connection.execute(statement.where(among(quarantine.c.id, ids)) if ids else statement))


def close(connection: Connection, ids: Collection[int]) -> None:
    """These wait no more: what they state was taken in."""
    closing = update(quarantine).where(among(quarantine.c.id, ids)).values(state="resolved")
    _tell(connection, connection.execute(closing.returning(quarantine.c.things)))


def _tell(connection: Connection, closed: Iterable[Any]) -> None:
    """Answers about the things of what was closed are others from now on."""
    changes.note_things(connection, (thing for row in closed for thing in row.things))


def waiting_about(connection: Connection, things: Collection[ThingId]) -> Iterable[Waiting]:
    """What waits about the things, for the gap `quarantined`."""
    named = {thing.uri: thing for thing in things}
    statement = select(quarantine).where(quarantine.c.state == "waiting", quarantine.c.things.overlap(sorted(named)))
    for row in connection.execute(statement):
        reason = row.problems[0]["problem"] if row.problems else "rejected"
        for uri in sorted(set(row.things) & named.keys()):
            yield Waiting(named[uri], row.document_kind or row.source_kind, row.document_key or row.source_key, reason)


def listing(connection: Connection, *, plant: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
    """What waits, oldest first, without payloads."""
    statement = select(quarantine).where(quarantine.c.state == "waiting").order_by(quarantine.c.id).limit(limit)
    if plant:
        statement = statement.where(quarantine.c.plant == plant)
    return [
        {
            "id": row.id,
            "connection": row.connection,
            "plant": row.plant,
            "kind": row.document_kind or row.source_kind,
            "key": row.document_key or row.source_key,
            "source": {"kind": row.source_kind, "key": row.source_key},
            "stage": row.stage,
            "since": row.since.isoformat(),
            "problems": row.problems,
            **({"job": row.job} if row.job else {}),
        }
        for row in connection.execute(statement)
    ]


def count(connection: Connection, plant: str | None = None) -> int:
    """How many documents wait."""
    told = {"plant": plant}
    statement = text("SELECT count(*) FROM quarantine WHERE state = 'waiting' AND (CAST(:plant AS text) IS NULL OR plant = :plant)")
    return int(connection.execute(statement, told).scalar_one())
