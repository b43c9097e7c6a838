"""Recalls under way are asked again when something was woven: what late documents add is noted, and pushed where things are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.state import cases, outbox
from pipelines.state.cases import Case
from pipelines.steps.settle import Begin, View
from trace_core.identifiers import parse_thing
from trace_core.recall import affected, conditions_of, result_hash
from trace_core.store.view import StoreView
from trace_core.store.weavings import newest
from trace_core.walk import Asked


@dataclass(frozen=True, slots=True)
class Growth:
    """What a recall affects now: how many things, and those that came or went since it was last asked."""

    name: str
    things: int
    added: tuple[str, ...]
    gone: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As the verb shows it."""
        return {"name": self.name, "things": self.things, "added": list(self.added), "gone": list(self.gone)}


def case_of(documents: StoreView, name: str, asked: Asked, roots: Sequence[str], conditions: Sequence[str]) -> Case:
    """The recall as the genealogy has it in this view. Errors: `Misconfigured` for a condition that cannot be read."""
    suspects = [thing for root in roots if (thing := parse_thing(root))]
    found = affected(documents, suspects, asked, where=conditions_of(conditions))
    things = tuple(sorted(thing.uri for thing in found))
    weaving = newest(documents.connection)
    return Case(name, tuple(roots), asked.question, tuple(conditions), things, result_hash(suspects, found), weaving)


def review(begin: Begin, view: View, now: Callable[[], datetime]) -> list[Growth]:
    """Ask every open recall that is behind again. Documents of systems that show what came or went are planned anew."""
    with begin() as connection:
        due = cases.behind(connection)
    grown = []
    for case in due:
        with view() as documents:
            after = case_of(documents, case.name, Asked(now(), case.question), case.roots, case.conditions)
        added, gone = sorted(set(after.things) - set(case.things)), sorted(set(case.things) - set(after.things))
        with begin() as connection:
            cases.renew(connection, after, added, now=now())
            outbox.look_again_at(connection, [*added, *gone])
        grown.append(Growth(case.name, len(after.things), tuple(added), tuple(gone)))
    return grown
