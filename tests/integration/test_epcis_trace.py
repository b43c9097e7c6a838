"""The events behind a trace: others' as they told them, ours as we tell them."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from lotweave.bootstrap import House
from lotweave.epcis_trace import FORMS, trace_document
from trace_core.epcis.hashes import identity
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.reading import read
from trace_core.identifiers import parse_thing
from trace_core.walk import Asked

from epcis_site import NOW, capture, document, event, key, own  # isort: skip


def behind(site: House, thing: str, direction: str) -> list[EpcisEvent]:
    """The events of the document, which both bindings have alike."""
    root = parse_thing(thing)
    assert root
    told: dict[str, Any] = {"direction": direction, "asked": Asked(NOW, "contains"), "ground": site.site.epcis.ground, "now": NOW}
    with site.view() as view:
        payloads = [trace_document(view, view.connection, root, **told, form=form) for form in FORMS]
    found = [read(payload, media) for payload, media in zip(payloads, ("application/ld+json", "application/xml"), strict=True)]
    assert [problem for one in found for problem in one.all_problems()] == []
    in_json, in_xml = ([one.event for one in events.events if one.event] for events in found)
    assert [(one.event_id, identity(one)) for one in in_json] == [(one.event_id, identity(one)) for one in in_xml]
    return in_json


def test_our_own_events_are_told_with_how_the_things_came_and_went(site: House) -> None:
    own(site)

    assert [one.biz_step for one in behind(site, "HZ/lot/CAP/L9", "forward")] == [
        "urn:lotweave:bizstep:issue", "commissioning", "shipping", "packing",
    ]  # fmt: skip


def test_events_of_others_are_told_as_they_told_them(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1, eventID="urn:x:1"), event(2, eventID="urn:x:2")))

    (found,) = behind(site, "HZ/serial/04012345111118/S2", "backward")

    assert found.instances["outputEPCList"] == ("urn:epc:id:sgtin:4012345.011111.S2",)
    assert found.event_id == "urn:x:2"
