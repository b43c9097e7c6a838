"""Reconciliation of a million documents: all differences found, none invented, calls beside the least that the API allows, CPU and memory.

A simulated Kingdee in a process of its own makes its lots when they are asked for. They are pulled and kept; then a thousandth of them is
altered, deleted or added over there, and as many again altered without a change time.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine, text

from connectors.kingdee.sample import FIRST, sample
from connectors.kingdee.simulator import build
from connectors.kingdee.simulator_forms import FORMS
from connectors.kit.manifest import manifest, typed
from connectors.kit.opening import open_system
from connectors.kit.shared import LocalShared
from connectors.kit.simulator import Running
from lotweave.bootstrap import migrate
from lotweave.embedded.postgres import EmbeddedPostgres
from pipelines.ports import Line, Plumbing
from pipelines.state import inbox, reconciliation
from pipelines.state import reconciliation_compare as compare
from pipelines.steps.reconcile import Difference, differences, reconcile
from pipelines.steps.reconcile_survey import AT_ONCE
from pipelines.steps.repair import repair

RESULTS = Path(__file__).parent.parent / "results"
FORM, PAGE, BATCH, SIDE = "BD_BatchMainFile", 2000, 300, 200_000
LINE = Line("erp", "HZ", "kingdee", UTC, {FORM: 50})
FLOOR = FIRST * (list(FORMS).index(FORM) + 1)
LATER = "2026-03-30T12:00:00"


def main() -> None:
    """Run and write `bench/results/reconcile.json` and `.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync.reconcile")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-reconcile-") as folder, EmbeddedPostgres(Path(folder) / "site").used() as url:
        engine = create_engine(url)
        migrate(engine)
        engine.dispose()
        root = int((Path(folder) / "site" / "postgres" / "postmaster.pid").read_text("ascii").splitlines()[0])
        found = measure(url, told.documents, root=root) | {"side": _apart(_side, url, root)}
    for name in ("same", "shallow", "deep"):
        found[name]["keys"] = {sort: len(keys) for sort, keys in found[name]["keys"].items()}
    (told.results / "reconcile.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (told.results / "reconcile.md").write_text(_page(found), "utf-8")


def measure(database: str, documents: int, *, root: int = 0) -> dict[str, Any]:
    """All figures; `root` is the database server's process, where its processor time is wanted."""
    context = multiprocessing.get_context("spawn")
    ready, change, changed, done = context.Queue(), context.Event(), context.Event(), context.Event()
    server = context.Process(target=_serve, args=(documents, ready, change, changed, done))
    server.start()
    try:
        url = ready.get(timeout=600)
        kept = _apart(_keep, database, root, url)
        same = _apart(_compare, database, root, url)
        change.set()
        changed.wait(600)
        shallow = _apart(_compare, database, root, url)
        mended = _apart(_mend, database, root, url)
        deep = _apart(_compare_deep, database, root, url)
    finally:
        done.set()
        server.join()
    wanted = expected(documents)
    return {
        "documents": documents, "page": PAGE, "kept": kept, "same": same, "shallow": shallow, "mended": mended, "deep": deep,
        "wanted": {sort: len(keys) for sort, keys in wanted.items()},
        "right": {"same": not same["keys"], "shallow": _right(shallow, wanted, "shallow"), "deep": _right(deep, wanted, "deep")},
        "least_calls": math.ceil(documents / PAGE),
    }  # fmt: skip


def expected(documents: int) -> dict[str, set[str]]:
    """What is altered, deleted and added over there, a third of a thousandth each, and what is altered without a change time."""
    each, places = max(1, documents // 3000), range(documents)
    step = documents // (3 * each)
    altered, gone, lying = (places[start :: 3 * step][:each] for start in (0, step, 2 * step))
    return {
        "different": {str(FLOOR + place) for place in altered},
        "deleted_there": {str(FLOOR + place) for place in gone},
        "missing_here": {str(FLOOR + documents + place) for place in range(each)},
        "lying": {str(FLOOR + place) for place in lying},
    }


def _right(told: dict[str, Any], wanted: dict[str, set[str]], what: str) -> bool:
    """Whether exactly the documents that were changed are named."""
    keys = {sort: set(keys) for sort, keys in told["keys"].items()}
    if what == "deep":
        return keys == {"different": wanted["lying"]}
    return keys == {sort: wanted[sort] for sort in ("different", "deleted_there", "missing_here")}


def _serve(documents: int, ready: Any, change: Any, changed: Any, done: Any) -> None:
    simulator = build(sample(documents, only=FORM).data)
    with Running(simulator) as running:
        ready.put(running.url)
        change.wait()
        lots, wanted = simulator.store.forms[FORM], expected(documents)
        for name in ("different", "lying"):
            for key in wanted[name]:
                lots.keyed(int(key)).update({"F_LW_DateCode": "2610"} | ({"FModifyDate": LATER} if name == "different" else {}))
        for key in wanted["deleted_there"]:
            lots.drop(int(key))
        for key in sorted(wanted["missing_here"]):
            lots.append(lots[-1] | {FORMS[FORM].pk: int(key), "FNumber": f"new-{key}", "FModifyDate": LATER})
        changed.set()
        done.wait()


def _apart(work: Any, database: str, root: int, *given: Any) -> dict[str, Any]:
    """What a piece of work tells and takes, done in a process of its own."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=_measured, args=(work, told, database, root, *given))
    process.start()
    found: dict[str, Any] = told.get(timeout=3600)
    process.join()
    return found


def _measured(work: Any, told: Any, database: str, root: int, *given: Any) -> None:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://", 1))
    start, cpu, server = time.perf_counter(), time.process_time(), server_seconds(root)
    found = work(engine, *given)
    taken = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "server_cpu": server_seconds(root) - server}
    engine.dispose()
    told.put(taken | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024} | found)


def server_seconds(root: int) -> float:
    """Processor time of a database server and its processes, those that ended included."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat") if root else ():
        try:
            fields = status.read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        if int(status.parent.name) == root:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == root:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _plumbing(engine: Any, url: str) -> Plumbing:
    settings = {name: value for name, value in sample().settings.items() if name != "kinds"} | {"url": url, "page_size": PAGE}
    man = manifest("kingdee")
    return Plumbing(
        begin=engine.begin, view=engine.begin, now=lambda: datetime.now(UTC), lines={"erp": LINE},
        connector=lambda _: open_system(man, typed(man, settings, "bench"), connection="erp", zone="Asia/Shanghai", shared=LocalShared()),
        mapper=lambda _line, _kind: None, outward=lambda _: None, wake=lambda _task, _argument, _plant: None, snapshots=Path("none"),
    )  # fmt: skip


def _keep(engine: Any, url: str) -> dict[str, Any]:
    """Pull everything and keep it, as done with."""
    plumbing, number = _plumbing(engine, url), 0
    connector = plumbing.connector("erp")
    for page in connector.pull(FORM, None):
        with plumbing.begin() as connection:
            inbox.keep(connection, page.documents, plant="HZ", run_id=None)
        number += len(page.documents)
    connector.close()
    _settled(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE inbox"))
    return {"documents": number}


def _settled(engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM uninterpreted"))


def _compare_deep(engine: Any, url: str) -> dict[str, Any]:
    """The same by contents."""
    return _compare(engine, url, deep=True)


def _compare(engine: Any, url: str, *, deep: bool = False) -> dict[str, Any]:
    """Compare, and name everything found."""
    plumbing = _plumbing(engine, url)
    before = calls(url)
    (found,) = reconcile(LINE, plumbing, deep=deep)
    return _told(found, plumbing) | {"calls": calls(url) - before}


def _told(found: Difference, plumbing: Plumbing) -> dict[str, Any]:
    keys: dict[str, list[str]] = {}
    for row in differences(found, plumbing):
        keys.setdefault(row.sort, []).append(row.key)
    return {"here": found.here, "there": found.there, "fault": found.fault, "keys": keys}


def _mend(engine: Any, url: str) -> dict[str, Any]:
    """Compare, repair, and compare once more."""
    plumbing = _plumbing(engine, url)
    found = reconcile(LINE, plumbing)
    before = calls(url)
    (done,) = repair(LINE, found, plumbing, however_many=True)
    taken = calls(url) - before
    _settled(engine)
    (left,) = reconcile(LINE, plumbing)
    return done.as_json() | {"calls": taken, "left": left.count}


def calls(url: str) -> int:
    """Queries that reached the simulator."""
    told = requests.get(f"{url}/__simulator__/ledger", timeout=60).json()["calls"]
    return int(told.get("ExecuteBillQuery", 0))


def _side(engine: Any) -> dict[str, Any]:
    """200,000 keys of each side: bringing the system's side here, and summing both, without any call."""
    began = datetime.now(UTC)
    rows = text(
        "INSERT INTO inbox (connection, plant, kind, key, content, payload, revision, stamp, deleted, fetched_at, latest)"
        " SELECT 'side', 'HZ', 'Lot', 'L' || n, md5(n::text) || md5(n::text), convert_to(repeat(md5(n::text), 20), 'UTF8'), n,"
        " 1772323200000 + n * 1000, false, now() - interval '1 day', true FROM generate_series(1, :number) n"
    )
    with engine.begin() as connection:
        connection.execute(rows, {"number": SIDE})
        id_ = reconciliation.begin(connection, "side", "Lot", now=began, deep=False, window=(None, None))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE inbox"))
    told = (("L" + str(n), 1_772_323_200_000 + n * 1000 + (n % 60_000 == 0), None) for n in range(1, SIDE + 1))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        there = _cpu(pid, lambda: [reconciliation.add(connection, id_, part) for part in _parts(told)])
        what = compare.Compared(id_, "side", "Lot", began, deep=False, since=None, until=None, zone="Asia/Shanghai")
        sums: list[compare.Sum] = []
        both = _cpu(pid, lambda: sums.extend(compare.sums(connection, what, rows=SIDE)))
        drilled = _cpu(pid, lambda: compare.drill(connection, what, sums))
        counts = reconciliation.counts_of(connection, id_)
    buckets = [one for one in sums if one.bucket.startswith("#") and not one.agrees]
    return {
        "keys": SIDE, "there": there, "sums": both, "drill": drilled, "found": counts,
        "rows_looked_at": sum(one.here + one.there for one in buckets),
    }  # fmt: skip


def _parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while part := [row for _, row in zip(range(AT_ONCE), rows, strict=False)]:
        yield part


def _cpu(pid: int, work: Any) -> float:
    """Processor seconds of some work, ours and the database's."""

    def now() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return time.process_time() + sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    before = now()
    work()
    return now() - before


def _page(found: dict[str, Any]) -> str:
    shallow, deep, side, wanted, least = found["shallow"], found["deep"], found["side"], found["wanted"], found["least_calls"]
    right = {what: "yes" if good else "NO" for what, good in found["right"].items()}
    confirmed = math.ceil(wanted["different"] / BATCH) + math.ceil(wanted["deleted_there"] / BATCH) + wanted["deleted_there"]
    cpu = ", ".join(f"{one['cpu']:.1f} + {one['server_cpu']:.1f}" for one in (shallow, deep))
    mended = "{calls} for {read_again} read again and {withdrawn} withdrawn; {left} left".format(**found["mended"])
    looked = side["rows_looked_at"] // 2
    changed = f"{wanted['different']} altered, {wanted['deleted_there']} deleted, {wanted['missing_here']} added over there"
    return f"""# Reconciliation of {found["documents"]:,} Kingdee lots, {found["page"]} a page

{changed}; {wanted["lying"]} altered without a change time.

| what | measured | wanted |
|---|---|---|
| exactly the altered, deleted and added ones found | {right["shallow"]} | yes |
| nothing found where nothing was changed | {right["same"]} | yes |
| exactly those without a change time found by `--deep`, the others mended before | {right["deep"]} | yes |
| calls of a comparison without differences | {found["same"]["calls"]}; the API allows no fewer than {least} | ≤ 10 % more |
| calls with them | {shallow["calls"]}, of which about {confirmed} look at differences once more (one for each that is gone) | |
| calls of a repair | {mended} | 0 left |
| seconds: by change times, by contents | {shallow["seconds"]:.0f}, {deep["seconds"]:.0f} (the simulator's part included) | |
| processor seconds here and in the database: by change times, by contents | {cpu} | |
| most memory of the comparing process: by change times, by contents | {shallow["peak_mb"]:.0f} MB, {deep["peak_mb"]:.0f} MB | < 300 MB |
| {side["keys"]:,} keys a side: bringing the system's here | {side["there"]:.2f} s of processor time | < 1 s |
| summing both by month and 4,096 buckets | {side["sums"]:.2f} s | < 1 s a side |
| naming the {side["found"].get("different", 0)} that differ | {side["drill"]:.2f} s; {looked} rows a side in their buckets | ≤ 200 rows |
"""


if __name__ == "__main__":
    main()
