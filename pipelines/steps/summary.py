"""What a pushed result says: the trace of a document's things in a few words that an ERP field can hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from trace_core.answer import trace
from trace_core.identifiers import ThingId
from trace_core.ports import Documents

LIMIT = 5
"""Roots named one by one in a summary; more are counted."""


def summarise(documents: Documents, subjects: Sequence[ThingId], *, now: datetime, recalls: Sequence[str] = ()) -> dict[str, Any]:
    """Reference, sentence and figures over the backward traces of the subjects. `things` is 0 when nothing is known of any of them.

    `recalls` are the open recalls that affect the subjects; they come first in the sentence, so that no short field cuts them off.

    The reference is made of the answer's content, so that the same genealogy always gives the same reference.
    """
    answers = [trace(documents, subject, direction="backward", now=now) for subject in subjects]
    things = {told["id"]: told for answer in answers for told in answer["things"]}
    lots = [told for told in things.values() if told["kind"] == "lot"]
    links = sorted((link["from"], link["to"], link["at"]) for answer in answers for link in answer["links"])
    content = hashlib.sha256(orjson.dumps([sorted(subject.uri for subject in subjects), links])).hexdigest()
    gaps = {(gap["code"], gap["about"], gap["message"]) for answer in answers for gap in answer["gaps"]}
    plants = sorted({told["plant"] for told in things.values()} | {subject.plant for subject in subjects})
    suppliers = {told["supplier"] for told in lots if "supplier" in told}
    words = [
        *([f"RECALL {', '.join(recalls)}"] if recalls else []),
        f"{len(subjects)} made of {len(lots)} lots from {len(suppliers)} suppliers in {'+'.join(plants)}",
        "complete" if not gaps else f"{len(gaps)} gaps",
    ]
    numbers = [subject.number for subject in subjects]
    return {
        "reference": f"LW-{content[:12].upper()}",
        "summary": "; ".join(words),
        "root": {"number": " ".join(numbers[:LIMIT]) + (f" +{len(numbers) - LIMIT}" if len(numbers) > LIMIT else "")},
        "order": next((link["order"] for answer in answers for link in answer["links"] if "order" in link), ""),
        "things": len(things),
        "recall": ", ".join(recalls),
        "plants": " ".join(plants),
        "complete": not gaps,
        "asked_at": now.isoformat(timespec="seconds"),
        "hash": content,
    }
