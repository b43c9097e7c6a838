"""Which documents of a system should show the trace of what was just woven: the outward mapping's `about` decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mappings.engine.language import MappingFile
from pipelines.ports import Line, Plumbing
from pipelines.state.outbox import Wish
from pipelines.steps.subjects import subject_of
from pipelines.steps.weave import Woven
from trace_core.documents.envelope import Document
from trace_core.errors import Misconfigured


def wishes(accepted: Sequence[Woven], plumbing: Plumbing) -> list[Wish]:
    """One wish for each accepted document that its system's outward mapping is about, and that came from the kind it writes to."""
    mappings = {name: _outward(name, plumbing) for name in {one.origin.connection for one in accepted}}
    return [wish for one in accepted if (told := mappings[one.origin.connection]) for wish in _of(one, *told)]


def _outward(name: str, plumbing: Plumbing) -> tuple[Line, MappingFile] | None:
    """A connection and its outward mapping; a wrong one stops the pushing, not the weaving: `push` and `check` report it."""
    line = plumbing.lines.get(name)
    try:
        outward = plumbing.outward(line) if line else None
    except Misconfigured:
        return None
    return (line, outward.told) if line and outward else None


def _of(one: Woven, line: Line, outward: MappingFile) -> Iterator[Wish]:
    if outward.target != one.origin.source_kind or one.document.deleted or not concerns(outward.about, one.document):
        return
    subject = subject_of(one.document)
    if subject is not None:
        yield Wish(line.name, line.plant, outward.target, one.origin.source_key, subject)


def concerns(about: Mapping[str, str], document: Document) -> bool:
    """Whether a document is what `about` describes: its kind, and body fields that have a value or, for "", are empty."""
    body: Mapping[str, Any] = document.body
    return all(document.kind == wanted if name == "document" else str(body.get(name, "")) == wanted for name, wanted in about.items())
