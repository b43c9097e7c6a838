"""`/metrics`: what the database holds, as Prometheus reads it, cheap however full the site is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.settings import Connection, Plant
from pipelines.state import inbox, outbox, outbox_holds, quarantine, runs
from pipelines.state.measures import MOST, QUERIES, STAGES, STATES, statement
from pipelines.state.outbox import Wish
from pipelines.state.quarantine import Quarantined
from pipelines.state.runs import Due
from pipelines.state.tables import LANES
from trace_core.errors import Problem

PLANT, NAME = '杭州"一"', "hz\\u9"
NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)


@pytest.fixture
def site(house: House, tmp_path: Path) -> House:
    plant = Plant(PLANT, "Hangzhou", ZoneInfo("Asia/Shanghai"))
    line = Connection(NAME, PLANT, "yonyou", (), {"url": "http://127.0.0.1:1", "password": "env:LOTWEAVE_NO_SUCH_SECRET"})
    site = replace(house.site, plants={PLANT: plant}, connections={NAME: line})
    return replace(house, site=site, now=lambda: NOW)


def scraped(site: House) -> dict[tuple[str, ...], float]:
    """Figures by name and label values."""
    answer = make_app(site).test_client().get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        for sample in family.samples:
            found[sample.name.removeprefix("lotweave_"), *sample.labels.values()] = sample.value
    return found


def test_a_site_where_nothing_happened_shows_naught_for_all_it_names(site: House) -> None:
    found = scraped(site)

    assert found["inbox_waiting", PLANT] == found["inbox_oldest_seconds", PLANT] == 0
    assert found["outbox_rows", NAME, "unknown"] == found["runs_open", NAME, "due"] == found["connection_on_hold", NAME] == 0
    assert found["quarantine_waiting", PLANT, "interpret"] == 0


def test_runs_are_counted_by_how_they_stand_and_how_they_ended(site: House) -> None:
    with site.begin() as connection:
        dues = [Due(NAME, PLANT, f"K{n}", n, NOW) for n in range(4)]
        ids = runs.create(connection, dues, now=NOW)
        for at, run_id in enumerate(ids[:3]):
            row = runs.claim(connection, run_id, now=NOW)
            assert runs.kept_page(connection, run_id, row.token, fetched=10, unchanged=at, now=NOW)
            if at:
                runs.stop(connection, run_id, row.token, verdict="Misconfigured", message="", now=NOW)
            else:
                runs.pulled(connection, run_id, row.token)
        runs.finish(connection, now=NOW)
        inbox.move_checkpoint(connection, NAME, "K0", {}, now=NOW - timedelta(seconds=90))

    found = scraped(site)

    assert found["runs_open", NAME, "due"] == 1
    assert (found["runs_ended_total", NAME, "done"], found["runs_ended_total", NAME, "stopped"]) == (1, 2)
    assert (found["documents_fetched_total", NAME], found["documents_unchanged_total", NAME]) == (30, 3)
    assert found["run_done_timestamp_seconds", NAME, "K0"] == NOW.timestamp()
    assert found["checkpoint_age_seconds", NAME, "K0"] == 90


def test_a_result_is_open_from_the_wish_until_it_rests(site: House) -> None:
    with site.begin() as connection:
        outbox.wish(connection, [Wish(NAME, PLANT, "order", key, f"{PLANT}/lot/A/{key}") for key in "abc"], now=NOW - timedelta(seconds=60))
        first, second, third = connection.execute(text("SELECT id FROM outbox ORDER BY id")).scalars()
        outbox.mark(connection, first, state="unknown", now=NOW)
        outbox.mark(connection, second, state="confirmed", keys=[], now=NOW)
        outbox.mark(connection, third, state="rejected", now=NOW)
    found = scraped(site)
    assert found["outbox_oldest_seconds", NAME] == 60
    assert [found["outbox_rows", NAME, state] for state in ("unknown", "rejected", "due")] == [1, 1, 0]

    with site.begin() as connection:
        outbox.mark(connection, first, state="confirmed", now=NOW)
        outbox_holds.hold(connection, [second], reason="a look", now=NOW)
        outbox_holds.hold_connection(connection, NAME, reason="stocktaking", now=NOW)
    found = scraped(site)
    assert found["outbox_oldest_seconds", NAME] == 0
    assert (found["outbox_on_hold", NAME], found["connection_on_hold", NAME]) == (1, 1)


def test_quarantine_is_counted_by_plant_and_stage(site: House) -> None:
    with site.begin() as connection:
        waiting = [Quarantined(NAME, PLANT, "MO", str(n), "interpret", (Problem("", "no"),), b"{}") for n in range(3)]
        quarantine.put(connection, waiting, now=NOW)

    assert scraped(site)["quarantine_waiting", PLANT, "interpret"] == 3


def test_a_full_site_is_measured_by_indexes_alone(site: House) -> None:
    fill = """
        INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, deleted, fetched_at, latest)
        SELECT :name, :plant, 'K', n::text, n::text, '', 1, false, now(), true FROM generate_series(1, 20000) n;
        INSERT INTO uninterpreted (plant, lane, id) SELECT plant, id % 8, id FROM inbox WHERE id % 20 = 0;
        INSERT INTO run (connection, plant, kind, nominal_at, "full", rank, state, token, attempts, next_attempt_at, fetched, unchanged,
            reconcile)
        SELECT :name, :plant, 'K', now() - n * interval '1 minute', false, 0, CASE WHEN n < 5 THEN 'due' ELSE 'done' END, 0, 0,
            now(), 0, 0, false
        FROM generate_series(1, 20000) n;
        INSERT INTO outbox (connection, plant, target_kind, target_key, subjects, state, stale, look, urgent, reversed, attempts,
            next_attempt_at, changed_at, keys)
        SELECT :name, :plant, 'K', n::text, '{}', CASE WHEN n < 50 THEN 'due' ELSE 'confirmed' END, false, false, false, false, 0,
            now(), now(), '{}' FROM generate_series(1, 20000) n;
        INSERT INTO quarantine (connection, plant, source_kind, source_key, stage, problems, payload, things, content, since, state, cause)
        SELECT :name, :plant, 'K', n::text, 'interpret', '[]', '', '{}', n::text, now(),
            CASE WHEN n < 50 THEN 'waiting' ELSE 'resolved' END, ''
        FROM generate_series(1, 20000) n
    """
    with site.begin() as connection:
        for one in fill.split(";"):
            connection.execute(text(one), {"name": NAME, "plant": PLANT})
        for table in ("inbox", "uninterpreted", "run", "outbox", "quarantine"):
            connection.execute(text(f"ANALYZE {table}"))
        told = {
            "plants": [PLANT],
            "names": [NAME],
            "queues": ["house"],
            "states": list(STATES),
            "stages": list(STAGES),
            "no_plant": ["-"],
            "most": MOST,
            "lanes": LANES,
            "now": NOW,
        }
        plans = [line for query in QUERIES.values() for line in connection.execute(statement(f"EXPLAIN {query}"), told).scalars()]

    assert not [
        line for line in plans if "Seq Scan on" in line and any(f" on {name} " in line for name in ("inbox", "run", "outbox", "quarantine"))
    ]
