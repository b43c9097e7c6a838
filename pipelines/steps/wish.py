"""Which documents of a system should show the trace of what was just woven: the outward mapping's `about` decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.ports import Plumbing
from pipelines.state.outbox import Wish
from pipelines.steps.subjects import subject_of
from pipelines.steps.weave import Woven
from trace_core.documents.envelope import Document
from trace_core.errors import Misconfigured


def wishes(accepted: Sequence[Woven], plumbing: Plumbing) -> list[Wish]:
    """One wish for each accepted document that its system's outward mapping is about, and that came from the kind it writes to."""
    return [wish for one in accepted for wish in _of(one, plumbing)]


def _of(one: Woven, plumbing: Plumbing) -> Iterator[Wish]:
    line = plumbing.lines.get(one.origin.connection)
    if line is None or one.document.deleted:
        return
    try:
        outward = plumbing.outward(line)
    except Misconfigured:
        return  # a wrong outward mapping stops the pushing, not the weaving; `push` and `check` report it
    if outward is None or outward.told.target != one.origin.source_kind or not concerns(outward.told.about, one.document):
        return
    subject = subject_of(one.document)
    if subject is not None:
        yield Wish(line.name, line.plant, outward.told.target, one.origin.source_key, subject)


def concerns(about: Mapping[str, str], document: Document) -> bool:
    """Whether a document is what `about` describes: its kind, and body fields that have a value or, for "", are empty."""
    body: Mapping[str, Any] = document.body
    return all(document.kind == wanted if name == "document" else str(body.get(name, "")) == wanted for name, wanted in about.items())
