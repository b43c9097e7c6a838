"""Events cut out of their document: as they were written, and readable by themselves."""

from __future__ import annotations

import json

from trace_core.epcis.excerpts import excerpts
from trace_core.epcis.reading import read

EVENT = '{"type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2026-03-01T08:00:00Z", "eventTimeZoneOffset": "+00:00", "x:n": 1.10, '
CONTEXT = '["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"x": "https://x.example.com/"}]'
EVENTS = f'{EVENT} "epcList": ["urn:x:1"]}}, {EVENT} "epcList": ["urn:x:2"], "bizStep": "wrong"}}, 5'
FRAME = f'{{"@context": {CONTEXT}, "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T08:00:00Z"'
DOCUMENT = f'{FRAME}, "epcisBody": {{"eventList": [{EVENTS}]}}}}'.encode()
XML = b"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="https://x.example.com/"
 schemaVersion="2.0" creationDate="2026-03-01T08:00:00Z">
<EPCISBody><EventList><ObjectEvent><action>ADD</action></ObjectEvent><!-- two -->
<extension><TransformationEvent><x:n>1.10</x:n></TransformationEvent></extension>
<ObjectEvent><action>WRONG</action></ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"""


def test_an_event_of_json_keeps_its_context_and_digits() -> None:
    places = [one.where for one in read(DOCUMENT, "application/json").events]

    found = excerpts(DOCUMENT, "application/json", places[1:])

    assert set(found) == {"/epcisBody/eventList/1", "/epcisBody/eventList/2"}
    assert b"1.10" in found[places[1]]
    assert json.loads(found[places[1]])["@context"] == json.loads(CONTEXT)
    (again,) = read(found[places[1]], "application/json").events
    assert [problem.path for problem in again.problems] == ["/bizStep"]
    assert found[places[2]] == b"5"


def test_an_event_of_xml_keeps_its_namespaces() -> None:
    places = [one.where for one in read(XML, "application/xml").events]

    found = excerpts(XML, "application/xml", places)

    assert len(found) == 3
    assert b"WRONG" in found[places[2]]
    (again,) = read(found[places[1]], "application/xml").events
    assert again.event is None
    assert b'xmlns:x="https://x.example.com/"' in found[places[1]]


def test_a_bare_event_is_all_of_its_payload() -> None:
    bare = json.dumps({"@context": json.loads(CONTEXT), "type": "ObjectEvent", "action": "OBSERVE"}).encode()
    (only,) = read(bare, "application/json").events

    assert excerpts(bare, "application/json", [only.where]) == {only.where: bare}
