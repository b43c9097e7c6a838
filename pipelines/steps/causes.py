"""What waits for one cause, dealt with together: interpreted anew once the cause is mended, or dropped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from pipelines.causes import sentences
from pipelines.ports import Plumbing
from pipelines.state import quarantine_causes as rows
from pipelines.state.database import Transaction
from pipelines.steps.interpret import interpret
from pipelines.steps.refused import CONNECTION
from pipelines.steps.replay import INTERPRETED, Capture, replay
from trace_core.errors import Misconfigured, Problem

PAGE = 500
"""Events of others that are taken in again at once."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """How many documents waited for a cause, and how many still do."""

    cause: str
    waited: int
    left: int


def listing(connection: Transaction, *, plants: Collection[str], after: tuple[int, str] | None, most: int) -> dict[str, Any]:
    """The causes of what waits, the most frequent first; `next` says where the next page begins."""
    found = rows.causes(connection, plants=plants, after=after, most=most)
    told = [
        {
            "cause": row.cause,
            "documents": row.documents,
            "says": sentences([_problem(one) for one in row.problems]),
            "mapping": sorted({one["rule"] for one in row.problems if one.get("rule")}),
            "connection": row.connection,
            "kind": row.source_kind,
            "stage": row.stage,
            "first": row.first.isoformat(),
            "last": row.last.isoformat(),
            "example": {"id": row.example, "plant": row.plant, "key": row.source_key},
        }
        for row in found
    ]
    last = found[-1] if len(found) == most else None
    return {"causes": told, "next": f"{last.documents}-{last.cause}" if last is not None else None}


def place_of(cursor: str) -> tuple[int, str] | None:
    """Where a page begins, as `next` of the one before said it. Errors: `Misconfigured` for anything else."""
    documents, _, cause = cursor.partition("-")
    if cursor and not (documents.isdecimal() and cause):
        raise Misconfigured(f"{cursor!r} is no cursor: take `next` of the answer before", code="usage")
    return (int(documents), cause) if cursor else None


def _problem(told: dict[str, str]) -> Problem:
    return Problem(told["path"], told["problem"], told.get("value", ""), told.get("rule", ""))


def replay_cause(cause: str, plumbing: Plumbing, take_in: Capture, *, plants: Collection[str] = ()) -> Dealt:
    """Interpret what waits for a cause anew, and take in events of others again.

    A key's versions keep their order: only what the system holds now is interpreted. Errors: `Misconfigured` for a cause nothing waits for.
    """
    ids, by_plant = mark_again(cause, plumbing.begin, plants=plants)
    for plant in by_plant:
        interpret(plant, plumbing)
    with plumbing.begin() as connection:
        others = rows.ids_of(connection, cause, plants=plants, name=CONNECTION)
    for at in range(0, len(others), PAGE):
        replay(others[at : at + PAGE], begin=plumbing.begin, now=plumbing.now, take_in=take_in)
    with plumbing.begin() as connection:
        return Dealt(cause, len(ids), rows.still_waiting(connection, ids))


def mark_again(
    cause: str, begin: Callable[[], AbstractContextManager[Transaction]], *, plants: Collection[str] = ()
) -> tuple[list[int], dict[str, int]]:
    """Let documents of systems that wait for a cause be interpreted by whoever comes next: what waits, and how many come, by plant."""
    with begin() as connection:
        ids = _waiting(connection, cause, plants)
        return ids, rows.again(connection, cause, INTERPRETED, plants=plants)


def drop_cause(cause: str, reason: str, begin: Callable[[], AbstractContextManager[Transaction]], *, plants: Collection[str] = ()) -> Dealt:
    """Drop what waits for a cause. Errors: `Misconfigured` without a reason, or for a cause nothing waits for."""
    if not reason.strip():
        raise Misconfigured("dropping needs a reason: whoever looks for a document later reads it", code="usage")
    with begin() as connection:
        ids = _waiting(connection, cause, plants)
    while True:
        with begin() as connection:
            if rows.drop(connection, cause, reason.strip(), plants=plants) < rows.PAGE:
                break
    with begin() as connection:
        return Dealt(cause, len(ids), rows.still_waiting(connection, ids))


def _waiting(connection: Transaction, cause: str, plants: Collection[str]) -> list[int]:
    ids = rows.ids_of(connection, cause, plants=plants)
    if not ids:
        raise Misconfigured(f"nothing waits for a cause {cause!r}; `lotweave quarantine causes` lists those there are", code="usage")
    return ids
