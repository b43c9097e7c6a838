"""What a pushed result says: the trace of a document's things in a few words that an ERP field can hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from trace_core.answer import trace
from trace_core.identifiers import ThingId
from trace_core.ports import Documents

LOT = ("plant", "item", "number", "supplier", "supplier_lot", "date_code")
"""What a summary tells of each lot."""
LIMIT = 5
"""Roots named one by one in a summary; more are counted."""


def summarise(
    documents: Documents, subjects: Sequence[ThingId], *, now: datetime, recalls: Sequence[str] = (), address: str = ""
) -> dict[str, Any]:
    """Reference, sentence and figures over the backward traces of the subjects. `things` is 0 when nothing is known of any of them.

    `recalls` are the open recalls that affect the subjects; they come first in the sentence, so that no short field cuts them off. `lots`
    are the material lots in the subjects; `link` leads to the whole answer where the site says its own `address`.

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
        "lots": [{name: told[name] for name in LOT if name in told} for told in sorted(lots, key=lambda told: told["id"])],
        "link": f"{address.rstrip('/')}/api/v1/trace/backward?id={quote(subjects[0].uri, safe='')}" if address and subjects else "",
        "plants": " ".join(plants),
        "complete": not gaps,
        "asked_at": now.isoformat(timespec="seconds"),
        "hash": content,
    }
