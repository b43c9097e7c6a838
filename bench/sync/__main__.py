"""`python -m bench.sync`: the pull, the same again, the interpreting and the whole journey beside dlt, Singer and raw COPY, in one run."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.sync import ours, peer
from bench.sync.copied import copied
from bench.sync.database import listening
from bench.sync.killed import killed
from bench.sync.page import page
from bench.sync.server import served
from bench.sync.soap import soap
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.settings import Site

WORKERS, ROUNDS, JOURNEYS = (1, 2, 4), 3, 2
"""Processes that interpret, and how often pull and COPY, and the journey and dlt, are measured in turn: the best of each counts."""
RESULTS = Path(__file__).parent.parent / "results"


def main() -> None:
    """Run and write `bench/results/sync.json` and `.md`."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync")
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--flat", type=int, nargs="*", default=[10_000, 1_000_000], help="further sizes of the whole journey")
    parser.add_argument("--dlt", type=Path, help="python of an environment with dlt")
    parser.add_argument("--singer", type=Path, help="python of an environment with singer-sdk and target-postgres")
    parser.add_argument("--results", type=Path, default=RESULTS)
    told = parser.parse_args()
    found: dict[str, Any] = {"orders": told.orders, "soap": soap()}
    with served(told.orders) as system:
        found["copy"], found["pull"] = _in_turn(
            ROUNDS, lambda: _apart(lambda url, _at, _folder: copied(url, told.orders)), lambda: _bare(system)
        )
        found["again"], found["interpret"] = _in_steps(system)
        works = {"journey": lambda: _whole(system)}
        if told.dlt is not None:
            works["dlt"] = lambda: _apart(lambda url, at, folder: peer.dlt(told.dlt, system, url, at, folder))
        found |= zip(works, _in_turn(JOURNEYS, *works.values()), strict=True)
        found["killed"] = _whole(system, killed)
        if told.singer is not None:
            found["singer"] = _apart(lambda url, at, folder: peer.singer(told.singer, system, url, at, folder))
    with served(told.orders // 4) as system:
        for processes in WORKERS:
            found[f"interpret by {processes}"] = _by_so_many(system, processes)
    for size in told.flat:
        with served(size) as system:
            found[f"journey of {size}"] = _whole(system)
    (told.results / "sync.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (told.results / "sync.md").write_text(page(found), "utf-8")
    if found["killed"]["genealogy"] != found["journey"]["genealogy"]:
        raise SystemExit("the genealogy of the journey with kills is another than that of the undisturbed one")


def _in_turn(rounds: int, *works: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Several works one after the other, so often; the best of each."""
    found = [[work() for work in works] for _ in range(rounds)]
    return [min(side, key=lambda one: float(one["seconds"])) for side in zip(*found, strict=True)]


def _apart(work: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """On a fresh database of its own."""
    with tempfile.TemporaryDirectory() as folder, listening(Path(folder) / "state") as (url, at):
        return work(url, at, Path(folder))


def _bare(system: str) -> dict[str, Any]:
    """One process pulls."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "site" / ".lotweave").used():
        return ours.pulled(ours.site_at(Path(folder) / "site", system), full=False)


def _in_steps(system: str) -> tuple[dict[str, Any], ...]:
    """One process pulls, pulls all again, and then two processes interpret what was pulled."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "site" / ".lotweave").used():
        site = ours.site_at(Path(folder) / "site", system)
        ours.pulled(site, full=False)
        return ours.pulled(site, full=True), ours.interpreted(site, 2)


def _by_so_many(system: str, processes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "site" / ".lotweave").used():
        site = ours.site_at(Path(folder) / "site", system)
        ours.pulled(site, full=False)
        return ours.interpreted(site, processes)


def _whole(system: str, journey: Callable[[Site], dict[str, Any]] = ours.journey) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return journey(ours.site_at(Path(folder) / "site", system))


if __name__ == "__main__":
    main()
