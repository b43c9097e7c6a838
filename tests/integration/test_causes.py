"""A thousand documents of three causes: told as three, mended and interpreted anew by one word, or dropped with a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from typer.testing import CliRunner

from lotweave.access.keys import create
from lotweave.bootstrap import House
from lotweave.cli.main import app_of
from lotweave.console.app import make_app
from lotweave.demo.site import make_site
from lotweave.plumbing import plumbing_of
from pipelines.steps.causes import Dealt, drop_cause, listing, place_of, replay_cause
from pipelines.steps.interpret import interpret
from trace_core.errors import Misconfigured

FILL = """
WITH kept AS (INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
SELECT 'hz-masters', 'HZ', CASE WHEN n <= 800 THEN 'BD_Supplier' ELSE 'XX_Partner' END, 'S' || n, n::text,
       convert_to(CASE WHEN n <= 500 THEN json_build_object('FDocumentStatus', 'C', 'FName', 'Name ' || n)::text
                       WHEN n <= 800 THEN repeat('[', n) ELSE json_build_object('FNumber', 'P' || n, 'FName', n::text)::text END, 'UTF8'),
       1, false, now(), true FROM generate_series(1, 1000) n RETURNING plant, id, key)
INSERT INTO uninterpreted (plant, lane, id) SELECT plant, abs(hashtext(key) % 8), id FROM kept
"""
MENDED = """
mapping: kingdee/XX_Partner
version: 1
documents:
  - document: partner
    key: {from: FNumber}
    body: {partner: {from: FNumber, required: true}, name: FName, role: {constant: supplier}}
