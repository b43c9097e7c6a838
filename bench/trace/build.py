"""Build a snapshot in a process of its own; the database's URL comes on standard input, figures go to standard output."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from sqlalchemy import create_engine

from bench.trace.measure import Peak, peak
from trace_core.store.export import write_snapshot
from trace_core.store.view import StoreView

if __name__ == "__main__":
    engine = create_engine(sys.stdin.read())
    start = time.perf_counter()
    with Peak() as memory, engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        write_snapshot(StoreView(connection), Path(sys.argv[1]))
    print(json.dumps({"seconds": time.perf_counter() - start, "own_mb": memory.own, "peak_mb": peak()}))
