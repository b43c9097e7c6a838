"""The whole run: make, fill, build, ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, create_engine, text

from bench.trace.engines import BACKWARD, FORWARD, UNITS, Asking, Plain, by_query
from bench.trace.fill import fill, fill_peer
from bench.trace.fresh import Freshener
from bench.trace.measure import resident, timed
from bench.trace.month import month
from bench.trace.readers import loss_of_four
from lotweave.bootstrap import migrate
from lotweave.embedded.postgres import SETTINGS, EmbeddedPostgres
from trace_core.index.closures import write_closures
from trace_core.index.snapshot import current, load
from trace_core.store.reader import Reader

SERVER = {"shared_buffers": "4GB", "work_mem": "1GB", "maintenance_work_mem": "2GB", "max_wal_size": "16GB"}
GOALS = (10_000, 100_000, None)
"""Units that the roots asked about shall reach; None: as many as possible."""
CANDIDATES = 400


def say(words: str) -> None:
    """Progress, on standard error."""
    print(words, file=sys.stderr, flush=True)


def run(folder: Path, units: int, *, peer: bool) -> dict[str, Any]:
    """All figures."""
    SETTINGS.update(SERVER)
    with EmbeddedPostgres(folder / "site").used() as url:
        engine = create_engine(url)
        migrate(engine)
        told: dict[str, Any] = {"machine": machine(engine), "month": _fill(engine, units, peer=peer)}
        home = folder / "index"
        told["build"] = _build(url, home)
        asked = Asking(Reader(engine, home))
        graph = asked.index.base.graph
        told["month"] |= {"links": len(graph.out.links), "things": graph.things - 1}
        roots = _roots(engine, asked)
        told["forward"] = [_forward(engine, asked, root, reached, peer=peer) for root, reached in roots]
        told["backward"] = _backward(engine, asked, peer=peer)
        told["resident"] = resident()
        told["readers"] = loss_of_four(home, [root for root, _ in roots])
        told["fresh"] = Freshener(engine, asked, roots[0][0]).measure()
        asked.reader.close()
        engine.dispose()
    return told | {"closures": _closures(home)}


def _closures(home: Path) -> dict[str, Any]:
    """Seconds to work out which units each lot reaches, lots, MB, and milliseconds to read the largest."""
    base, start = load(home), time.perf_counter()
    made = write_closures(base)
    seconds = time.perf_counter() - start
    (largest, units), *_ = made.largest(1)
    read = timed(lambda: len(made.of(largest)), 9)
    return {"seconds": seconds, "lots": len(made.sources), "disk_mb": made.bits.nbytes / 1e6, "units": units, "read": read}


def machine(engine: Engine) -> dict[str, Any]:
    """What the figures were taken on."""
    with engine.connect() as connection:
        version = str(connection.execute(text("SHOW server_version")).scalar_one())
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?")
    return {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0], "postgres": version}


def _fill(engine: Engine, units: int, *, peer: bool) -> dict[str, Any]:
    start = time.perf_counter()
    made = month(units)
    with engine.begin() as connection:
        fill(connection, made)
    told: dict[str, Any] = {"units": units, "events": sum(len(batch.at) for batch in made.batches), "fill_s": time.perf_counter() - start}
    say(f"filled in {told['fill_s']:.0f} s")
    if peer:
        start = time.perf_counter()
        with engine.begin() as connection:
            fill_peer(connection, made)
        told["peer_fill_s"] = time.perf_counter() - start
        say(f"peer filled in {told['peer_fill_s']:.0f} s")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return told


def _build(url: str, home: Path) -> dict[str, float]:
    """In a process of its own, so that its memory is known; once to compile, then measured."""
    found: list[dict[str, float]] = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-m", "bench.trace.build", str(home)], input=url, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    say(f"built in {found[-1]['seconds']:.1f} s with {found[-1]['own_mb']} MB of its own")
    return found[-1] | {"disk_mb": sum(f.stat().st_size for f in current(home).iterdir()) / 1e6}


def _roots(engine: Engine, asked: Asking) -> list[tuple[int, int]]:
    """Lots, batches and reels that reach about as many units as wanted, with the number reached."""
    with engine.connect() as connection:
        query = "SELECT id FROM thing WHERE uri ~ '/(SB|L|K)[^/]*$' ORDER BY uri LIKE 'C/lot/KANBAN/SB%' DESC, hashint4(id) LIMIT :n"
        candidates = [row[0] for row in connection.execute(text(query), {"n": CANDIDATES})]
    names = asked.index.base.names
    reached = {root: len(names.only(asked.search(root, "forward"), UNITS)) for root in candidates}
    most = max(reached.values())
    picked = [min(reached, key=lambda root: abs(reached[root] - (goal or most))) for goal in GOALS]
    return [(root, reached[root]) for root in picked]


def _forward(engine: Engine, asked: Asking, root: int, reached: int, *, peer: bool) -> dict[str, Any]:
    plain = Plain.over(asked.index)
    told: dict[str, Any] = {"units": reached, "things": len(asked.search(root, "forward"))}
    told["index"] = timed(lambda: asked.forward(root), 9)
    told["search"] = timed(lambda: asked.search(root, "forward"), 9)
    numbers = asked.search(root, "forward")
    told["naming"] = timed(lambda: asked.names(numbers), 9)
    told["plain_things"], told["plain"] = plain.search(root), timed(lambda: plain.search(root), 9)
    if peer:
        with engine.connect() as connection:
            theirs = by_query(connection, FORWARD, root)
            if sorted(theirs.splitlines()) != sorted(asked.forward(root).splitlines()):
                raise SystemExit(f"the engines differ about {root}")
            told["postgres"] = timed(lambda: by_query(connection, FORWARD, root), 3)
    say(f"forward {reached}: {json.dumps(told)}")
    return told


def _backward(engine: Engine, asked: Asking, *, peer: bool) -> dict[str, Any]:
    with engine.connect() as connection:
        query = "SELECT id FROM thing WHERE uri LIKE 'D/serial/UNIT/%' ORDER BY hashint4(id) LIMIT 20"
        roots = [row[0] for row in connection.execute(text(query))]
        told: dict[str, Any] = {"things": float(np.median([len(asked.search(root, "backward")) for root in roots]))}
        told["search"] = _middle([timed(lambda r=root: asked.search(r, "backward"), 9) for root in roots])
        told["index"] = _middle([timed(lambda r=root: asked.backward(r), 9) for root in roots])
        if peer:
            for root in roots:
                if sorted(by_query(connection, BACKWARD, root).splitlines()) != sorted(asked.backward(root).splitlines()):
                    raise SystemExit(f"the engines differ about {root}")
            told["postgres"] = _middle([timed(lambda r=root: by_query(connection, BACKWARD, r), 9) for root in roots])
    return told


def _middle(found: list[dict[str, float]]) -> dict[str, float]:
    medians = sorted(one["median"] for one in found)
    return {"median": medians[len(medians) // 2], "least": min(o["least"] for o in found), "most": max(o["most"] for o in found)}
