"""The installed command: exit status, one JSON document on standard output, and errors that a person can act on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_websocket import Client, ConnectionClosed

BODY = '{"type":"%s","at":"2026-03-01T0%s:00:00Z","thing":%s,"quantity":"1","uom":"H87"%s}'
LINE = '{"kind":"movement","plant":"HZ","key":"%s","revision":1,"body":' + BODY + "}"
LOT, SERIAL = '{"kind":"lot","item":"CAP","number":"L1"}', '{"kind":"serial","item":"PCBA","number":"S1"}'
PLANT = '\n[plants.SU]\nzone = "Asia/Shanghai"\n[connections.su]\nplant = "SU"\nsystem = "yonyou"\n[connections.su.settings]\n'
U9 = 'url = "http://127.0.0.1:{port}"\nclient_id = "lotweave"\nclient_secret = "env:U9_SECRET"\nuser = "trace"\norganisations = ["10"]\n'


def lotweave(*arguments: str, site: Path | None = None, feed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lotweave", *arguments, *(["--site", str(site)] if site else [])]
    return subprocess.run(command, capture_output=True, text=True, input=feed, env=os.environ | env, timeout=120)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    done = lotweave("init", str(tmp_path / "site"))
    assert done.returncode == 0
    return tmp_path / "site"


def told(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_load_trace_find_and_gaps_start_the_database_by_themselves(site: Path) -> None:
    feed = "\n".join((LINE % ("1", "issue", 8, LOT, ',"order":"M"'), LINE % ("2", "produce", 9, SERIAL, ',"order":"M"')))

    loaded = lotweave("load", "-", "--json", site=site, feed=feed)
    trace = lotweave("trace", "backward", "S1", "--json", site=site)
    more = lotweave("trace", "backward", "S1", "--exposure", "--histories", "--json", site=site)
    shown = lotweave("trace", "backward", "S1", "--exposure", site=site)
    ever = lotweave("trace", "backward", "S1", "--exposure", "--question", "ever", site=site)
    found = lotweave("find", "M", "--json", site=site)
    gaps = lotweave("gaps", "--json", site=site)
    unknown = lotweave("trace", "forward", "NOPE", "--json", site=site)

    assert (loaded.returncode, told(loaded)["accepted"]) == (0, 2)
    assert (trace.returncode, told(trace)["things"][0]["id"]) == (0, "HZ/lot/CAP/L1")
    assert (told(more)["things"][0]["exposure"]["quantity"], told(more)["things"][0]["history"]) == ("1", [])
    assert "1 H87 (1 to 1)" in shown.stdout
    assert ever.returncode == 2
    assert told(found) == {"candidates": [{"id": "HZ/serial/PCBA/S1", "why": "order"}]}
    assert (gaps.returncode, told(gaps)["gaps"][0]["code"]) == (1, "unknown_origin")
    assert (unknown.returncode, told(unknown)) == (1, {"candidates": []})
    assert not (site / ".lotweave" / "postgres" / "postmaster.pid").exists()


def test_a_trace_is_told_as_epcis(site: Path) -> None:
    feed = "\n".join((LINE % ("1", "issue", 8, LOT, ',"order":"M"'), LINE % ("2", "produce", 9, SERIAL, ',"order":"M"')))
    lotweave("load", "-", "--json", site=site, feed=feed)

    done = lotweave("trace", "backward", "S1", "--format", "epcis", site=site)
    wrong = lotweave("trace", "backward", "S1", "--format", "edifact", site=site)

    assert done.returncode == 0
    assert told(done)["type"] == "EPCISDocument"
    assert [event["eventTime"][11:13] for event in told(done)["epcisBody"]["eventList"]] == ["08", "09"]
    assert wrong.returncode == 2


def test_a_unit_is_compared_with_its_bill_and_a_wrong_clock_is_a_gap(site: Path) -> None:
    with (site / "lotweave.toml").open("a", encoding="utf-8") as file:
        file.write("\n[plants.HZ]\nclock_tolerance_seconds = 3600\n")
    lines = [{"line": "1", "item": "CAP", "quantity": "1", "uom": "H87"}, {"line": "2", "item": "RES", "quantity": "1", "uom": "H87"}]
    masters: dict[str, dict[str, Any]] = {
        "bom": {"item": "PCBA", "version": "1", "quantity": "1", "uom": "H87", "lines": lines},
        "order": {"order": "M", "type": "standard", "item": "PCBA", "quantity": "1", "uom": "H87", "status": "started"},
    }
    feed = [json.dumps({"kind": kind, "plant": "HZ", "key": "1", "revision": 1, "body": body}) for kind, body in masters.items()]
    feed += [LINE % ("1", "issue", 8, LOT, ',"order":"M"'), LINE % ("2", "produce", 9, SERIAL, ',"order":"M"')]
    late = LINE % ("3", "issue", 9, LOT.replace("L1", "L2").replace("CAP", "RES"), ',"order":"M"')
    feed += [late.replace("T09:00", "T09:30")]
    lotweave("load", "-", site=site, feed="\n".join(feed))

    built = lotweave("as-built", "S1", "--json", site=site)
    shown = lotweave("as-built", "S1", site=site)
    trace = lotweave("trace", "backward", "S1", "--json", site=site)

    assert (built.returncode, told(built)["level"]) == (0, 0)
    assert [position["level"] for position in told(built)["bills"][0]["positions"]] == [2, 0]
    assert "nothing known" in shown.stdout
    assert [doubt["about"] for doubt in told(trace)["doubts"]] == ["HZ/lot/RES/L2"]
    assert [gap["about"] for gap in told(trace)["gaps"] if gap["code"] == "clock_tolerance"] == ["HZ/lot/RES/L2"]


MAPPING = """mapping: kingdee/TEST
version: 1
documents:
  - document: lot
    key: FID
    body: {item: FItem, lot: FLot, quality: {from: FGrade, code: grades}}
