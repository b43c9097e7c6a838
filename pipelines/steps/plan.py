"""What a result would write: the fields that the outward mapping makes of the trace now, and what the system's document holds in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.kit.contract import RawDocument
from pipelines.ports import Plumbing
from pipelines.state import cases, outbox
from pipelines.steps.subjects import things_of
from pipelines.steps.summary import summarise
from trace_core.asking import Remembering
from trace_core.errors import Conflict, Rejected
from trace_core.store.postings import key_hashes

OURS = "LW-"
"""Every reference of ours begins with this; a target field that holds anything else belongs to somebody."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields to write, none when the genealogy knows nothing of the subjects yet; `back` says that they are what stood there before.

    `keys` are hashes of what documents were asked for by: while none of these changes, nor does the plan. None: they are too many to keep.
    """

    fields: dict[str, str]
    keys: list[int] | None
    back: bool = False


def plan(row: Any, plumbing: Plumbing) -> Plan:
    """Plan an outbox row from the genealogy as it is; what is taken back, or not known any more, gets what stood there before.

    Errors: `Rejected` when nothing can be written, with every problem.
    """
    if row.reversed:
        return Plan(dict(row.original), [], back=True)
    line = plumbing.lines.get(row.connection)
    outward = plumbing.outward(line) if line else None
    if line is None or outward is None:
        raise Rejected(f"{row.connection} takes no results any more: it has no outward mapping")
    with plumbing.view() as documents:
        asked = Remembering(documents)
        subjects = things_of(asked, row.subjects)
        recalls = cases.names_about(documents.connection, [subject.uri for subject in subjects])
        summary = summarise(asked, subjects, now=plumbing.now(), recalls=recalls, address=plumbing.address)
    keys = key_hashes(asked.keys) if len(asked.keys) <= outbox.MOST_KEYS else None
    if not summary["things"]:
        return Plan(dict(row.original or {}), keys, back=row.original is not None)
    fields, problems = outward.outward(summary, zone=line.zone, plant=line.plant, connection=line.name)
    if problems:
        raise Rejected(f"the outward mapping {outward.told.file} fails", problems=problems)
    return Plan(fields, keys)


def held_in(document: RawDocument | None, fields: dict[str, str], row: Any) -> dict[str, str]:
    """What a document of the system holds in these fields. Errors: `Rejected` when it is gone."""
    if document is None:
        raise Rejected(f"{row.connection} has no {row.target_kind} {row.target_key} any more")
    told = json.loads(document.payload, parse_float=Decimal)
    return {name: str(_dig(told, name) or "").strip() for name in fields}


def _dig(told: Any, path: str) -> Any:
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def refuse_foreign(row: Any, held: dict[str, str], made: Plan) -> None:
    """Refuse to overwrite what is not ours. Errors: `Conflict` for a reference field with foreign content.

    What is taken back must be what was written, or what stood there before.
    """
    fields = made.fields
    if made.back:
        known = [told for told in (row.fields, row.before) if told]
        strange = [name for name, value in held.items() if value != fields[name] and all(told.get(name) != value for told in known)]
        if strange:
            said = f"{', '.join(strange)} of {row.target_kind} {row.target_key} holds what Lotweave did not write"
            raise Conflict(f"{said}: it cannot be taken back; clear it there, or release the row", code="foreign_content")
        return
    reference = next((name for name, value in fields.items() if value.startswith(OURS)), None)
    if reference and held[reference] and not held[reference].startswith(OURS):
        said = f"field {reference} of {row.target_kind} {row.target_key} holds {held[reference]!r}, which Lotweave did not write"
        raise Conflict(f"{said}; clear it or map the result to another field", code="foreign_content")
