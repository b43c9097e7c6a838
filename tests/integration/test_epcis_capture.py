"""EPCIS capture over HTTP on a real database: documents, jobs, sameness, corrections, limits, and what a key may send."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from epcis_site import BOARD, CAP, JSON, NOW, SU, ask, backward, capture, document, event, key, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House
from lotweave.plumbing import plumbing_of
from pipelines.state import captures
from pipelines.steps.capture import MOST_ATTEMPTS, take_in
from pipelines.steps.load import load
from pipelines.steps.sweep import sweep
from trace_core.epcis.reading import read
from trace_core.epcis.shape import CONTEXT
from trace_core.epcis.things import Ground
from trace_core.epcis.writing_xml import document_xml


def test_a_captured_document_is_genealogy(client: FlaskClient, site: House) -> None:
    job = capture(client, key(site), document(event(1), event(2)))

    assert (job["running"], job["success"], job["captureErrorBehaviour"], job["errors"]) == (False, True, "rollback", [])
    assert backward(site, "HZ/serial/04012345111118/S2") == ["HZ/lot/04012345222227/L1"]


def test_what_only_observes_is_kept_and_makes_no_document(client: FlaskClient, site: House) -> None:
    headers = key(site)
    seen = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "departing", "inputQuantityList": None, "outputEPCList": None}

    assert capture(client, headers, document(event(1, **seen, epcList=[BOARD.format("S1")])))["success"]

    assert times(ask(client, headers, "EQ_bizStep=departing")) == ["01"]
    assert backward(site, "HZ/serial/04012345111118/S1") == []


def test_a_gtin_is_the_item_that_has_it(client: FlaskClient, site: House) -> None:
    item = {"item": "PCBA", "base_uom": "H87", "tracking": "serial", "global_item": "4012345111118"}
    load([orjson.dumps({"kind": "item", "plant": "HZ", "key": "1", "revision": 1, "body": item})], begin=site.begin, now=lambda: NOW)

    capture(client, key(site), document(event(1)))

    assert backward(site, "HZ/serial/PCBA/S1") == ["HZ/lot/04012345222227/L1"]


def test_the_same_event_in_both_bindings_and_again_is_one(client: FlaskClient, site: House) -> None:
    headers = key(site)
    events = [one.event for one in read(document(event(1), event(2)), "application/json").events if one.event]
    as_xml = document_xml([replace(one, event_id=f"urn:x:{at}") for at, one in enumerate(events)], created=NOW, prefixes={})

    for payload, media in ((as_xml, "application/xml"), (document(event(2), event(1)), "application/ld+json"), (as_xml, "text/xml")):
        assert capture(client, headers, payload, media)["success"]

    assert [one["eventID"] for one in ask(client, headers)] == ["urn:x:1", "urn:x:0"]
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM document").scalar_one() == 2


def test_the_order_and_number_of_deliveries_never_matter(client: FlaskClient, site: House) -> None:
    headers, rng, states = key(site), random.Random(11), set()
    right = event(2, eventID="urn:x:right", inputQuantityList=[{"epcClass": CAP, "quantity": 45}])
    pack = {"type": "AggregationEvent", "action": "DELETE", "parentID": "urn:epc:id:sscc:4012345.0000000111", "bizStep": "unpacking"}
    stories = [
        event(1), event(1, eventID="urn:x:1"), event(1, eventID="urn:x:again"), event(2), right,
        declared(event(2)), declared(event(1, eventID="urn:x:1"), errorDeclaration={"declarationTime": "2026-03-06T00:00:00Z"}),
        event(3, eventID="urn:x:3"), declared(event(3, eventID="urn:x:3", disposition="active")),
        event(4, **pack, inputQuantityList=None, outputEPCList=None),
    ]  # fmt: skip
    for _ in range(8):
        with site.begin() as connection:
            tables = "document, event, touch, thing, weaving, stale, link_set, quarantine, captured_event"
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        deliveries = [*stories, *rng.sample(stories, 4)]
        rng.shuffle(deliveries)
        cut = rng.randrange(1, len(deliveries))
        for part in (deliveries[:cut], deliveries[cut:]):
            events = [one.event for one in read(document(*part), "application/json").events if one.event]
            as_xml = rng.random() < 0.5
            payload = document_xml(events, created=NOW, prefixes={}) if as_xml else document(*part)
            assert capture(client, headers, payload, "application/xml" if as_xml else "application/ld+json")["success"]
        with site.begin() as connection:
            documents = connection.exec_driver_sql("SELECT plant, kind, key, revision, content, current FROM document ORDER BY 1, 2, 3, 4")
            events_held = connection.exec_driver_sql("SELECT identity, event_id, aliases::text FROM captured_event ORDER BY 1")
            states.add((tuple(map(tuple, documents)), tuple(map(tuple, events_held))))

    assert len(states) == 1
    assert backward(site, "HZ/serial/04012345111118/S2") == ["HZ/lot/04012345222227/L1"]
    assert backward(site, "HZ/serial/04012345111118/S1") == backward(site, "HZ/serial/04012345111118/S3") == []


def test_the_same_content_elsewhere_is_another_event(client: FlaskClient, site: House) -> None:
    headers = key(site)

    capture(client, headers, document(event(1), event(1, readPoint={"id": "urn:epc:id:sgln:4012345.00001.line2"})))

    assert len(ask(client, headers)) == 2


def test_one_wrong_event_undoes_all_or_is_left_out(client: FlaskClient, site: House) -> None:
    headers = key(site)
    payload = document(event(1), event(2, bizStep="transforming"), event(3, readPoint={"id": "https://elsewhere.example.com/1"}))

    undone = capture(client, headers, payload)
    assert ask(client, headers) == []
    left_out = capture(client, headers, payload, **{"GS1-Capture-Error-Behaviour": "proceed"})

    assert (undone["success"], left_out["success"]) == (False, False)
    assert [(one["type"], one["event"]) for one in undone["errors"]] == [
        ("epcisException:ValidationException", 1), ("epcisException:ValidationException", 2),
    ]  # fmt: skip
    assert undone["errors"][0]["problems"][0]["path"] == "/epcisBody/eventList/1/bizStep"
    assert left_out["errors"] == undone["errors"]
    assert times(ask(client, headers)) == ["01"]


def test_a_reason_is_at_its_place_in_xml_too(client: FlaskClient, site: House) -> None:
    wrong = event(1, outputEPCList=["urn:epc:id:gdti:4012345.00009.PO-4711"])
    events = [one.event for one in read(document(wrong), "application/json").events if one.event]

    job = capture(client, key(site), document_xml(events, created=NOW, prefixes={}), "application/xml")

    place = "/EPCISDocument/EPCISBody/EventList/TransformationEvent[1]/outputEPCList/epc[1]"
    assert [one["path"] for one in job["errors"][0]["problems"]] == [place]


def test_an_event_that_the_genealogy_refuses_is_refused_whole(client: FlaskClient, site: House) -> None:
    item = {"item": "04012345222227", "base_uom": "H87", "tracking": "lot"}
    load([orjson.dumps({"kind": "item", "plant": "HZ", "key": "1", "revision": 1, "body": item})], begin=site.begin, now=lambda: NOW)
    headers, wrong = key(site), event(1, inputQuantityList=[{"epcClass": CAP, "quantity": 1, "uom": "KGM"}])

    job = capture(client, headers, document(wrong, event(2)), **{"GS1-Capture-Error-Behaviour": "proceed"})

    assert [(one["event"], one["problems"][0]["value"]) for one in job["errors"]] == [(0, "KGM")]
    assert times(ask(client, headers)) == ["02"]


def test_an_event_id_names_one_content(client: FlaskClient, site: House) -> None:
    headers = key(site)
    capture(client, headers, document(event(1, eventID="urn:x:1")))

    job = capture(client, headers, document(event(2, eventID="urn:x:1")))

    assert [one["type"] for one in job["errors"]] == ["epcisException:ResourceAlreadyExistsException"]


def declared(told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return told | {"errorDeclaration": {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}} | more


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("other", [{}, {"disposition": "active"}], ids=["by content", "by eventID"])
def test_a_declared_error_takes_the_event_back_and_both_stay(client: FlaskClient, site: House, other: dict[str, Any], turned: bool) -> None:
    headers, right = key(site), event(1, eventID="urn:x:1")
    story = [right, declared(right, **other)]

    for told in reversed(story) if turned else story:
        assert capture(client, headers, document(told))["success"]

    assert backward(site, "HZ/serial/04012345111118/S1") == []
    assert len(ask(client, headers, "EQ_eventID=urn:x:1")) == 2
    assert len(ask(client, headers, "EXISTS_errorDeclaration=true&EQ_errorReason=did_not_occur")) == 1
    assert "errorDeclaration" not in client.get("/epcis/events/urn:x:1", headers=headers).json


def test_a_plants_key_takes_back_no_event_of_another_plant(client: FlaskClient, site: House) -> None:
    capture(client, key(site), document(event(1, eventID="urn:x:1", readPoint={"id": SU})))

    job = capture(client, key(site, "engineer", "HZ"), document(declared(event(1, eventID="urn:x:1"))))

    assert [one["type"] for one in job["errors"]] == ["epcisException:SecurityException"]
    assert backward(site, "SU/serial/04012345111118/S1") == ["SU/lot/04012345222227/L1"]


def test_a_document_that_ends_every_process_is_given_up(client: FlaskClient, site: House) -> None:
    with site.begin() as connection:
        sent = {"payload": document(event(1)), "media_type": "application/ld+json", "behaviour": "rollback"}
        job = captures.add_job(connection, plants=(), now=NOW, **sent)
    for attempt in range(MOST_ATTEMPTS):
        with site.begin() as connection:
            assert captures.claim_job(connection, job, now=NOW + 2 * attempt * captures.LEASE)

    take_in(job, begin=site.begin, now=lambda: NOW + 20 * captures.LEASE, ground=Ground())

    found = client.get(f"/epcis/captureJobs/{job}", headers=key(site)).json
    assert (found["running"], found["success"]) == (False, False)
    assert found["errors"][0]["type"] == "epcisException:ImplementationException"


def test_a_job_whose_process_was_killed_is_carried_on(client: FlaskClient, site: House) -> None:
    headers = key(site)
    with site.begin() as connection:
        sent = {"payload": document(event(1)), "media_type": "application/ld+json", "behaviour": "rollback"}
        job = captures.add_job(connection, plants=(), now=NOW, **sent)
        captures.claim_job(connection, job, now=NOW)  # and then it was killed

    with site.begin() as connection:
        assert captures.due_jobs(connection, now=NOW) == []
        assert captures.due_jobs(connection, now=NOW + 2 * captures.LEASE) == [job]
    found = client.get(f"/epcis/captureJobs/{job}", headers=headers).json
    take_in(job, begin=site.begin, now=lambda: NOW, ground=Ground())

    assert (found["running"], found["success"]) == (False, True)
    assert times(ask(client, headers)) == ["01"]


def test_the_sweep_wakes_a_worker_for_a_document_that_waits(client: FlaskClient, site: House) -> None:
    woken: list[tuple[str, object, str]] = []
    plumbing = plumbing_of(site, lambda task, argument, plant: woken.append((task, argument, plant)))
    with site.begin() as connection:
        sent = {"payload": document(event(1)), "media_type": "application/ld+json", "behaviour": "rollback"}
        job = captures.add_job(connection, plants=(), now=NOW, **sent)

    assert sweep(plumbing) == 1
    take_in(job, begin=plumbing.begin, now=plumbing.now, ground=plumbing.ground)

    assert woken == [("capture", job, "")]
    assert sweep(plumbing) == 0
    assert times(ask(client, key(site))) == ["01"]


def test_payloads_are_forgotten_in_time_and_jobs_stay(client: FlaskClient, site: House) -> None:
    headers = key(site)
    jobs = [capture(client, headers, document(event(number, bizStep=step))) for number, step in ((1, "assembling"), (2, "transforming"))]
    with site.begin() as connection:
        sent = {"payload": document(event(3)), "media_type": "application/ld+json", "behaviour": "rollback"}
        waits = captures.add_job(connection, plants=(), now=NOW, **sent)
    plumbing = plumbing_of(site)

    sweep(replace(plumbing, now=lambda: plumbing.now() + timedelta(days=29)))
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(payload) FROM capture_job").scalar_one() == 3
    sweep(replace(plumbing, now=lambda: plumbing.now() + timedelta(days=31)))

    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT id FROM capture_job WHERE payload IS NOT NULL").scalars().all() == [waits]
    assert [client.get(f"/epcis/captureJobs/{job['captureID']}", headers=headers).json for job in jobs] == jobs


def test_limits_are_announced_and_kept(client: FlaskClient, site: House) -> None:
    headers = key(site)
    many = client.post("/epcis/capture", data=document(*(event(number) for number in range(51))), headers=headers | JSON)
    large = client.post("/epcis/capture", data=b" " * 200_001, headers=headers | JSON)
    fine = client.post("/epcis/capture", data=document(event(1)), headers=headers | JSON)

    assert [many.status_code, large.status_code, fine.status_code] == [413, 413, 202]
    assert {many.json["type"], large.json["type"]} == {"epcisException:CaptureLimitExceededException"}
    assert (fine.headers["GS1-EPCIS-Capture-Limit"], fine.headers["GS1-EPCIS-Capture-File-Size-Limit"]) == ("50", "200000")


def test_without_a_key_or_with_a_viewers_nothing_is_captured(client: FlaskClient, site: House) -> None:
    nobody = client.post("/epcis/capture", data=document(event(1)), headers=JSON)
    viewer = client.post("/epcis/capture", data=document(event(1)), headers=key(site, "viewer") | JSON)

    assert (nobody.status_code, viewer.status_code) == (401, 403)
    assert nobody.json["type"] == viewer.json["type"] == "epcisException:SecurityException"


def test_a_plants_key_sees_and_sends_events_of_its_plants_alone(client: FlaskClient, site: House) -> None:
    everybody, limited = key(site), key(site, "engineer", "HZ")
    nowhere = {"type": "ObjectEvent", "bizStep": "arriving", "action": "OBSERVE", "inputQuantityList": None, "outputEPCList": None}
    capture(
        client,
        everybody,
        document(event(1), event(2, readPoint={"id": SU}), event(3, **nowhere, epcList=[BOARD.format("S3")], readPoint=None)),
    )

    refused = capture(client, limited, document(event(4, readPoint={"id": SU})))

    assert times(ask(client, everybody)) == ["03", "02", "01"]
    assert times(ask(client, limited)) == ["01"]
    assert [one["type"] for one in refused["errors"]] == ["epcisException:SecurityException"]
    assert len(client.get("/epcis/captureJobs", headers=limited).json) == 1
    assert len(client.get("/epcis/captureJobs", headers=everybody).json) == 2


def test_a_single_event_is_taken_in_at_once_and_only_once(client: FlaskClient, site: House) -> None:
    headers, told = key(site) | JSON, json.dumps({"@context": CONTEXT} | event(1)).encode()

    first = client.post("/epcis/events", data=told, headers=headers)
    again = client.post("/epcis/events", data=told, headers=headers)
    wrong = client.post("/epcis/events", data=json.dumps({"@context": CONTEXT} | event(1, bizStep="x")), headers=headers)

    assert [first.status_code, again.status_code, wrong.status_code] == [201, 409, 400]
    assert client.get(first.headers["Location"], headers=headers).json["outputEPCList"] == ["https://id.gs1.org/01/04012345111118/21/S1"]