"""


def test_a_mapping_is_previewed_and_its_code_table_filled(site: Path, tmp_path: Path) -> None:
    (site / "mappings" / "kingdee").mkdir(parents=True, exist_ok=True)
    mapping, sample = site / "mappings" / "kingdee" / "TEST.yml", tmp_path / "sample.json"
    mapping.write_text(MAPPING, "utf-8")
    sample.write_text('[{"FID": 1, "FItem": "CAP", "FLot": "Ｌ1", "FGrade": "甲", "FNew": 2}]', "utf-8")

    missing = lotweave("mapping", "preview", str(mapping), "--sample", str(sample), "--json")
    added = lotweave("codes", "add", "grades", "甲", "released", "--note", "as agreed", "--json", site=site)
    shown = lotweave("mapping", "preview", str(mapping), "--sample", str(sample))
    told_ = told(lotweave("mapping", "preview", str(mapping), "--sample", str(sample), "--json"))["previews"][0]
    other = tmp_path / "kingdee" / "TEST.yml"
    other.parent.mkdir()
    other.write_text(MAPPING.replace("lot: FLot", "lot: {from: FLot, call: half_width}"), "utf-8")
    diff = lotweave("mapping", "diff", str(mapping), str(other), "--on", str(sample), "--json", site=site)
    wrong = lotweave("mapping", "preview", str(mapping), "--sample", str(tmp_path / "none.json"), "--json")
    codes, drift = lotweave("codes", "list", "--json", site=site), lotweave("mapping", "drift", "--json", site=site)

    assert (missing.returncode, told(missing)["error"]["code"]) == (2, "codes")
    assert (added.returncode, told(added)) == (0, {"table": "grades", "file": "codes/grades.csv", "replayed": 0})
    assert (shown.returncode, "new: FNew" in shown.stdout, "codes/grades.csv:2:1" in shown.stdout) == (0, True, True)
    assert told_["documents"][0]["body"] == {"item": "CAP", "lot": "Ｌ1", "quality": "released"}
    assert (diff.returncode, told(diff)["changes"][0]["examples"][0]["after"]) == (1, "L1")
    assert (wrong.returncode, codes.returncode, drift.returncode) == (2, 0, 0)
    assert told(lotweave("mapping", "schema"))["title"] == "A mapping of Lotweave"


def test_golden_cases_of_a_site_fail_and_are_accepted(site: Path) -> None:
    mapping, case = site / "mappings" / "kingdee" / "TEST.yml", site / "golden" / "kingdee" / "TEST" / "usual.json"
    for path, text in ((mapping, MAPPING), (site / "codes" / "grades.csv", "from,to\n甲,released\n")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    nothing = lotweave("mapping", "test", "--json", site=site)
    case.parent.mkdir(parents=True)
    raw = {"FID": 1, "FItem": "CAP", "FLot": "L1", "FGrade": "甲"}
    case.write_text(json.dumps({"says": "A lot.", "about": "usual", "raw": raw, "makes": []}), "utf-8")

    failed = lotweave("mapping", "test", "--json", site=site)
    accepted = lotweave("mapping", "test", "--accept", site=site)
    passed = lotweave("mapping", "test", "--kind", "TEST", "--json", site=site)
    mapping.write_text(MAPPING.replace("item: FItem", "item: FLot"), "utf-8")
    broken = lotweave("mapping", "test", site=site)

    assert (nothing.returncode, failed.returncode, accepted.returncode, passed.returncode, broken.returncode) == (2, 1, 0, 0, 1)
    assert told(failed)["results"][0]["differences"][0]["path"] == "makes.lot 1"
    assert told(passed) | {"results": []} == {"cases": 1, "failed": 0, "accepted": 0, "results": []}
    assert 'makes.lot 1.body.item: expected "CAP", found "L1"' in broken.stdout
    assert json.loads(case.read_text("utf-8"))["makes"][0]["body"] == {"item": "CAP", "lot": "L1", "quality": "released"}


def test_a_mapping_is_proposed_and_nothing_is_applied(site: Path, tmp_path: Path) -> None:
    sample, written = tmp_path / "sample.json", site / "mappings" / "system" / "领料单.yml"
    rows = [
        {"单据ID": n, "物料编码": "R", "批次号": f"L{n}", "实发数量": n, "计量单位": "KGM", "领料日期": "2026-03-01"} for n in range(1, 4)
    ]
    sample.write_text(json.dumps(rows), "utf-8")

    shown = lotweave("mapping", "suggest", "--kind", "领料单", "--sample", str(sample), site=site)
    kept = lotweave("mapping", "suggest", "--kind", "领料单", "--sample", str(sample), "--out", str(written), "--json", site=site)
    again = lotweave("mapping", "suggest", "--kind", "领料单", "--sample", str(sample), "--out", str(written), "--json", site=site)
    nothing = lotweave("mapping", "suggest", "--kind", "x", "--json", site=site)

    assert (shown.returncode, "mapping: system/领料单" in shown.stdout, "(zh)" in shown.stdout) == (0, True, True)
    assert (kept.returncode, told(kept)["document"], written.read_text("utf-8")) == (0, "movement", told(kept)["yaml"])
    assert (again.returncode, nothing.returncode) == (2, 2)


def test_the_index_is_built_asked_and_proved(site: Path) -> None:
    feed = "\n".join((LINE % ("1", "issue", 8, LOT, ',"order":"M"'), LINE % ("2", "produce", 9, SERIAL, ',"order":"M"')))
    lotweave("load", "-", "--json", site=site, feed=feed)

    missing = lotweave("index", "status", "--json", site=site)
    slow = lotweave("reach", "forward", "L1", "--json", site=site)
    built = lotweave("index", "build", "--json", site=site)
    status = lotweave("index", "status", "--json", site=site)
    fast = lotweave("reach", "forward", "L1", "--json", site=site)
    lines = lotweave("reach", "backward", "S1", "--show", "lines", site=site)
    wrong = lotweave("reach", "sideways", "L1", site=site)
    proved = lotweave("rebuild", "--json", site=site)
    replaced = lotweave("rebuild", "--replace", "--json", site=site)

    assert (missing.returncode, told(missing)["snapshot"]) == (1, None)
    assert (told(slow)["served_by"], told(fast)["served_by"]) == ("documents", "index")
    assert told(slow)["things"] == told(fast)["things"] == [{"id": "HZ/serial/PCBA/S1", "depth": 1, "since": "2026-03-01T09:00:00Z"}]
    assert (built.returncode, told(built)["links"]) == (0, 2)
    assert (status.returncode, told(status)["behind"]) == (0, 0)
    assert lines.stdout == "HZ/lot/CAP/L1\n"
    assert wrong.returncode == 2
    assert (proved.returncode, told(proved)) == (0, {"differences": []})
    assert (replaced.returncode, told(replaced)["differences"]) == (0, [])


def test_a_file_with_a_bad_line_loads_the_good_ones_and_exits_1(site: Path) -> None:
    done = lotweave("load", "-", "--json", site=site, feed=f"{LINE % ('1', 'receive', 8, LOT, '')}\nnope\n")

    assert done.returncode == 1
    assert (told(done)["accepted"], told(done)["rejections"][0]["line"]) == (1, 2)


def test_check_names_every_mistake_with_its_place(site: Path) -> None:
    with (site / "lotweave.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[plants.HZ]\nzone = "Asia/Shanghay"\nclock_tolerance_seconds = 1.5\n[connections.a]\nplant = "XX"\nsystem = "kingdeee"\n'
        )
        file.write(
            '[connections.b]\nplant = "HZ"\nsystem = "kingdee"\n[connections.b.settings]\nurl = "kingdee"\napp_secret = "plain"\nurll = 1\n'
        )

    done = lotweave("check", "--json", site=site)
    problems = {problem["path"]: problem["problem"] for problem in told(done)["problems"]}

    assert done.returncode == 2
    assert len(problems) >= 7
    assert all(path.startswith("lotweave.toml:") and path.count(":") == 2 for path in problems)
    assert any("did you mean Asia/Shanghai?" in said for said in problems.values())
    assert any("not the secret itself" in said for said in problems.values())
    assert "plain" not in done.stdout + done.stderr


def test_check_reads_the_definitions_that_connections_name(site: Path) -> None:
    with (site / "lotweave.toml").open("a", encoding="utf-8") as file:
        file.write('\n[plants.CD]\n[connections.cd]\nplant = "CD"\nsystem = "generic"\nkinds = ["lot"]\n[connections.cd.settings]\n')
        file.write('url = "http://127.0.0.1:1"\ndefinition = "systems/x.yml"\n')
    (site / "systems").mkdir()
    (site / "systems" / "x.yml").write_text("request: {path: /rpc, row: result}\nkinds: {lot: {key: id}}\n", "utf-8")

    done = lotweave("check", "--json", site=site)

    assert done.returncode == 2
    assert any(problem["path"].startswith("x.yml:1:") for problem in told(done)["problems"])


def test_what_is_used_wrongly_exits_2_and_says_how(site: Path, tmp_path: Path) -> None:
    assert lotweave("trace", "sideways", "X", site=site).returncode == 2
    assert lotweave("nonsense").returncode == 2
    assert lotweave("load", "missing.ndjson", site=site).returncode == 2
    nowhere = lotweave("find", "X", site=tmp_path)
    assert nowhere.returncode == 2
    assert "lotweave init" in nowhere.stderr


def test_an_unreachable_erp_exits_3_and_says_what_to_look_at(site: Path) -> None:
    with (site / "lotweave.toml").open("a", encoding="utf-8") as file:
        file.write(PLANT + U9.format(port=1))

    tested = lotweave("connections", "test", site=site, U9_SECRET="x")
    missing = lotweave("connections", "test", site=site)

    assert tested.returncode == 3
    assert "refuses connections" in tested.stdout
    assert missing.returncode == 2
    assert "U9_SECRET is not set" in missing.stdout


def test_an_unreachable_database_exits_3(site: Path) -> None:
    settings = site / "lotweave.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[services]\ndatabase = "postgresql://nobody:hidden@127.0.0.1:1/none"\n', "utf-8")

    done = lotweave("find", "X", site=site)

    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert "hidden" not in done.stderr


def test_a_taken_port_is_named_before_anything_starts(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        up = lotweave("up", "--detach", "--port", port, site=site)
        simulate = lotweave("simulate", "yonyou", "--port", port)

    assert (up.returncode, simulate.returncode) == (2, 2)
    assert f"port {port}" in up.stderr
    assert f"port {port}" in simulate.stderr


def test_up_and_down_leave_nothing(site: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])

    up = lotweave("up", "--detach", "--port", port, "--json", site=site)
    at_once = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30)
    again = lotweave("up", "--detach", "--port", port, site=site)
    doctor = lotweave("doctor", "--json", site=site)
    key = lotweave("keys", "create", "--role", "viewer", "--plant", "HZ", "--json", site=site)
    down = lotweave("down", "--json", site=site)

    assert (up.returncode, at_once.status_code) == (0, 200)
    assert again.returncode == 2
    assert told(doctor)["ok"]
    assert told(key)["key"].startswith("lw_")
    assert told(down) == {"stopped": True}
    assert not Path(f"/proc/{told(up)['pid']}/cmdline").exists() or not Path(f"/proc/{told(up)['pid']}/cmdline").read_bytes()
    assert told(lotweave("down", "--json", site=site)) == {"stopped": False}


def test_down_tells_subscribers_who_are_connected(site: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    up = lotweave("up", "--detach", "--port", str(port), "--json", site=site)
    bearer = {"Authorization": f"Bearer {told(lotweave('keys', 'create', '--role', 'engineer', '--json', site=site))['key']}"}
    address = f"127.0.0.1:{port}/epcis/queries"
    made = requests.post(f"http://{address}", json={"name": "made", "query": {}}, headers=bearer, timeout=30)
    subscriber = Client.connect(f"ws://{address}/made/events?stream=true", headers=bearer)
    down = lotweave("down", "--json", site=site)

    with pytest.raises(ConnectionClosed) as closed:
        subscriber.receive(timeout=30)

    assert (up.returncode, made.status_code) == (0, 201)
    assert told(down) == {"stopped": True}
    assert int(closed.value.reason) == 1001


def test_lists_of_what_waits_are_empty_at_first(site: Path) -> None:
    assert told(lotweave("quarantine", "list", "--json", site=site)) == {"quarantine": [], "count": 0}
    assert told(lotweave("quarantine", "replay", "--json", site=site)) == {"replayed": []}
    assert told(lotweave("outbox", "list", "--json", site=site)) == {"outbox": [], "count": 0, "held_connections": {}}
    assert told(lotweave("stitch", "list", "--json", site=site)) == []


def test_a_transfer_that_could_pair_in_two_ways_is_listed_with_its_candidates(site: Path) -> None:
    thing = '{"kind":"lot","item":"PL","number":"%s"}'
    lines = [LINE % (n, "transfer_out", 8, thing % f"A{n}", ',"shipment":"SH-1"') for n in ("1", "2")]
    lines += [(LINE % (n, "transfer_in", 9, thing % f"B{n}", ',"shipment":"SH-1"')).replace('"HZ"', '"SU"') for n in ("3", "4")]
    lotweave("load", "-", site=site, feed="\n".join(lines))

    done = lotweave("stitch", "list", "--json", site=site)

    assert done.returncode == 1
    assert [(one["out"], one["candidates"]) for one in told(done) if one["out"]] == [
        ("HZ/lot/PL/A1", ["SU/lot/PL/B3", "SU/lot/PL/B4"]),
        ("HZ/lot/PL/A2", ["SU/lot/PL/B3", "SU/lot/PL/B4"]),
    ]


def test_a_recall_is_asked_narrowed_kept_and_enlarged_by_late_data(site: Path) -> None:
    line = (
        '{"kind":"operation","plant":"HZ","key":"%s","revision":1,"body":{"order":"MO-1","operation":"SMT","at":"2026-03-01T0%d:00:00Z",'
        '"equipment":"%s","outputs":[{"thing":{"kind":"serial","item":"GW","number":"%s"}}],'
        '"inputs":[{"thing":{"kind":"lot","item":"CAP","number":"L1"},"quantity":"1","uom":"H87"}]}}'
    )
    lotweave("load", "-", site=site, feed="\n".join([line % ("R1", 8, "L1", "U1"), line % ("R2", 9, "L2", "U2")]))

    whole = lotweave("recall", "HZ/lot/CAP/L1", "--open", "caps", "--json", site=site)
    narrowed = lotweave("recall", "L1", "--where", "equipment=L2", "--json", site=site)
    wrong = lotweave("recall", "HZ/lot/CAP/L1", "--where", "colour=red", site=site)
    twice = lotweave("recall", "HZ/lot/CAP/L1", "--open", "caps", site=site)
    lotweave("load", "-", site=site, feed=line % ("R3", 7, "L1", "U3"))
    grown = lotweave("recalls", "review", "--json", site=site)

    assert whole.returncode == 0
    assert told(whole)["in_stock"] == ["HZ/serial/GW/U1", "HZ/serial/GW/U2"]
    assert list(told(narrowed)["states"]) == ["HZ/serial/GW/U2"]
    assert (wrong.returncode, twice.returncode, grown.returncode) == (2, 2, 1)
    assert "colour=red" in wrong.stderr
    assert told(grown)["reviewed"] == [{"name": "caps", "things": 3, "added": ["HZ/serial/GW/U3"], "gone": []}]
    assert lotweave("recalls", "list", site=site).returncode == 1
    assert told(lotweave("recalls", "seen", "caps", "--json", site=site)) == {"done": True}
    assert lotweave("recalls", "list", site=site).returncode == 0
    assert told(lotweave("recalls", "close", "caps", "--json", site=site)) == {"done": True}
