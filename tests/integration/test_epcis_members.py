"""The collections of the REST binding and their members."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from epcis_site import BOARD, HZ, SU, U1, ask, capture, document, event, key, own, times
from flask.testing import FlaskClient

from lotweave.bootstrap import House


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
