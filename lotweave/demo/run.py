"""`lotweave demo`: the main job end to end, told as it happens, and its summary (contract section 6)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from lotweave.bootstrap import House, clock, opened
from lotweave.demo import show
from lotweave.demo.processes import simulated
from lotweave.demo.site import MARK, clear, make_site
from lotweave.demo.story import BAD_REEL, kits
from lotweave.plumbing import lines_of, plumbing_of
from lotweave.settings import FILE, Site, read_site
from lotweave.sync import Sync
from pipelines.state import outbox, quarantine
from pipelines.steps.reconcile import reconcile
from trace_core.answer import trace
from trace_core.errors import Unreachable
from trace_core.identifiers import ItemCode, PlantCode, ThingId
from trace_core.store.stitches import stitch_counts
from trace_core.store.things import counts

UNIT = ThingId(PlantCode("SU"), "serial", ItemCode("2.01.0001"), kits(0)[2])
"""The shipped unit that is looked into: its board went through the rework order."""
REEL = ThingId(PlantCode("HZ"), "lot", ItemCode(BAD_REEL[0]), BAD_REEL[1])

Say = Callable[[str], None]


def demo(folder: Path, console: Console, *, up: Callable[[Site], Any], down: Callable[[Site], Any]) -> dict[str, Any]:
    """Run the demonstration in a folder; the summary, also written to `summary.json` there.

    `up` and `down` start and stop the site's services and workers in processes of their own. Nothing is left running.
    """
    began = time.monotonic()
    step = partial(_step, console, began)
    if (folder / MARK).is_file() and (folder / FILE).is_file():
        down(read_site(folder))  # what a killed demonstration left running would lose its files under it
    clear(folder)
    logs = folder.parent / f".{folder.name}-logs"
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with step("two ERPs: Kingdee in Hangzhou, Yonyou U9 in Suzhou"):
            hz = stack.enter_context(simulated("kingdee", logs / "kingdee.log"))
            su = stack.enter_context(simulated("yonyou", logs / "yonyou.log"))
            site = make_site(folder, hz=hz, su=su)
            console.print(f"   Kingdee simulator {hz}, U9 simulator {su}", style="dim")
        with step("PostgreSQL, Valkey, two workers, beat and console"):
            up(site)
            stack.callback(down, site)
        house = stack.enter_context(opened(site))
        _sync(house, step, console)
        with step("asking"):
            answers = _answers(house)
        show.backward(console, answers["backward"])
        show.forward(console, answers["forward"])
        with step("reading pushed results back, reconciling both plants"):
            found = _results(house, answers)
    found["seconds"] = round(time.monotonic() - began, 1)
    (folder / "summary.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    show.results(console, found, folder)
    return found


@contextmanager
def _step(console: Console, began: float, what: str) -> Iterator[None]:
    console.print(f"[bold cyan]{time.monotonic() - began:5.1f} s[/]  {what}")
    yield


def _sync(house: House, step: Any, console: Console) -> None:
    runner = Sync(house, say=lambda line: console.print(f"   {line}", style="dim"))
    lines = lines_of(house.site)
    for plant in house.site.plants.values():
        with step(f"pulling {plant.name}"):
            told = runner.run([line for line in lines.values() if line.plant == plant.code], kinds=[], full=False)
        show.synced(console, told)
        broken = [run for run in told["runs"] if run["state"] != "done"]
        if broken:
            raise Unreachable(f"{broken[0]['connection']} {broken[0]['kind']}: {broken[0]['message'] or broken[0]['state']}", code="sync")


def _answers(house: House) -> dict[str, Any]:
    with house.view() as documents:
        return {
            "backward": trace(documents, UNIT, direction="backward", now=clock()),
            "forward": trace(documents, REEL, direction="forward", now=clock()),
        }


def _results(house: House, answers: dict[str, Any]) -> dict[str, Any]:
    plumbing = plumbing_of(house)
    differences = [one for line in plumbing.lines.values() for one in reconcile(line, plumbing)]
    with house.view() as documents, house.begin() as connection:
        held = counts(connection)
        stitches = stitch_counts(connection, documents)
        rows = outbox.listing(connection)
        quarantined = quarantine.count(connection)
    pushed = [
        {
            "connection": row["connection"],
            "document": f"{row['target']['kind']} {row['target']['key']}",
            "verified": row["verified_at"] is not None,
        }
        for row in sorted(rows, key=lambda row: (row["connection"], row["target"]["kind"], row["target"]["key"]))
        if row["state"] != "idle"
    ]
    return {
        "plants": list(house.site.plants),
        "documents": held["documents"],
        "events": held["events"],
        "stitches": stitches,
        "trace": {name: _told(answer) for name, answer in answers.items()},
        "pushed": pushed,
        "quarantined": quarantined,
        "reconciled": {"differences": sum(one.count + (one.fault is not None) for one in differences)},
    }


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    plants = sorted({thing["plant"] for thing in answer["things"]})
    return {"root": answer["query"]["root"], "things": answer["counts"]["things"], "plants": plants, "complete": answer["complete"]}
