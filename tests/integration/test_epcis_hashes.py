"""Our own events by their CBV hash: found whenever they came, whatever their items were called, and without work while documents come."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from epcis_site import NOW, capture, document, event, key, own
from flask.testing import FlaskClient
from sqlalchemy import text

from lotweave.bootstrap import House
from lotweave.plumbing import plumbing_of
from pipelines.state.own_hashes import is_behind
from pipelines.steps.load import load
from pipelines.steps.own_hashes import Behind, be_ready, make
from pipelines.steps.sweep import sweep
from trace_core.epcis.hashes import event_hash
from trace_core.epcis.reading import read
from trace_core.store.seals import SHARED

GTIN = "04012345222227"


def hashes(client: FlaskClient, headers: dict[str, str]) -> dict[str, str]:
    """EventID → hash of every event, as a partner computes it from what we tell."""
    told = read(client.get("/epcis/events", headers=headers).data, "application/ld+json")
    return {one.event.event_id: event_hash(one.event) for one in told.events if one.event and one.event.event_id}


def found(client: FlaskClient, headers: dict[str, str], event_id: str) -> str | int:
    answer = client.get(f"/epcis/events/{quote(event_id, safe='')}", headers=headers)
    return str(orjson.loads(answer.data)["eventID"]) if answer.status_code == 200 else answer.status_code


def tell(house: House, key: str, kind: str = "movement", **body: Any) -> None:
    told = {"kind": kind, "plant": "HZ", "key": key, "revision": body.pop("revision", 1), "body": body}
    assert load([orjson.dumps(told)], begin=house.begin, now=lambda: NOW).accepted == 1


def issue(house: House, number: int) -> None:
    thing = {"kind": "lot", "item": "CAP", "number": f"L{number}"}
    more = {"type": "issue", "order": "MO-2", "thing": thing, "quantity": "1", "uom": "H87", "at": f"2026-03-02T00:00:{number:02}Z"}
    tell(house, f"i{number}", **more)


def state(house: House) -> tuple[int, int]:
    with house.begin() as connection:
        row = connection.execute(text("SELECT upto, reached FROM own_hash_state")).one()
    return row.upto, row.reached


def test_every_own_event_is_found_by_its_hash_and_in_queries(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    capture(client, headers, document(event(1)))
    known = hashes(client, headers)

    assert len(known) == 5
    assert {event_id: found(client, headers, hash_) for event_id, hash_ in known.items()} == {one: one for one in known}
    asked = quote("|".join(known.values()), safe="")
    assert len(hashes_of_query(client, headers, asked)) == 5
    assert found(client, key(site, "viewer", "SU"), next(iter(known.values()))) == 404
    assert found(client, headers, "ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0") == 404


def hashes_of_query(client: FlaskClient, headers: dict[str, str], asked: str) -> set[str]:
    answer = client.get(f"/epcis/events?EQ_eventID={asked}", headers=headers)
    return {one.event.event_id or "" for one in read(answer.data, "application/ld+json").events if one.event}


def test_nothing_is_hashed_before_somebody_asks_and_what_comes_later_is_found(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    with site.begin() as connection:
        assert not is_behind(connection)
    (first, *_), ground = hashes(client, headers).values(), site.site.epcis.ground
    assert found(client, headers, first) != 404

    issue(site, 1)
    with site.begin() as connection:
        assert is_behind(connection)
    assert make(site.begin, ground)
    with site.begin() as connection:
        assert not is_behind(connection)
    issue(site, 2)
    assert {found(client, headers, hash_) for hash_ in hashes(client, headers).values()} == set(hashes(client, headers))


def test_the_sweep_wakes_a_worker_for_hashes_once_somebody_asked(client: FlaskClient, site: House) -> None:
    woken: list[str] = []
    plumbing = plumbing_of(site, lambda task, _argument, _plant: woken.append(task))
    own(site)
    sweep(plumbing)
    assert found(client, key(site), "ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0") == 404
    sweep(plumbing)
    assert "hash" not in woken

    issue(site, 1)
    sweep(plumbing)
    assert "hash" in woken


def test_what_was_being_added_while_hashes_were_made_is_not_passed_over(client: FlaskClient, site: House) -> None:
    own(site)
    ground = site.site.epcis.ground
    with site.begin() as adding:
        adding.execute(text(SHARED))
        late = adding.execute(text("SELECT nextval(pg_get_serial_sequence('document', 'id'))")).scalar_one()
        issue(site, 1)
        assert make(site.begin, ground)
        assert make(site.begin, ground)
        assert state(site)[0] < late
        adding.execute(
            text(
                "INSERT INTO document SELECT :late, plant, kind, 'late', revision, recorded_at, received_at, deleted, content, body, state,"
                " current, awaits, problems, connection, source_kind, source_key, mapping, mapping_version FROM document WHERE key = '3'"
            ),
            {"late": late},
        )
    assert make(site.begin, ground)
    assert make(site.begin, ground)

    assert state(site)[0] > late
    with site.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM own_hash WHERE document_id = :late"), {"late": late}).scalar_one() == 1


def test_an_item_that_is_named_otherwise_is_found_by_both_hashes(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    before = hashes(client, headers)
    issued = next(event_id for event_id in before if event_id.endswith("/1/1"))
    assert found(client, headers, before[issued]) == issued

    tell(site, "CAP", kind="item", item="CAP", base_uom="H87", tracking="lot", global_item=GTIN)
    after = hashes(client, headers)

    assert before[issued] != after[issued]
    assert found(client, headers, after[issued]) == found(client, headers, before[issued]) == issued
    tell(site, "RES", kind="item", item="RES", base_uom="H87", tracking="lot", global_item=GTIN)
    assert hashes(client, headers)[issued] == before[issued]
    assert found(client, headers, before[issued]) == issued


def test_whoever_asks_while_too_much_is_missing_is_told_so(client: FlaskClient, site: House) -> None:
    headers = key(site)
    own(site)
    *_, last = hashes(client, headers).values()
    ground = site.site.epcis.ground

    with pytest.raises(Behind):
        be_ready(site.begin, ground, ["ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0"], most=1)
    assert make(site.begin, ground)
    be_ready(site.begin, ground, [last], most=0)
    assert found(client, headers, last) != 404


def test_another_base_has_other_hashes(client: FlaskClient, site: House) -> None:
    own(site)
    ground = site.site.epcis.ground
    for base in ("urn:lotweave:", "https://id.example.com/", "urn:lotweave:"):
        assert make(site.begin, type(ground)(base))
        assert state(site)[1] > 0
    assert {found(client, key(site), hash_) for hash_ in hashes(client, key(site)).values()} == set(hashes(client, key(site)))
