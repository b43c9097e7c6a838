"""EPCIS events that were left out wait in quarantine, and are taken in again once their cause is mended."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from epcis_site import SU, ask, capture, document, event, key, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House, clock
from lotweave.console.app import make_app
from pipelines.state import quarantine
from pipelines.steps.capture import take_in
from pipelines.steps.replay import Replayed, replay
from trace_core.epcis.reading import read
from trace_core.epcis.writing_xml import document_xml
from trace_core.identifiers import parse_thing

PROCEED = {"GS1-Capture-Error-Behaviour": "proceed"}
ELSEWHERE = "https://elsewhere.example.com/1"


def waiting(site: House) -> list[dict[str, Any]]:
    with site.begin() as connection:
        return quarantine.listing(connection)


def again(site: House, *ids: int, places: dict[str, str] | None = None) -> list[Replayed]:
    ground = replace(site.site.epcis, places={**site.site.epcis.places, **(places or {})}).ground
    return replay(ids, begin=site.begin, now=clock, take_in=partial(take_in, begin=site.begin, now=clock, ground=ground))


def test_what_is_left_out_waits_with_its_reasons_and_job_and_is_replayed(client: FlaskClient, site: House) -> None:
    headers = key(site)
    wrong = event(3, readPoint={"id": ELSEWHERE})
    for _ in range(2):
        job = capture(client, headers, document(event(1), event(2, bizStep="transforming"), wrong), **PROCEED)

    found = waiting(site)
    first = again(site)
    mended = again(site, places={ELSEWHERE: "HZ"})

    assert [(one["connection"], one["kind"], one["problems"][0]["path"]) for one in found] == [
        ("epcis", "event", "/epcisBody/eventList/1/bizStep"),
        ("epcis", "TransformationEvent", "/epcisBody/eventList/2/readPoint"),
    ]
    assert {one["job"] for one in found} == {job["captureID"]}
    assert [one.taken for one in first] == [False, False]
    assert [one.taken for one in mended] == [False, True]
    assert times(ask(client, headers)) == ["03", "01"]
    assert [one["kind"] for one in waiting(site)] == ["event"]
    assert [one.id for one in again(site, found[1]["id"])] == []


def test_a_right_delivery_of_the_same_event_ends_its_waiting(client: FlaskClient, site: House) -> None:
    headers = key(site)
    capture(client, headers, document(event(1, eventID="urn:x:1")))
    capture(client, headers, document(event(2, eventID="urn:x:1"), event(3, readPoint={"id": ELSEWHERE})), **PROCEED)
    assert [one["stage"] for one in waiting(site)] == ["conflict", "interpret"]

    open_site = replace(site, site=replace(site.site, epcis=replace(site.site.epcis, default_plant="HZ")))
    capture(make_app(open_site).test_client(), headers, document(event(3, readPoint={"id": ELSEWHERE})))

    assert [one["stage"] for one in waiting(site)] == ["conflict"]


def test_all_or_nothing_and_what_a_key_may_not_say_leave_no_record(client: FlaskClient, site: House) -> None:
    limited = key(site, "engineer", "HZ")

    capture(client, limited, document(event(1), event(2, bizStep="transforming")))
    capture(client, limited, document(event(3), event(4, readPoint={"id": SU})), **PROCEED)

    assert waiting(site) == []


def test_a_replay_has_the_limits_of_its_sender(client: FlaskClient, site: House) -> None:
    capture(client, key(site, "engineer", "HZ"), document(event(3, readPoint={"id": ELSEWHERE})), **PROCEED)

    (refused,) = again(site, places={ELSEWHERE: "SU"})

    assert not refused.taken
    assert "limited to HZ" in refused.problems[0]


def test_answers_about_the_things_say_that_something_waits(client: FlaskClient, site: House) -> None:
    unit = parse_thing("HZ/serial/04012345111118/S7")
    assert unit
    wrong = event(7, inputQuantityList=[{"epcClass": "urn:epc:class:lgtin:4012345.022222.L1"}])
    events = [one.event for one in read(document(wrong), "application/json").events if one.event]

    capture(client, key(site), document_xml(events, created=clock(), prefixes={}), "application/xml", **PROCEED)

    with site.view() as view:
        assert [one.kind for one in view.waiting([unit])] == ["TransformationEvent"]
