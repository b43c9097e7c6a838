"""`python -m bench.trace`: the genealogy of a month, asked by the index, by PostgreSQL and by the limit, in one run."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.trace.run import run
from bench.trace.tell import tell

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    """Run and write `bench/results/trace-NAME.json` and `.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.trace")
    parser.add_argument("--units", type=int, default=683_000, help="finished units of the month; one has 73 links")
    parser.add_argument("--name", default="g50")
    parser.add_argument("--no-peer", action="store_true", help="leave PostgreSQL's query out")
    parser.add_argument("--results", type=Path, default=RESULTS)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-trace-") as folder:
        found = run(Path(folder), told.units, peer=not told.no_peer)
    tell(found, told.name, told.results)


if __name__ == "__main__":
    main()
