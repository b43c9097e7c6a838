"""`lotweave schedule` as installed: lists, pauses, runs; and `check` with every mistake of schedules and calendars."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from lotweave.bootstrap import clock, opened
from lotweave.cli.running import start_detached, stop
from lotweave.demo.processes import simulated
from lotweave.demo.site import SECRETS
from lotweave.schedules import listing
from lotweave.settings import Site, read_site
from lotweave.supervisor import free_port

SITE = """\
[plants.SU]
zone = "Asia/Shanghai"
[connections.su]
plant = "SU"
system = "yonyou"
[connections.su.settings]
url = "http://127.0.0.1:1"
client_id = "lotweave"
client_secret = "env:U9_SECRET"
user = "trace"
organisations = ["10"]
"""
SCHEDULES = '[[schedule]]\nconnection = "su"\ncron = "0 6 * * *"\ncalendar = "cn"\nonly = "working-days"\n'


def lotweave(site: Path, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "lotweave", *arguments, "--site", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"U9_SECRET": "x"}, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "lotweave.toml").write_text(SITE)
    (tmp_path / "schedules.toml").write_text(SCHEDULES)
    return tmp_path


def test_a_schedule_is_paused_listed_run_and_resumed(site: Path) -> None:
    def asked(*arguments: str) -> Any:
        status, out, err = lotweave(site, "schedule", *arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    paused = asked("pause", "su", "--because", "stocktaking")
    shown = lotweave(site, "schedule", "list")
    made = asked("run", "su", "Supplier")
    full = asked("backfill", "su", "Supplier")
    resumed = asked("resume", "su")
    listed = asked("list")["schedules"][0]
    unknown = lotweave(site, "schedule", "run", "nightly")

    assert (paused["changed"], resumed["changed"]) == (True, True)
    assert "paused: stocktaking" in shown[1]
    assert (len(made["runs"]), made["full"], full["full"]) == (1, False, True)
    assert listed["last"]["states"] == {"due": 1}
    assert all(at.endswith("T06:00:00+08:00") for at in listed["next"])
    assert len(listed["next"]) == 3
    assert unknown[0] == 2
    assert "there is no schedule 'nightly'; there are su" in unknown[2]


def test_a_schedule_and_a_blackout_are_set_and_dropped(site: Path) -> None:
    made = lotweave(site, "schedule", "set", "stock", "connection=su", "every=1h", "reconcile=true")
    closed = lotweave(site, "schedule", "set", "closing", "window=last day 18:00 - first day 12:00", "--blackout")
    changed = lotweave(site, "schedule", "set", "su", "cron=30 6 * * *", "only=", "--json")
    wrong = lotweave(site, "schedule", "set", "su", "cron=30 26 * * *")
    listed = json.loads(lotweave(site, "schedule", "list", "--json")[1])
    dropped = [lotweave(site, "schedule", "drop", "stock")[0], lotweave(site, "schedule", "drop", "closing", "--blackout")[0]]

    assert (made[0], made[1].strip(), closed[0]) == (0, "the schedule stock is made", 0)
    assert json.loads(changed[1]) == {"schedule": "su", "made": False}
    assert (wrong[0], "schedules.toml:3:1" in wrong[2]) == (2, True)
    assert [(one["name"], one["when"], one["reconcile"]) for one in listed["schedules"]] == [
        ("su", "30 6 * * *", False),
        ("stock", "every 1h", True),
    ]
    assert listed["blackouts"] == [{"name": "closing", "window": "last day 18:00 - first day 12:00", "connections": []}]
    assert dropped == [0, 0]
    assert (site / "schedules.toml").read_text().count("[[") == 1


def test_check_names_every_mistake_of_schedules_and_calendars(site: Path) -> None:
    (site / "schedules.toml").write_text(SCHEDULES.replace("0 6", "0 26") + '[[blackout]]\nwindow = "always"\n')
    (site / "calendars").mkdir()
    (site / "calendars" / "su.csv").write_text("date,working,name\n2026-02-30,no,x\n")

    status, out, _ = lotweave(site, "check", "--json")

    places = [problem["path"] for problem in json.loads(out)["problems"]]
    assert status == 2
    assert places == ["calendars/su.csv:2:1", "schedules.toml:3:1", "schedules.toml:7:1"]


def test_a_running_site_pulls_by_a_schedule_that_was_written_while_it_ran(site: Path) -> None:
    with simulated("yonyou", site / "yonyou.log") as url:
        (site / "lotweave.toml").write_text(SITE.replace("http://127.0.0.1:1", f"{url}/U9C").replace('"env:U9_SECRET"', '"file:secret"'))
        (site / "secret").write_text(SECRETS["su-client"])
        (site / "schedules.toml").unlink()
        found = read_site(site)
        start_detached(found, free_port())
        (site / "schedules.toml").write_text('[[schedule]]\nconnection = "su"\nevery = "1h"\nkinds = ["ItemMaster", "BOM"]\n')
        try:
            told = _until_done(found)
        finally:
            stop(found)

    assert told["states"] == {"done": 2}
    assert told["fetched"] == told["changed"] > 0


def _until_done(site: Site) -> dict[str, Any]:
    """The newest run of the site's schedule once all its kinds are done, or as it is after a minute."""
    waiting, last = threading.Event(), {}
    with opened(site) as house:
        for _ in range(240):
            last = listing(house, site.timetable.schedules, now=clock())[0]["last"] or {}
            if last.get("states", {}).keys() == {"done"}:
                break
            waiting.wait(0.25)
    return last
