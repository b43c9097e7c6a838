"""Reports of 44 parts from canonical documents into the genealogy, by the path that every document takes, one loader a plant.

The limit beside it: the same lines as they are into a table with a key, by as many processes, which is what PostgreSQL takes at least.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import queue
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from sqlalchemy import create_engine, text

from bench.trace.__main__ import RESULTS
from bench.trace.run import SERVER, machine
from bench.trace.tell import tell_ingest
from lotweave.bootstrap import clock, migrate
from lotweave.embedded.postgres import SETTINGS, EmbeddedPostgres
from pipelines.steps.load import BATCH, load

PLANTS = ("HZ", "SU")
PARTS = 44
START = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = 10
"""Into so many parts the load is cut to see whether the cost of an event grows."""


def lines(plant: str, count: int, seed: int = 7) -> Iterator[bytes]:
    """Reports of boards of two lines, turn by turn, each with parts from reels that last some hundred to some thousand boards."""
    random = np.random.default_rng(seed)
    lasts = random.integers(100, 4000, (2, PARTS)).tolist()
    step = timedelta(days=30) / max(count, 1)
    for k in range(count):
        line, board = k % 2, k // 2
        reels = [f"R{plant}{line}-{part:02}-{board // last:06}" for part, last in enumerate(lasts[line])]
        parts = [{"kind": "lot", "item": f"MB{part:02}", "number": reel} for part, reel in enumerate(reels)]
        inputs = [{"thing": part, "quantity": "2", "uom": "H87"} for part in parts]
        made = {"thing": {"kind": "serial", "item": "MB", "number": f"MB-{plant}{line}-{board:08}"}, "quantity": "1", "uom": "H87"}
        at = (START + k * step).isoformat(timespec="milliseconds")
        body = {
            "order": f"MO-{line}{board // 500:05}",
            "operation": "SMT",
            "at": at,
            "equipment": f"L{line}",
            "outputs": [made],
            "inputs": inputs,
        }
        yield orjson.dumps(
            {"kind": "operation", "plant": plant, "key": f"{line}-{board:08}", "revision": 1, "recorded_at": at, "body": body}
        )


def main() -> None:
    """Run and write `bench/results/trace-ingest.json` and `.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.trace.ingest")
    parser.add_argument("--events", type=int, default=1_140_000, help="reports; one has 44 links")
    parser.add_argument("--results", type=Path, default=RESULTS)
    told = parser.parse_args()
    SETTINGS.update(SERVER)
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        found = measure(Path(folder), told.events)
    tell_ingest(found, told.results)


def measure(folder: Path, events: int) -> dict[str, Any]:
    """Events a second, microseconds an event in each part of the load, processor time by process, and the limit."""
    each = events // len(PLANTS)
    files = [folder / f"{plant}.ndjson" for plant in PLANTS]
    for plant, file in zip(PLANTS, files, strict=True):
        with file.open("wb") as out:
            out.writelines(line + b"\n" for line in lines(plant, each))
    with EmbeddedPostgres(folder / "ingest").used() as url:
        engine = create_engine(url)
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE limit_line (key text PRIMARY KEY, body json NOT NULL)"))
        on = machine(engine)
        engine.dispose()
        root = int((folder / "ingest" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        taken = _side_by_side(_load, url, files, root)
        limit = _side_by_side(_copy, url, [_head(file, each // STEPS) for file in files], root)
    for file in folder.glob("*.ndjson"):
        file.unlink()
    return {"machine": on, "events": each * len(PLANTS), "parts": PARTS, "loaders": len(PLANTS), "batch": BATCH, **taken, "limit": limit}


def _head(file: Path, count: int) -> Path:
    """The first lines of a file as a file."""
    head = file.with_suffix(".head.ndjson")
    with file.open("rb") as given, head.open("wb") as out:
        out.writelines(line for _, line in zip(range(count), given, strict=False))
    return head


def _side_by_side(work: Any, url: str, files: list[Path], root: int) -> dict[str, Any]:
    """A process for each file, all started at once; what they and the server took."""
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(len(files)), context.Queue()
    before = _server_seconds(root)
    processes = [context.Process(target=work, args=(url, str(file), ready, told)) for file in files]
    for process in processes:
        process.start()
    found = _answers(processes, told)
    events, server = sum(one["events"] for one in found), _server_seconds(root) - before
    steps = np.mean([one["steps"] for one in found], axis=0) * len(found)
    return {
        "per_second": events / max(one["seconds"] for one in found),
        "micros_by_step": [round(1e6 * float(step) / events * len(steps) / len(found), 1) for step in steps],
        "client_micros": sum(one["cpu"] for one in found) / events * 1e6,
        "server_micros": server / events * 1e6,
    }


def _answers(processes: list[Any], told: Any) -> list[dict[str, Any]]:
    """What each process tells; when one ends with an error, the others are ended too."""
    found: list[dict[str, Any]] = []
    while len(found) < len(processes):
        try:
            found.append(told.get(timeout=1))
        except queue.Empty:
            if any(process.exitcode for process in processes):
                for process in processes:
                    process.terminate()
                raise SystemExit("a loader ended with an error") from None
    for process in processes:
        process.join()
    return found


def _server_seconds(root: int) -> float:
    """Processor time of a server and its processes, those that ended included."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        if int(status.parent.name) == root:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == root:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _timed(file: str, ready: Any, told: Any, work: Any) -> None:
    """Do the work on a file's lines and tell the seconds of each step of equally many lines."""
    marks: list[tuple[int, float]] = []
    with Path(file).open("rb", buffering=1 << 20) as given:
        ready.wait()
        cpu, start = time.process_time(), time.perf_counter()
        work(given, lambda done: marks.append((done, time.perf_counter())))
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    done, at = np.array([0, *(mark[0] for mark in marks)]), np.array([start, *(mark[1] for mark in marks)])
    steps = np.diff(np.interp(np.linspace(0, done[-1], STEPS + 1), done, at)).tolist()
    told.put({"events": int(done[-1]), "seconds": seconds, "cpu": cpu, "steps": steps})


def _load(url: str, file: str, ready: Any, told: Any) -> None:
    engine = create_engine(url)
    warm = orjson.loads(next(lines("WARM", 1)))
    load([orjson.dumps(warm)], begin=engine.begin, now=clock)

    def work(given: Any, progress: Any) -> None:
        found = load(given, begin=engine.begin, now=clock, progress=progress).as_json()
        if found["rejected"] or found["parked"]:
            raise SystemExit(json.dumps(found)[:1000])

    _timed(file, ready, told, work)
    engine.dispose()


def _copy(url: str, file: str, ready: Any, told: Any) -> None:
    engine = create_engine(url)

    def work(given: Any, progress: Any) -> None:
        done = 0
        while batch := [line for _, line in zip(range(BATCH), given, strict=False)]:
            keyed = b"".join(b"%s-%d\t%s" % (Path(file).name.encode(), done + k, line) for k, line in enumerate(batch))
            with engine.begin() as connection, connection.connection.cursor().copy("COPY limit_line FROM STDIN") as copy:
                copy.write(keyed)
            done += len(batch)
            progress(done)

    _timed(file, ready, told, work)
    engine.dispose()


if __name__ == "__main__":
    main()
