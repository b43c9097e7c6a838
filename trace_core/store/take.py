"""Taking documents in: revisions, conflicts, parking and rejection, set by set, in the caller's transaction.

The rule of revisions is that of the memory store: a higher one supersedes, an equal one with equal content is unchanged, an equal one with
other content is a conflict that the earlier `recorded_at` wins, a lower one is history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from trace_core.documents.envelope import Document
from trace_core.errors import Problem
from trace_core.events import event_of
from trace_core.store.batch import Batch
from trace_core.store.judge import Judgement, judge, wakes
from trace_core.store.postings import put_postings
from trace_core.store.seals import SHARED
from trace_core.store.texts import joined
from trace_core.store.weavings import record

Name = tuple[str, str, str]


class Provenance(NamedTuple):
    """Where a document came from and which mapping made it. For documents loaded as they are the mapping is `canonical`, version 1."""

    connection: str
    source_kind: str
    source_key: str
    mapping: str = "canonical"
    mapping_version: str = "1"


class Outcome(NamedTuple):
    """What became of a document: `accepted`, `unchanged`, `parked` or `rejected`, with every problem when rejected.

    `at` is its place in the sequence given, None for a document taken in earlier whose state changed now.
    """

    at: int | None
    name: Name
    revision: int
    state: str
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Held:
    id: int
    content: str
    recorded_at: datetime
    problems: tuple[Problem, ...] = ()


New = tuple[int, Document, Provenance]
"""The place in the sequence given, the document, and where it came from."""


@dataclass(slots=True)
class _Taking:
    """What a batch comes to: versions held, its own included; those to insert; those held before that lost, or are known earlier."""

    held: dict[tuple[Name, int], _Held]
    now: datetime
    inserts: dict[tuple[Name, int], New] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)
    earlier: dict[int, datetime] = field(default_factory=dict)

    def insert(self, name: tuple[Name, int], new: New, known: datetime) -> None:
        """Insert a version and count it as held."""
        self.held[name] = _Held(0, new[1].content, known)
        self.inserts[name] = new

    def known_earlier(self, name: tuple[Name, int], before: _Held, known: datetime) -> None:
        """The same content is known since an earlier time."""
        before.recorded_at = known
        if name in self.inserts:
            at, document, origin = self.inserts[name]
            self.inserts[name] = (at, document.known_since(known), origin)
        else:
            self.earlier[before.id] = known

    def supersede(self, name: tuple[Name, int], before: _Held) -> int | None:
        """Let a version lose a conflict; its place in the sequence given, None where it was held before."""
        loser = self.inserts.pop(name, None)
        if loser is None:
            self.lost.append(before.id)
        return loser[0] if loser else None


CONFLICT = "another document with the same key and revision says something else; send the right one with a higher revision"


def take(connection: Connection, documents: Sequence[Document], origins: Sequence[Provenance], *, now: datetime) -> list[Outcome]:
    """Take documents in and say what became of each, and of earlier ones that these released or spoilt.

    `origins` runs beside `documents`. Plants are locked in alphabetical order until the transaction ends, so that the documents of one
    plant are taken one batch after the other.
    """
    connection.execute(text(SHARED))
    for plant in sorted({document.plant for document in documents}):
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lotweave:weave:{plant}", 0))))
    taking = _Taking(_held(connection, {document.name for document in documents}), now)
    outcomes: list[Outcome] = []
    for at, (document, origin) in enumerate(zip(documents, origins, strict=True)):
        outcomes += _place(taking, at, document, origin)
    _correct(connection, taking)
    news, alone = sorted(taking.inserts.values(), key=_beside_its_order), _alone(taking.held)
    ids = _insert(connection, news, alone, now)
    new = {id_: document for id_, (_, document, _) in zip(ids, news, strict=True)}
    judged = _judge(connection, new, alone, taking.lost, now)
    return outcomes + _outcomes(new, {id_: at for id_, (at, _, _) in zip(ids, news, strict=True)}, judged)


def _beside_its_order(new: New) -> tuple[str, str, int]:
    """Documents of one order get neighbouring ids, so that what they touch together is a range."""
    event = event_of(new[1])
    return new[1].kind, (event.order if event else None) or "", new[0]


def _alone(held: Mapping[tuple[Name, int], _Held]) -> set[Name]:
    """Names of which there is one version only, known to this batch."""
    names = [name for name, _ in held]
    alone = set(names)
    return alone if len(alone) == len(names) else {name for name, count in Counter(names).items() if count == 1}


def _held(connection: Connection, names: Collection[Name]) -> dict[tuple[Name, int], _Held]:
    if not names:
        return {}
    (plants, of_plants), (kinds, of_kinds), (keys, of_keys) = map(joined, zip(*sorted(names), strict=True))
    found = connection.execute(
        text(
            "SELECT d.plant, d.kind, d.key, d.revision, d.id, d.content, d.recorded_at, d.problems"
            " FROM ROWS FROM (string_to_table(:plants, :of_plants), string_to_table(:kinds, :of_kinds), string_to_table(:keys, :of_keys))"
            " AS asked(plant, kind, key) CROSS JOIN LATERAL (SELECT * FROM document d WHERE d.plant = asked.plant AND d.kind = asked.kind"
            "  AND d.key = asked.key AND d.state <> 'conflict' OFFSET 0) d"  # a look for each, however little PostgreSQL knows yet
        ),
        {"plants": plants, "of_plants": of_plants, "kinds": kinds, "of_kinds": of_kinds, "keys": keys, "of_keys": of_keys},
    )
    return {((r.plant, r.kind, r.key), r.revision): _Held(r.id, r.content, r.recorded_at, _problems(r.problems)) for r in found}


def _problems(told: list[dict[str, str]] | None) -> tuple[Problem, ...]:
    return tuple(Problem(**one) for one in told or ())


def _place(taking: _Taking, at: int, document: Document, origin: Provenance) -> list[Outcome]:
    """Decide between insert, unchanged and conflict; the documents of this batch count as held from here on."""
    name = (document.name, document.revision)
    before = taking.held.get(name)
    known = document.recorded_at or taking.now
    if before is None:
        taking.insert(name, (at, document, origin), known)
        return []
    earlier = known < before.recorded_at
    if before.content == document.content:
        if earlier:
            taking.known_earlier(name, before, known)
        state = "rejected" if before.problems else "unchanged"
        return [Outcome(at, document.name, document.revision, state, before.problems)]
    loser: int | None = at
    if earlier:
        loser = taking.supersede(name, before)
        taking.insert(name, (at, document, origin), known)
    return [Outcome(loser, document.name, document.revision, "rejected", (Problem("revision", CONFLICT, str(document.revision)),))]


def _correct(connection: Connection, taking: _Taking) -> None:
    """Write what a batch changes of versions held before: those that lost a conflict, and those known earlier."""
    if taking.lost:
        connection.execute(_LOSE, {"ids": taking.lost})
    if taking.earlier:
        connection.execute(_KNOW, {"ids": list(taking.earlier), "moments": list(taking.earlier.values())})


_LOSE = text("UPDATE document SET state = 'conflict', current = false WHERE id = ANY(CAST(:ids AS bigint[]))")
_KNOW = text(
    "UPDATE document d SET recorded_at = n.moment FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS n(id, moment)"
    " WHERE d.id = n.id"
)


COLUMNS = (
    "id", "plant", "kind", "key", "revision", "recorded_at", "received_at", "deleted", "content", "body", "state", "current",
    "connection", "source_kind", "source_key", "mapping", "mapping_version",
)  # fmt: skip
_TYPES = (
    "int8", "text", "text", "text", "int8", "timestamptz", "timestamptz", "bool", "text", "bytea", "text", "bool",
    "text", "text", "text", "text", "text",
)  # fmt: skip
"""How the columns are sent; the bytes of a body as they are, which is how PostgreSQL takes JSON in binary too."""


_IDS = text(
    "WITH named AS MATERIALIZED (SELECT CAST(pg_get_serial_sequence('document', 'id') AS regclass) AS sequence)"
    " SELECT array_agg(nextval(sequence)) FROM named, generate_series(1, :n)"
)


def _insert(connection: Connection, news: Sequence[New], alone: Collection[Name], now: datetime) -> list[int]:
    """COPY the new versions in as woven, which nearly all of them are; where there is no other version it is the current one."""
    if not news:
        return []
    ids = list(connection.execute(_IDS, {"n": len(news)}).scalar_one())
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY document ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_TYPES)
        for id_, (_, one, origin) in zip(ids, news, strict=True):
            known = (id_, one.plant, one.kind, one.key, one.revision, one.recorded_at or now, now, one.deleted, one.content, one.text)
            came = (origin.connection, origin.source_kind, origin.source_key, origin.mapping, origin.mapping_version)
            copy.write_row((*known, "woven", one.name in alone, *came))
    cursor.close()
    return ids


def _judge(
    connection: Connection, new: Mapping[int, Document], alone: Collection[Name], lost: Sequence[int], now: datetime
) -> dict[int, Judgement]:
    """Judge the new versions and all that they wake; apply the states; log what counts now and what, like the `lost`, no longer does."""
    if not new:
        return {}
    batch = Batch.of_documents(new)
    put_postings(connection, new, batch)
    woken = wakes(connection, list(new.values()))
    judged = judge(connection, new, batch, woken)
    changed = {id_: j for id_, j in judged.items() if j.state != (j.before or "woven")}
    _apply(connection, changed)
    counting = {id_: True for id_ in new if id_ not in changed and new[id_].name in alone}
    unsettled = {new[id_].name for id_ in new if id_ not in counting} | {one.name for id_, one in judged.items() if id_ not in counting}
    counting |= {id_: current for id_, current in _settle(connection, unsettled).items() if current or id_ not in new}
    known = dict(new) | {id_: document for id_, (document, _) in woken.items()}
    record(connection, batch, known, dict.fromkeys(lost, False) | counting, now)
    return judged


def _apply(connection: Connection, changed: Mapping[int, Judgement]) -> None:
    """Write the states that differ from those held, in one statement."""
    if changed:
        told = [
            {"id": id_, "state": j.state, "awaits": j.awaits, "problems": [p.as_json() for p in j.problems] or None}
            for id_, j in changed.items()
        ]
        statement = (
            "UPDATE document d SET state = a.state, awaits = a.awaits, problems = a.problems"
            " FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS a(id bigint, state text, awaits text, problems jsonb) WHERE d.id = a.id"
        )
        connection.execute(text(statement), {"told": orjson.dumps(told).decode()})


def _settle(connection: Connection, names: Collection[Name]) -> dict[int, bool]:
    """Let the highest woven revision of each document be the current one. The versions for which that changed, with what they are now."""
    if not names:
        return {}
    plants, kinds, keys = zip(*sorted(names), strict=True)
    changed = connection.execute(
        text(
            "WITH asked AS (SELECT * FROM unnest(:plants, :kinds, :keys) AS a(plant, kind, key)),"
            " best AS (SELECT DISTINCT ON (d.plant, d.kind, d.key) d.id FROM asked JOIN document d USING (plant, kind, key)"
            "  WHERE d.state = 'woven' ORDER BY d.plant, d.kind, d.key, d.revision DESC)"
            " UPDATE document d SET current = d.id IN (SELECT id FROM best) FROM asked"
            " WHERE d.plant = asked.plant AND d.kind = asked.kind AND d.key = asked.key"
            " AND d.state <> 'conflict' AND d.current IS DISTINCT FROM (d.id IN (SELECT id FROM best)) RETURNING d.id, d.current"
        ).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("plants", "kinds", "keys"))),
        {"plants": list(plants), "kinds": list(kinds), "keys": list(keys)},
    )
    return {row.id: row.current for row in changed}


def _outcomes(new: Mapping[int, Document], places: Mapping[int, int], judged: Mapping[int, Judgement]) -> list[Outcome]:
    """What became of the new versions, and of earlier ones whose state changed."""
    words = {"woven": "accepted", "parked": "parked", "rejected": "rejected"}
    found = [Outcome(places[id_], document.name, document.revision, "accepted") for id_, document in new.items() if id_ not in judged]
    for id_, judgement in judged.items():
        if id_ in places or judgement.state != judgement.before:
            found.append(Outcome(places.get(id_), judgement.name, judgement.revision, words[judgement.state], judgement.problems))
    return found
