"""The front door for what others send: a payload of either binding into judged events."""

from __future__ import annotations

from dataclasses import dataclass

from trace_core.epcis.checks import Judged, judged
from trace_core.epcis.jsonld import read_json
from trace_core.epcis.masters import Element, judged_elements
from trace_core.epcis.xml import read_xml
from trace_core.errors import Problem, Rejected

JSON_TYPES = ("application/ld+json", "application/json")
XML_TYPES = ("application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class Read:
    """The events of a payload in its order, the master data of its header, and what is wrong with the document around the events."""

    events: tuple[Judged, ...]
    problems: tuple[Problem, ...] = ()
    elements: tuple[Element, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with the document or any of its events."""
        return not self.problems and all(one.event is not None for one in self.events)

    def all_problems(self) -> tuple[Problem, ...]:
        """Those of the document, then those of each event."""
        return (*self.problems, *(problem for one in self.events for problem in one.problems))


def read(payload: bytes, media_type: str) -> Read:
    """What a payload says; `media_type` without parameters.

    Errors: `Rejected` when it is no JSON or XML at all, or of another media type.
    """
    if media_type in JSON_TYPES:
        raw = read_json(payload)
    elif media_type in XML_TYPES:
        raw = read_xml(payload)
    else:
        known = ", ".join((*JSON_TYPES, *XML_TYPES))
        raise Rejected(f"{media_type or 'nothing'} is no media type of EPCIS", code="media_type", problems=[Problem("", f"use {known}")])
    elements, wrong = judged_elements(raw.elements)
    return Read(tuple(judged(one) for one in raw.events), (*raw.problems, *wrong), elements)