"""


@pytest.fixture
def ill(house: House, tmp_path: Path) -> House:
    """A house in whose inbox a thousand documents were in vain."""
    site = make_site(tmp_path / "site", hz="http://127.0.0.1:1", su="http://127.0.0.1:1")
    made = replace(house, site=replace(site, database=house.site.database))
    with made.begin() as connection:
        connection.execute(text(FILL))
    interpret("HZ", plumbing_of(made))
    return made


def told(house: House, **options: Any) -> dict[str, Any]:
    with house.begin() as connection:
        return listing(connection, **{"plants": [], "after": None, "most": 100} | options)


def nothing(_: str) -> None:
    raise AssertionError("no event of others waits")


def test_a_thousand_documents_are_three_causes_with_an_example_each(ill: House) -> None:
    found = told(ill)["causes"]

    assert [(one["documents"], one["kind"], one["stage"]) for one in found] == [
        (500, "BD_Supplier", "interpret"), (300, "BD_Supplier", "interpret"), (200, "XX_Partner", "interpret"),
    ]  # fmt: skip
    missing, broken, unmapped = found
    assert any("BD_Supplier.yml:" in line for line in missing["mapping"])
    assert "no JSON" in broken["says"][0]
    assert "there is no mapping for kingdee" in unmapped["says"][0]
    assert [one["example"]["key"][0] for one in found] == ["S", "S", "S"]
    assert missing["first"] <= missing["last"]


def test_causes_come_in_pages(ill: House) -> None:
    first = told(ill, most=2)
    rest = told(ill, most=2, after=place_of(first["next"]))

    assert [one["documents"] for one in first["causes"] + rest["causes"]] == [500, 300, 200]
    assert rest["next"] is None
    with pytest.raises(Misconfigured):
        place_of("nonsense")


def test_a_mended_cause_is_taken_in_and_the_others_wait(ill: House) -> None:
    unmapped = told(ill)["causes"][2]["cause"]
    file = ill.site.folder / "mappings" / "kingdee" / "XX_Partner.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(MENDED, "utf-8")

    dealt = replay_cause(unmapped, plumbing_of(ill), nothing)

    assert dealt == Dealt(unmapped, waited=200, left=0)
    assert [one["documents"] for one in told(ill)["causes"]] == [500, 300]
    with ill.begin() as connection:
        held = connection.execute(text("SELECT count(*) FROM document WHERE kind = 'partner' AND current")).scalar_one()
    assert held == 200


def test_a_cause_that_is_not_mended_leaves_all_of_it_waiting(ill: House) -> None:
    missing = told(ill)["causes"][0]["cause"]

    assert replay_cause(missing, plumbing_of(ill), nothing) == Dealt(missing, waited=500, left=500)


def test_what_is_dropped_waits_no_more_and_keeps_the_reason(ill: House) -> None:
    broken = told(ill)["causes"][1]["cause"]
    with pytest.raises(Misconfigured, match="reason"):
        drop_cause(broken, " ", ill.begin)

    assert drop_cause(broken, "test data of the vendor", ill.begin) == Dealt(broken, waited=300, left=0)

    with ill.begin() as connection:
        kept = connection.execute(text("SELECT dropped_because, count(*) FROM quarantine WHERE state = 'dropped' GROUP BY 1")).all()
    assert [tuple(row) for row in kept] == [("test data of the vendor", 300)]
    with pytest.raises(Misconfigured, match="nothing waits"):
        drop_cause(broken, "again", ill.begin)


def test_the_verbs_say_the_same(ill: House, database_url: str) -> None:
    address = database_url.replace("postgresql+psycopg://", "postgresql://")
    file = ill.site.folder / "lotweave.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[services]\ndatabase = '{address}'\n", "utf-8")

    def asked(*words: str) -> tuple[int, Any]:
        ended = CliRunner().invoke(app_of(), ["quarantine", *words, "--site", str(ill.site.folder), "--json"])
        return ended.exit_code, json.loads(ended.stdout)

    status, found = asked("causes", "--limit", "2")
    missing, broken = (one["cause"] for one in found["causes"])

    assert (status, asked("causes", "--cursor", found["next"])[1]["causes"][0]["documents"]) == (1, 200)
    assert asked("replay", "--cause", missing) == (1, {"cause": missing, "waited": 500, "left": 500})
    assert asked("drop", "--cause", broken, "--reason", "not ours") == (0, {"cause": broken, "waited": 300, "left": 0})
    assert asked("drop", "--cause", broken, "--reason", "again")[0] == 2
    assert asked("replay", "1", "--cause", missing)[0] == 2


@pytest.fixture
def client(ill: House) -> FlaskClient:
    return make_app(ill).test_client()


def key(house: House, role: str, *plants: str) -> dict[str, str]:
    with house.begin() as connection:
        return {"Authorization": f"Bearer {create(connection, role=role, plants=plants, now=datetime.now(UTC))}"}


def test_over_http_causes_are_listed_replayed_and_dropped_by_those_who_may(client: FlaskClient, ill: House) -> None:
    operator, viewer, stranger = key(ill, "operator"), key(ill, "viewer"), key(ill, "operator", "SU")
    path = "/api/v1/quarantine/causes"

    found = client.get(f"{path}?limit=2", headers=viewer).json
    assert found is not None
    rest = client.get(f"{path}?limit=2&cursor={found['next']}", headers=viewer).json
    assert rest is not None
    assert [one["documents"] for one in found["causes"] + rest["causes"]] == [500, 300, 200]
    missing, broken = (one["cause"] for one in found["causes"])
    assert client.get(path, headers=stranger).json == {"causes": [], "next": None}
    assert client.post(f"{path}/{missing}/replay", headers=viewer).status_code == 403
    assert client.post(f"{path}/{missing}/replay", headers=stranger).status_code == 400

    again = client.post(f"{path}/{missing}/replay", headers=operator)
    dropped = client.post(f"{path}/{broken}/drop", headers=operator, json={"reason": "not ours"})

    assert (again.status_code, again.json) == (202, {"cause": missing, "waited": 500, "again": 500})
    assert dropped.json == {"cause": broken, "waited": 300, "left": 0}
    assert client.post(f"{path}/{missing}/drop", headers=operator, json={}).status_code == 400
