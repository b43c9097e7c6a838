"""What was read is written again, in both bindings, and read as the same event."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from epcis_examples import DATA, media_type

from trace_core.epcis.hashes import identity
from trace_core.epcis.reading import read
from trace_core.epcis.writing import answer_json, document_json, event_json
from trace_core.epcis.writing_xml import answer_xml, document_xml, event_xml

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FILES = sorted(path for path in DATA.rglob("*") if path.suffix in {".json", ".jsonld", ".xml"} and "Invalid" not in path.parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_read_is_written_as_the_same_events(path: Path) -> None:
    events = [one.event for one in read(path.read_bytes(), media_type(path)).events if one.event]
    written = [
        ("application/json", document_json(events, created=NOW, prefixes={})),
        ("application/json", answer_json(events, created=NOW, query="q", prefixes={})),
        ("application/xml", document_xml(events, created=NOW, prefixes={})),
        ("application/xml", answer_xml(events, created=NOW, query="q", prefixes={})),
    ]

    for media, payload in written:
        again = read(payload, media)
        assert [str(problem) for problem in again.all_problems()] == []
        assert [identity(one.event) for one in again.events if one.event] == [identity(one) for one in events]


def test_a_bare_event_is_written_and_read_in_both_bindings(data: Path) -> None:
    path = data / "openepcis/2.0/JSON/Capture/Documents/ObjectEvent_all_possible_fields.json"
    (event,) = (one.event for one in read(path.read_bytes(), "application/json").events if one.event)

    for media, payload in (("application/json", event_json(event, prefixes={})), ("application/xml", event_xml(event, prefixes={}))):
        (again,) = (one.event for one in read(payload, media).events if one.event)
        assert identity(again) == identity(event)
        assert (again.event_id, again.error) == (event.event_id, event.error)
