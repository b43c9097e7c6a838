"""EPCIS queries over HTTP on a real database: captured events and our own, in one answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from epcis_site import CAP, HZ, NOW, OWN, SU, U1, ask, backward, capture, document, event, key, own, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House
from trace_core.epcis.reading import read
from trace_core.epcis.writing import document_json

WEBSOCKET = {"Upgrade": "websocket", "Connection": "Upgrade"}


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "exception"),
    [
        ("POST", "/epcis/capture", {"data": b"{", "content_type": "application/json"}, 400, "ValidationException"),
        ("POST", "/epcis/capture", {"data": b"a", "content_type": "text/csv"}, 415, "UnsupportedMediaTypeException"),
        ("POST", "/epcis/capture", {"data": b"<a/>", "content_type": "application/xml"}, 400, "ValidationException"),
        ("GET", "/epcis/captureJobs/none", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/events/urn:x:none", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/events?GE_eventDate=2026-01-01T00:00:00Z", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?GE_eventTime=yesterday", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?EQ_action=SHIPPED", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?orderBy=eventTime&eventCountLimit=1&maxEventCount=1", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?perPage=0", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?nextPageToken=abc", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events", {"headers": {"Accept": "text/csv"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/queries/none", {}, 404, "NoSuchNameException"),
        ("GET", "/epcis/events", {"headers": {"GS1-EPC-Format": "Always_Roman"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events", {"headers": {"GS1-CBV-XML-Format": "Always"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events", {"headers": {"GS1-EPCIS-Min": "2.1"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/epcs", {"headers": {"GS1-EPCIS-Max": "1.2.0"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/queries", {"headers": {"GS1-CBV-Min": "3"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/queries", {"headers": {"GS1-CBV-Max": "two"}}, 406, "NotAcceptableException"),
        ("POST", "/epcis/capture", {"data": b"{}", "content_type": "application/json", "headers": {"GS1-EPCIS-Version": "1.2"}}, 406,
         "NotAcceptableException"),
        ("GET", "/epcis/events?EQ_eventID=" + "|".join(["urn:x:1"] * 5000), {}, 414, "URITooLongException"),
        ("OPTIONS", "/epcis/nothing", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/queries/none/subscriptions", {}, 404, "NoSuchNameException"),
        ("GET", "/epcis/events?stream=true", {"headers": WEBSOCKET}, 501, "ImplementationException"),
        ("POST", "/epcis/queries", {"json": {"name": "q", "query": {"GE_eventDate": "x"}}}, 400, "QueryParameterException"),
        ("GET", "/epcis/nothing/here", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/epcs/urn:x:none", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/bizSteps/baking", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/epcs?nextPageToken=7~a", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/epcs?EQ_action=ADD", {}, 400, "QueryParameterException"),
    ],
)  # fmt: skip
def test_every_error_is_a_problem_of_the_standard(
    client: FlaskClient, site: House, method: str, path: str, more: dict[str, Any], status: int, exception: str
) -> None:
    headers = key(site) | more.pop("headers", {})

    answer = client.open(path, method=method, headers=headers, **more)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["type"] == f"epcisException:{exception}"
    assert answer.json["status"] == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["44", "43", "42", "41", "03", "02", "01"]),
        ("orderBy=eventTime&orderDirection=ASC", ["01", "02", "03", "41", "42", "43", "44"]),
        ("eventType=ObjectEvent", ["43", "42", "41"]),
        ("eventType=AggregationEvent|TransformationEvent", ["44", "03", "02", "01"]),
        ("GE_eventTime=2026-03-01T08:02:00%2B08:00&LT_eventTime=2026-03-01T00:42:00Z", ["41", "03", "02"]),
        ("EQ_action=ADD", ["44", "42"]),
        ("EQ_bizStep=shipping|packing", ["44", "43"]),
        ("EQ_bizStep=https://ref.gs1.org/cbv/BizStep-assembling", ["03", "02", "01"]),
        ("EQ_disposition=in_transit", ["43"]),
        (f"EQ_readPoint={HZ}", ["03", "02", "01"]),
        ("EQ_readPoint=urn:lotweave:plant/HZ", ["44", "43", "42", "41"]),
        ("EQ_bizTransaction_prodorder=urn:lotweave:order/HZ/MO-1", ["42", "41"]),
        ("EQ_readPoint=urn:x:none", []),
        ("EQ_readPoint=urn:lotweave:plant/SU", []),
        ("WD_readPoint=https://id.gs1.org/414/4012345000016", ["03", "02", "01"]),
        ("EQ_destination_possessing_party=urn:lotweave:party/HZ/K", ["43"]),
        ("EQ_destination=urn:lotweave:party/HZ/V", []),
        ("EQ_source=urn:x:none", []),
        ("EQ_transformationID=urn:x:none", []),
        ("EQ_bizTransaction_po=urn:lotweave:order/HZ/MO-1", []),
        (f"MATCH_anyEPC={U1}", ["44", "43", "42"]),
        (f"MATCH_epc={U1}", ["44", "43", "42"]),
        (f"MATCH_parentID={quote('urn:lotweave:thing/HZ/container//C1', safe='')}", ["44"]),
        ("MATCH_outputEPC=https://id.gs1.org/01/04012345111118/21/S2", ["02"]),
        ("MATCH_outputEPC=urn:epc:id:sgtin:4012345.011111.S2", ["02"]),
        ("MATCH_outputEPC=urn:epc:idpat:sgtin:4012345.011111.*", ["03", "02", "01"]),
        ("MATCH_anyEPC=urn:epc:idpat:sgtin:4012345.*.*", ["03", "02", "01"]),
        ("MATCH_anyEPC=urn:epc:idpat:sgtin:4012346.*.*", []),
        (f"MATCH_inputEPCClass={CAP}", ["03", "02", "01"]),
        ("MATCH_anyEPCClass=urn:epc:idpat:sgtin:4012345.022222.*", []),
        ("MATCH_anyEPCClass=urn:epc:idpat:lgtin:4012345.022222.*", ["03", "02", "01"]),
        ("GT_quantity=44", []),
        ("GE_quantity=44", ["03", "02", "01"]),
        ("EQ_quantity_H87=5", ["41"]),
        ("EQ_eventID=urn:lotweave:event/HZ/movement/3/1|urn:x:none", ["43"]),
        ("EXISTS_errorDeclaration=false&eventType=AggregationEvent", ["44"]),
        ("EXISTS_errorDeclaration=true", []),
        ("orderBy=eventTime&eventCountLimit=2", ["44", "43"]),
        ("maxEventCount=7", ["44", "43", "42", "41", "03", "02", "01"]),
        ("GE_recordTime=2026-04-01T00:00:01Z", ["03", "02", "01"]),
        ("LT_recordTime=2026-04-01T00:00:01Z", ["44", "43", "42", "41"]),
    ],
)
def test_a_query_finds_captured_and_own_events(client: FlaskClient, site: House, query: str, found: list[str]) -> None:
    headers = key(site)
    own(site)
    capture(client, headers, document(event(1), event(2), event(3)))

    assert times(ask(client, headers, query)) == found
    if "orderBy" not in query and "Limit" not in query:
        assert sorted(times(ask(client, headers, f"{query}&orderBy=recordTime&orderDirection=ASC"))) == sorted(found)


def test_too_many_events_are_refused_and_not_cut(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)

    answer = client.get("/epcis/events?maxEventCount=3", headers=headers)

    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:QueryTooLargeException")


@pytest.mark.parametrize(
    "options", ["orderBy=eventTime&orderDirection=ASC", "orderBy=recordTime", "orderBy=eventTime&eventCountLimit=9", "orderBy=gs1:none"]
)
def test_pages_together_are_the_answer(client: FlaskClient, site: House, options: str) -> None:
    headers = key(site)
    own(site)
    same_time = [event(at, eventTime="2026-03-01T00:41:00Z") for at in range(1, 9)]
    capture(client, headers, document(*same_time))
    whole = ask(client, headers, f"{options}&perPage=1000")

    pages, address = [], f"/epcis/events?{options}&perPage=2"
    while address:
        answer = client.get(address, headers=headers)
        pages.append(json.loads(answer.data)["epcisBody"]["queryResults"]["resultsBody"]["eventList"])
        link = answer.headers.get("Link", "")
        address = link[1 : link.index(">")] if link else ""

    assert [one["eventID"] for page in pages for one in page] == [one["eventID"] for one in whole]
    assert len(whole) == (9 if "Limit" in options else 12)
    assert all(len(page) <= 2 for page in pages)


def test_named_queries_are_kept_asked_and_removed(client: FlaskClient, site: House) -> None:
    headers = key(site)
    capture(client, headers, document(event(1), event(2, readPoint={"id": SU})))
    query = {"name": "made", "query": {"eventType": ["TransformationEvent"], "GE_quantity": 44}}

    made = client.post("/epcis/queries", json=query, headers=headers)
    again = client.post("/epcis/queries", json=query, headers=headers)
    listed = client.get("/epcis/queries", headers=headers).json
    events = ask(client, key(site, "viewer", "SU"), path=f"{made.headers['Location']}/events")
    gone = client.delete(made.headers["Location"], headers=headers)

    assert (made.status_code, again.status_code, gone.status_code) == (201, 409, 204)
    assert [one["name"] for one in listed] == ["made"]
    assert times(events) == ["02"]
    assert client.get("/epcis/queries/made/events", headers=headers).status_code == 404


def test_what_we_tell_we_take_back_unchanged(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    answer = client.get("/epcis/events", headers=headers)
    events = [one.event for one in read(answer.data, "application/ld+json").events if one.event]

    job = capture(client, headers, document_json(events, created=NOW, prefixes={}))

    assert (job["success"], job["errors"]) == (True, [])
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM document").scalar_one() == len(OWN)
    assert backward(site, "HZ/serial/PCBA/U1") == ["HZ/lot/CAP/L9"]
