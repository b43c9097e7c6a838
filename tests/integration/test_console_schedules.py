"""`/api/v1/schedules`: times in the plant's zone, and changes for keys that may make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from lotweave.access.keys import create
from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.schedules import listing
from lotweave.settings import Connection, Plant, zones_and_kinds
from lotweave.timetables import Timetables
from pipelines.state import runs
from scheduler.blackout import Blackout, read_window
from scheduler.cron import read_cron
from scheduler.schedule import Schedule
from scheduler.timetable import Timetable

HZ, SU = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 6, 8, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(house: House) -> House:
    table = Timetable(
        (
            Schedule("masters", "hz", HZ, read_cron("30 6 * * mon-fri"), kinds=("BD_MATERIAL", "ENG_BOM")),
            Schedule("su", "su", SU, 5 * MINUTE, adaptive=(MINUTE, 30 * MINUTE)),
        ),
        (Blackout("count", *read_window("sat 00:00 - mon 08:00")),),
        {"hz": HZ, "su": SU},
    )
    plants = {"HZ": Plant("HZ", "HZ", HZ), "SU": Plant("SU", "SU", SU)}
    connections = {"hz": Connection("hz", "HZ", "kingdee", (), {}), "su": Connection("su", "SU", "yonyou", (), {})}
    return replace(house, site=replace(house.site, plants=plants, connections=connections, timetables=lambda: table))


@pytest.fixture
def client(site: House) -> FlaskClient:
    return make_app(site).test_client()


def key(house: House, role: str = "operator", *plants: str) -> dict[str, str]:
    with house.begin() as connection:
        return {"Authorization": f"Bearer {create(connection, role=role, plants=plants, now=datetime.now(UTC))}"}


def test_next_times_are_those_of_the_plant_and_of_the_end_of_a_blackout(site: House) -> None:
    masters, su = listing(site, site.site.timetable.schedules, now=NOW)

    assert masters["next"] == ["2026-03-09T08:00:00+08:00", "2026-03-10T06:30:00+08:00", "2026-03-11T06:30:00+08:00"]
    assert su["next"][0] == "2026-03-06T03:10:00-05:00"
    assert (su["interval"], su["adaptive"]) == ("5m", "1m..30m")
    assert (masters["state"], masters["last"]) == ("active", None)


def test_the_newest_run_and_the_interval_that_follows_it_are_shown(site: House, client: FlaskClient) -> None:
    made = client.post("/api/v1/schedules/su/run", json={"kinds": ["Supplier"]}, headers=key(site)).json
    assert made is not None
    now = datetime.now(UTC)
    with site.begin() as connection:
        row = runs.claim(connection, made["runs"][0], now=now + timedelta(days=3))  # after a blackout that may be on now
        runs.kept_page(connection, row.id, row.token, fetched=9, unchanged=9, now=now)
        runs.pulled(connection, row.id, row.token)

    told = client.get("/api/v1/schedules", headers=key(site, "viewer", "SU")).json

    assert told is not None
    assert [one["name"] for one in told["schedules"]] == ["su"]
    assert told["schedules"][0]["last"]["states"] == {"pulled": 1}
    assert told["schedules"][0]["interval"] == "10m"


def test_a_schedule_is_paused_with_a_reason_and_resumed(site: House, client: FlaskClient) -> None:
    headers = key(site)

    paused = client.post("/api/v1/schedules/masters/pause", json={"because": "stocktaking"}, headers=headers).json
    again = client.post("/api/v1/schedules/masters/pause", headers=headers).json
    told = listing(site, site.site.timetable.schedules, now=NOW)[0]
    resumed = client.post("/api/v1/schedules/masters/resume", headers=headers).json

    assert paused == {"schedule": "masters", "state": "paused", "changed": True}
    assert again is not None
    assert again["changed"] is False
    assert (told["state"], told["paused"]["because"], told["next"]) == ("paused", "stocktaking", [])
    assert resumed == {"schedule": "masters", "state": "active", "changed": True}


def test_a_backfill_pulls_everything_of_the_schedule_once_more(site: House, client: FlaskClient) -> None:
    made = client.post("/api/v1/schedules/masters/backfill", headers=key(site, "engineer")).json

    assert made is not None
    with site.begin() as connection:
        rows = connection.execute(text('SELECT kind, "full", schedule FROM run ORDER BY rank')).all()
    assert [tuple(row) for row in rows] == [("BD_MATERIAL", True, "masters"), ("ENG_BOM", True, "masters")]
    assert (made["full"], len(made["runs"])) == (True, 2)


def test_a_range_of_days_is_cut_into_windows_where_the_system_can_be_asked_for_one(site: House, client: FlaskClient) -> None:
    days = {"from": "2026-03-01", "to": "2026-03-10", "window": 5}

    made = client.post("/api/v1/schedules/masters/backfill", json=days | {"kinds": ["BD_MATERIAL"]}, headers=key(site)).json
    whole = client.post("/api/v1/schedules/su/backfill", json=days | {"kinds": ["Supplier"]}, headers=key(site)).json
    wrong = client.post("/api/v1/schedules/su/backfill", json=days | {"to": "2026-02-01"}, headers=key(site))
    half = client.post("/api/v1/schedules/su/backfill", json={"from": "2026-03-01"}, headers=key(site))

    assert made is not None
    assert made["windows"] == [
        ["2026-03-01T00:00:00+08:00", "2026-03-06T00:00:00+08:00"],
        ["2026-03-06T00:00:00+08:00", "2026-03-11T00:00:00+08:00"],
    ]
    assert (len(made["runs"]), made["whole"]) == (2, [])
    assert whole is not None
    assert (len(whole["runs"]), whole["windows"], whole["whole"]) == (1, [], ["Supplier"])
    assert (wrong.status_code, half.status_code) == (400, 400)
    with site.begin() as connection:
        rows = connection.execute(text('SELECT kind, "full", since IS NULL FROM run ORDER BY id')).all()
    assert [tuple(row) for row in rows] == [("BD_MATERIAL", False, False)] * 2 + [("Supplier", True, True)]


def test_what_a_key_may_not_do_or_see_is_refused(site: House, client: FlaskClient) -> None:
    assert client.get("/api/v1/schedules").status_code == 401
    assert client.post("/api/v1/schedules/masters/run", headers=key(site, "viewer")).status_code == 403
    assert client.post("/api/v1/schedules/masters/run", headers=key(site, "operator", "SU")).status_code == 404
    assert client.post("/api/v1/schedules/masters/stop", headers=key(site)).status_code == 404
    assert client.post("/api/v1/schedules/masters/run", data=b"[", headers=key(site)).status_code == 400
    unknown = client.post("/api/v1/schedules/masters/run", json={"kinds": ["Packing"]}, headers=key(site))
    assert (unknown.status_code, unknown.json and unknown.json["problems"][0]["value"]) == (400, "Packing")
    with site.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM run")).scalar_one() == 0


@pytest.fixture
def written(site: House, tmp_path: Path) -> House:
    """The same plants and connections with a file of schedules."""
    (tmp_path / "schedules.toml").write_text('[[schedule]]\nconnection = "hz"\nevery = "5m"\n', "utf-8")
    made = replace(site.site, folder=tmp_path)
    return replace(site, site=replace(made, timetables=Timetables(tmp_path, zones_and_kinds(made))))


def test_schedules_and_blackouts_are_put_patched_and_deleted(written: House) -> None:
    client, headers = make_app(written).test_client(), key(written, "engineer")

    put = client.put("/api/v1/schedules/su nightly", json={"connection": "su", "cron": "30 2 * * *"}, headers=headers)
    again = client.put("/api/v1/schedules/su nightly", json={"connection": "su", "every": "1h"}, headers=headers)
    patched = client.patch("/api/v1/schedules/hz", json={"every": "10m", "jitter": "20s"}, headers=headers)
    window = client.put("/api/v1/blackouts/count", json={"window": "sat 22:00 - sun 06:00", "connections": ["hz"]}, headers=headers)
    told = client.get("/api/v1/schedules", headers=headers).json
    of_su = client.get("/api/v1/schedules", headers=key(written, "viewer", "SU")).json
    deleted = client.delete("/api/v1/schedules/hz", headers=headers)

    assert [one.status_code for one in (put, again, patched, window, deleted)] == [201, 200, 200, 201, 204]
    assert told is not None
    assert of_su is not None
    assert [(one["name"], one["when"]) for one in told["schedules"]] == [("hz", "every 10m"), ("su nightly", "every 1h")]
    assert told["blackouts"] == [{"name": "count", "window": "sat 22:00 - sun 06:00", "connections": ["hz"]}]
    assert of_su["blackouts"] == []
    assert [one.name for one in written.site.timetable.schedules] == ["su nightly"]


def test_a_change_that_is_wrong_or_not_the_keys_to_make_is_refused(written: House) -> None:
    client, headers = make_app(written).test_client(), key(written, "admin")
    of_su = key(written, "engineer", "SU")
    new, everywhere = {"connection": "su", "every": "1h"}, {"window": "sat 22:00 - sun 06:00"}

    wrong = client.patch("/api/v1/schedules/hz", json={"every": "soon"}, headers=headers)
    refused = [
        client.put("/api/v1/schedules/su", json=new, headers=key(written, "operator")),
        client.patch("/api/v1/schedules/hz", json={"every": "1h"}, headers=of_su),
        client.put("/api/v1/schedules/hz", json=new, headers=of_su),
        client.delete("/api/v1/schedules/hz", headers=of_su),
        client.put("/api/v1/blackouts/count", json=everywhere, headers=of_su),
    ]

    assert wrong.json is not None
    assert (wrong.status_code, wrong.json["problems"][0]["path"]) == (400, "schedules.toml:3:1")
    assert [one.status_code for one in refused] == [403] * 5
    assert client.patch("/api/v1/schedules/none", json={}, headers=headers).status_code == 404
    assert client.put("/api/v1/schedules/hz", json=[], headers=headers).status_code == 400
    assert client.put("/api/v1/schedules/su", json=new, headers=of_su).status_code == 201
    assert [one.name for one in written.site.timetable.schedules] == ["hz", "su"]
