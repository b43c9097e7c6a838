"""EPCIS queries over HTTP on a real database: captured events and our own, in one answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from epcis_site import BOARD, CAP, HZ, NOW, OWN, SU, U1, ask, backward, capture, document, event, key, own, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House
from trace_core.epcis.reading import read
from trace_core.epcis.writing import document_json


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
        ("GET", "/epcis/queries/none/subscriptions", {}, 501, "ImplementationException"),
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


EXT = {"GS1-Extensions": "x=https://ns.example.com/epcis/"}
WARM = {"sensorMetadata": {"deviceID": "urn:x:d:1"}, "sensorReport": [{"type": "Temperature", "value": 31.5, "uom": "CEL"}]}


def extended() -> bytes:
    told = json.loads(document(event(1), event(2, sensorElementList=[WARM]), event(3)))
    told["@context"].append({"ext": "https://ns.example.com/epcis/"})
    for one, batch in zip(told["epcisBody"]["eventList"], (7, 10, "B"), strict=True):
        one |= {"ext:batch": batch, "ext:run": {"ext:oven": batch}, "ilmd": {"ext:code": f"C{batch}"}}
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("GE_value_CEL=30&EQ_type=Temperature&EQ_deviceID=urn:x:d:1", ["02"]),
        ("GE_value_CEL=32", []),
        ("EXISTS_sensorElementList=true", ["02"]),
        ("GT_x:batch=7", ["02"]),
        ("EQ_x:batch=B|7", ["03", "01"]),
        ("GE_INNER_x:oven=7&EXISTS_x:run", ["02", "01"]),
        ("EQ_ILMD_x:code=CB", ["03"]),
        ("EXISTS_INNER_urn:lotweave:epcis:%23thing", []),
        ("orderBy=x:batch", ["03", "02", "01", "44", "43", "42", "41"]),
        ("orderBy=x:batch&orderDirection=ASC&eventCountLimit=4", ["01", "02", "03", "41"]),
    ],
)
def test_sensors_and_extensions_are_asked_for(client: FlaskClient, site: House, query: str, found: list[str]) -> None:
    headers = key(site)
    own(site)
    assert capture(client, headers, extended())["success"]

    assert times(ask(client, headers | EXT, query)) == found


@pytest.mark.parametrize("entry", ["x", "x=ns", "1=urn:x:", "xml=urn:x:"])
def test_a_wrong_extension_is_refused(client: FlaskClient, site: House, entry: str) -> None:
    answer = client.get("/epcis/events", headers=key(site) | {"GS1-Extensions": entry})

    assert (answer.status_code, answer.json["problems"][0]["value"]) == (400, entry)


LINE, CELL, NAME = "urn:x:place:line", "urn:x:place:cell", "urn:epcglobal:cbv:mda:name"


def mastered() -> bytes:
    stored = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "storing", "inputQuantityList": None, "outputEPCList": None}
    stored |= {"quantityList": [{"epcClass": CAP}]}
    places = ({"readPoint": {"id": CELL}}, {"bizLocation": {"id": HZ}}, {"readPoint": {"id": LINE}})
    told = json.loads(document(*(event(at, **stored, **one) for at, one in enumerate(places, 1))))
    elements: list[dict[str, Any]] = [
        {"id": HZ, "children": [LINE], "attributes": [{"id": "cbvmda:name", "attribute": "Hangzhou"}]},
        {"id": LINE, "children": [CELL, HZ]},
        {"id": CELL, "attributes": [{"id": "cbvmda:name", "attribute": "Cell"}, {"id": "urn:x:oven", "attribute": 3}]},
    ]
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": elements}
    item = {"id": CAP, "attributes": [{"id": "cbvmda:descriptionShort", "attribute": "capacitor"}]}
    items = {"type": "urn:epcglobal:epcis:vtype:EPCClass", "vocabularyElementList": [item]}
    return json.dumps(told | {"epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary, items]}}}).encode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"WD_readPoint={HZ}", ["03", "02", "01"]),
        (f"WD_readPoint={CELL}", ["01"]),
        (f"EQ_readPoint={LINE}", ["03"]),
        ("HASATTR_readPoint=cbvmda:name", ["02", "01"]),
        ("HASATTR_readPoint=urn:x:oven|urn:x:none", ["01"]),
        ("HASATTR_bizLocation=urn:epcglobal:cbv:mda%23name", ["02"]),
        ("HASATTR_readPoint=urn:x:none", []),
        ("EQATTR_readPoint_cbvmda:name=Cell", ["01"]),
        ("EQ_ATTR_readPoint_urn:x:oven=3|4", ["01"]),
        ("EQATTR_bizLocation_cbvmda:name=Cell", []),
        ("EQATTR_epcClass_cbvmda:descriptionShort=capacitor&EQ_readPoint=urn:x:place:line", ["03"]),
    ],
)
def test_places_are_found_by_their_master_data(client: FlaskClient, site: House, query: str, found: list[str]) -> None:
    headers = key(site)
    own(site)
    job = capture(client, headers, mastered(), **{"GS1-Capture-Error-Behaviour": "rollback"})
    assert job["success"], job

    assert times(ask(client, headers, query)) == found


def test_master_data_is_kept_with_its_events_and_what_was_said_last_holds(client: FlaskClient, site: House) -> None:
    headers = key(site)
    wrong = json.loads(mastered())
    wrong["epcisBody"]["eventList"].append(event(4, action="WRONG"))
    assert not capture(client, headers, json.dumps(wrong).encode())["success"]
    with site.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM vocabulary_element").scalar_one() == 0

    assert capture(client, headers, mastered())["success"]
    assert capture(client, headers, mastered().replace(b'"Cell"', b'"Oven"'))["success"]

    assert times(ask(client, headers, "EQATTR_readPoint_cbvmda:name=Oven")) == ["01"]
    assert ask(client, headers, "EQATTR_readPoint_cbvmda:name=Cell") == []


def test_a_key_tells_nothing_of_places_of_other_plants(client: FlaskClient, site: House) -> None:
    job = capture(client, key(site, "engineer", "SU"), mastered())

    assert not job["success"]
    assert (-1, "epcisException:SecurityException") in [(one["event"], one["type"]) for one in job["errors"]]
    assert ask(client, key(site), "HASATTR_readPoint=cbvmda:name") == []


def test_answers_come_in_xml_and_with_the_identifiers_asked_for(client: FlaskClient, site: House) -> None:
    headers = key(site)
    capture(client, headers, document(event(1)))
    link, urn = "https://id.gs1.org/01/04012345111118/21/S1", BOARD.format("S1")

    as_xml = client.get("/epcis/events", headers=headers | {"Accept": "application/xml"})
    (found,) = (one.event for one in read(as_xml.data, "application/xml").events)
    assert found

    assert as_xml.content_type == "application/xml"
    assert found.instances["outputEPCList"] == (link,)
    for wanted, shown in (("Always_EPC_URN", urn), ("Never_Translates", urn), ("Always_GS1_Digital_Link", link)):
        assert ask(client, headers | {"GS1-EPC-Format": wanted})[0]["outputEPCList"] == [shown]


@pytest.mark.parametrize(
    ("wanted", "step"),
    [("Always_URN", b"urn:epcglobal:cbv:bizstep:assembling"), ("Always_Web_URI", b"https://ref.gs1.org/cbv/BizStep-assembling"),
     ("No_Preference", b"https://ref.gs1.org/cbv/BizStep-assembling")],
)  # fmt: skip
def test_words_come_in_xml_as_they_are_wanted(client: FlaskClient, site: House, wanted: str, step: bytes) -> None:
    headers = key(site) | {"Accept": "application/xml", "GS1-CBV-XML-Format": wanted}
    capture(client, headers, document(event(1, bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po:1"}])))

    answer = client.get("/epcis/events", headers=headers)

    assert b"<bizStep>" + step in answer.data
    assert (b"urn:epcglobal:cbv:btt:po" in answer.data) is (wanted == "Always_URN")
    assert [one.event.biz_step for one in read(answer.data, "application/xml").events if one.event] == ["assembling"]


def test_the_spelling_of_words_is_not_kept(client: FlaskClient, site: House) -> None:
    headers = key(site) | {"GS1-CBV-XML-Format": "Never_Translates"}

    assert client.get("/epcis/events", headers=headers | {"Accept": "text/xml"}).status_code == 406
    assert client.get("/epcis/events", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("", "GET, OPTIONS"), ("capture", "GET, OPTIONS, POST"), ("events", "GET, OPTIONS, POST"), ("queries/q", "DELETE, GET, OPTIONS"),
     ("epcs/urn:x:1/events", "GET, OPTIONS")],
)  # fmt: skip
def test_a_path_says_what_it_takes(client: FlaskClient, site: House, path: str, allowed: str) -> None:
    answer = client.options(f"/epcis/{path}", headers=key(site) | {"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0.0"})

    assert (answer.status_code, answer.headers["Allow"]) == (204, allowed)
    assert (answer.headers["GS1-EPCIS-Version"], answer.headers["GS1-CBV-Max"]) == ("2.0.0", "2.0.0")
    assert answer.headers["GS1-Extensions"] == "lotweave=urn:lotweave:epcis:"


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


def test_collections_lead_to_events(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    capture(client, headers, document(event(1)))

    assert "ObjectEvent" in client.get("/epcis/eventTypes", headers=headers).json["member"]
    assert times(ask(client, headers, path="/epcis/eventTypes/ObjectEvent/events")) == ["43", "42", "41"]
    assert times(ask(client, headers, path="/epcis/bizSteps/packing/events")) == ["44"]
    assert times(ask(client, headers, path=f"/epcis/epcs/{quote(BOARD.format('S1'), safe='')}/events")) == ["01"]


def members(client: FlaskClient, headers: dict[str, str], sort: str, size: int = 1000) -> list[str]:
    found, address = [], f"/epcis/{sort}?perPage={size}"
    while address:
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, answer.json
        assert len(answer.json["member"]) <= size
        found += answer.json["member"]
        link = answer.headers.get("Link", "")
        address = link[1 : link.index(">")] if link else ""
    return found


def test_collections_list_what_captured_and_own_events_name(client: FlaskClient, site: House) -> None:
    headers, limited = key(site), key(site, "viewer", "SU")
    own(site)
    baked = "https://ns.example.com/step/baking"
    capture(client, headers, document(event(1), event(2, readPoint={"id": SU}, bizLocation={"id": SU}), event(3, bizStep=baked)))
    capture(
        client,
        headers,
        document(event(4, readPoint={"id": "urn:lotweave:plant/HZ"}, outputEPCList=["urn:lotweave:thing/HZ/serial/PCBA/U1"])),
    )
    boards = [f"https://id.gs1.org/01/04012345111118/21/S{at}" for at in (1, 2, 3)]
    units = ["urn:lotweave:thing/HZ/serial/PCBA/U1", "urn:lotweave:thing/HZ/container//C1"]

    for size in (1, 2, 1000):
        assert members(client, headers, "epcs", size) == [*boards, *units]
        assert members(client, headers, "readPoints", size) == PLACES
    assert members(client, limited, "epcs") == boards[1:2]
    assert members(client, key(site, "viewer", "HZ", "SU"), "epcs", 1) == [*boards, *units]
    assert members(client, limited, "bizLocations") == [PLACES[1]]
    steps = members(client, headers, "bizSteps", 10)
    assert {"shipping", baked, "urn:lotweave:bizstep:issue"} < set(steps)
    assert len(steps) == len(set(steps))
    assert members(client, headers | {"GS1-Extensions": "s=https://ns.example.com/step/"}, "bizSteps")[-1] == "s:baking"
    assert members(client, headers | {"GS1-EPC-Format": "Never_Translates"}, "epcs")[0] == BOARD.format("S1")


PLACES = ["https://id.gs1.org/414/4012345000016", "https://id.gs1.org/414/4012345000023", "urn:lotweave:plant/HZ"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("eventTypes/ObjectEvent", 200), ("bizSteps/holding", 200), ("dispositions/cbv:Disp-damaged", 200), ("readPoints/urn:x:none", 404),
     (f"epcs/{U1}", 200), (f"bizLocations/{quote(HZ, safe='')}", 404), (f"readPoints/{quote(HZ, safe='')}", 200)],
)  # fmt: skip
def test_a_member_leads_to_its_events(client: FlaskClient, site: House, path: str, status: int) -> None:
    headers = key(site)
    own(site)
    capture(client, headers, document(event(1)))

    answer = client.get(f"/epcis/{path}", headers=headers)

    assert answer.status_code == status
    assert status != 200 or answer.json["member"] == ["events"]


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
