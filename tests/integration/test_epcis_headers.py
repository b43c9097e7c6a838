"""Headers by which client and server agree: spellings, versions, and what a path takes."""

from __future__ import annotations

import pytest
from epcis_site import BOARD, ask, capture, document, event, key
from flask.testing import FlaskClient

from lotweave.bootstrap import House
from trace_core.epcis.reading import read


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
