"""The judge: what the site holds and what the ERPs noted themselves, against the same of an undisturbed run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from arena.site import FORM, Arena

DOCUMENTS = "SELECT plant, kind, key, content FROM document WHERE current AND NOT deleted"
OLDER = (
    "SELECT count(*) FROM document c WHERE c.current AND EXISTS (SELECT FROM document o WHERE (o.plant, o.kind, o.key) ="
    " (c.plant, c.kind, c.key) AND o.revision > c.revision)"
)
TOLD = "_LW_Source"


@dataclass(frozen=True, slots=True)
class Held:
    """`documents` by name with their content, `results` by what they are about with their last text, `doubled` writes of one text."""

    documents: dict[tuple[str, ...], str]
    results: dict[str, str]
    doubled: int
    older: int
    quarantined: int
    unbalanced: int

    def mark(self) -> str:
        """One hash over the genealogy and the results."""
        told = json.dumps([sorted(map(list, self.documents.items())), sorted(self.results.items())], default=list)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sentence:
    """How many documents and results were lost or are others, were written twice, or hold an older revision than was received."""

    lost: int
    doubled: int
    disordered: int
    unbalanced: int

    def fine(self) -> bool:
        """Whether nothing was found."""
        return self == Sentence(0, 0, 0, 0)


def held(arena: Arena) -> Held:
    """What the site and the ERPs hold now."""
    with arena.engine.connect() as connection:
        documents = {tuple(row[:3]): row.content for row in connection.execute(text(DOCUMENTS))}
        older = connection.execute(text(OLDER)).scalar_one()
        quarantined = connection.execute(text("SELECT count(*) FROM quarantine WHERE state = 'waiting'")).scalar_one()
        unbalanced = connection.execute(text(UNBALANCED)).scalar_one()
    writes = [one for erp in arena.erps.values() for one in erp.ledger()["writes"] if "fields" in one]
    by_subject = Counter(_subject(write) for write in writes)
    texts: dict[str, list[str]] = {subject: [] for subject in by_subject}
    for write in writes:
        texts[_subject(write)].append(_text(write["fields"]))
    doubled = sum(a == b for told in texts.values() for a, b in pairwise(told))
    return Held(documents, {subject: told[-1] for subject, told in texts.items()}, doubled, older, quarantined, unbalanced)


UNBALANCED = (
    "SELECT count(*) FROM run r WHERE r.state = 'done' AND r.fetched - r.unchanged <"
    " (SELECT count(*) FROM inbox i WHERE i.run_id = r.id AND i.id NOT IN (SELECT u.id FROM uninterpreted u))"
)
"""Runs of which more was applied than they fetched anew."""


def rehearsed(arena: Arena) -> Arena:
    """The arena with what an undisturbed sync ends in as its reference."""
    arena.reset()
    arena.sync()
    if not arena.settle(180):
        raise TimeoutError(f"an undisturbed sync does not end: {arena.left()}")
    arena.reference = held(arena)
    arena.done()
    return arena


def judged(arena: Arena, now: Held) -> Sentence:
    """The sentence over a scene."""
    then: Held = arena.reference
    lost = sum(now.documents.get(name) != content for name, content in then.documents.items())
    invented = len(now.documents.keys() - then.documents.keys())
    results = sum(now.results.get(subject) != told for subject, told in then.results.items()) + len(
        now.results.keys() - then.results.keys()
    )
    return Sentence(lost + invented + results, now.doubled, now.older, now.unbalanced)


def _subject(write: dict[str, Any]) -> str:
    """What a write is about: the document it changed, or for a result of its own what that tells of."""
    if write.get("form") == FORM:
        return str(next(value for name, value in write["fields"].items() if name.endswith(TOLD)))
    return f"{write['operation']}/{write.get('form', '')}/{write.get('id') or write.get('key')}"


def _text(fields: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in fields.items() if name != "FBillNo"}, sort_keys=True, default=str)
